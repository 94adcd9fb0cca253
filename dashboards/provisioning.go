package dashboards

import (
	"embed"
	"io/fs"
)

//go:embed provisioning
var provisioned embed.FS

// Provisioning holds the files of Grafana's provisioning folder: datasources/funnelcloud.yaml, whose address and credentials
// come from environment variables, and dashboards/funnelcloud.yaml, which reads the JSON that Write makes from
// /var/lib/grafana/dashboards/funnelcloud.
func Provisioning() fs.FS {
	sub, err := fs.Sub(provisioned, "provisioning")
	if err != nil {
		return provisioned // the folder is embedded under this very name; fs.Sub fails on malformed names only
	}
	return sub
}
