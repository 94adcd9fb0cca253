package main

import (
	"os"

	"github.com/spf13/pflag"

	"github.com/funnelcloud/funnelcloud/ingest"
)

// registryFlags say where the schemas of Avro messages are. Its password comes from the environment alone, like the others.
type registryFlags struct{ url, user string }

func (f *registryFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.url, "schema-registry", os.Getenv("FUNNELCLOUD_SCHEMA_REGISTRY"), "address of the schema registry, for sources that read Avro: http://registry:8081")
	flags.StringVar(&f.user, "schema-registry-user", os.Getenv("FUNNELCLOUD_SCHEMA_REGISTRY_USER"), "its user; the password is read from FUNNELCLOUD_SCHEMA_REGISTRY_PASSWORD")
}

func (f *registryFlags) options() ingest.SchemaRegistry {
	return ingest.SchemaRegistry{URL: f.url, User: f.user, Password: os.Getenv("FUNNELCLOUD_SCHEMA_REGISTRY_PASSWORD")}
}
