package dashboards_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/funnelcloud/funnelcloud/dashboards"
)

func provisioned(t *testing.T, name string, into any) {
	t.Helper()
	text, err := fs.ReadFile(dashboards.Provisioning(), name)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalWithOptions(text, into, yaml.Strict()); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// An edit made in Grafana would be lost with the next release, so it must not be possible.
func TestProvisionedDashboardsCannotBeEdited(t *testing.T) {
	var file struct {
		APIVersion int `yaml:"apiVersion"`
		Providers  []struct {
			Name, Folder, Type    string
			OrgID                 int  `yaml:"orgId"`
			AllowUIUpdates        bool `yaml:"allowUiUpdates"`
			DisableDeletion       bool `yaml:"disableDeletion"`
			UpdateIntervalSeconds int  `yaml:"updateIntervalSeconds"`
			Options               struct {
				Path                      string
				FoldersFromFilesStructure bool `yaml:"foldersFromFilesStructure"`
			}
		}
	}
	provisioned(t, "dashboards/funnelcloud.yaml", &file)
	if p := file.Providers[0]; p.AllowUIUpdates || p.Type != "file" || p.Options.Path == "" {
		t.Errorf("provider %+v", p)
	}
}

// Address and credentials are the environment's: the file is public.
func TestProvisionedDatasourceTakesItsCredentialsFromTheEnvironment(t *testing.T) {
	var file struct {
		APIVersion  int `yaml:"apiVersion"`
		Datasources []struct {
			Name, UID, Type, Access string
			IsDefault               bool `yaml:"isDefault"`
			Editable                bool
			JSONData                map[string]any    `yaml:"jsonData"`
			SecureJSONData          map[string]string `yaml:"secureJsonData"`
		}
	}
	provisioned(t, "datasources/funnelcloud.yaml", &file)
	d := file.Datasources[0]
	if d.Type != dashboards.PluginID || d.UID == "" || d.Editable {
		t.Errorf("datasource %+v", d)
	}
	for name, value := range map[string]any{
		"host": d.JSONData["host"], "port": d.JSONData["port"], "username": d.JSONData["username"],
		"database": d.JSONData["defaultDatabase"], "password": d.SecureJSONData["password"],
	} {
		if text, ok := value.(string); !ok || !strings.HasPrefix(text, "$FUNNELCLOUD_CLICKHOUSE_") {
			t.Errorf("%s is %v, want a variable of the environment", name, value)
		}
	}
	if d.JSONData["protocol"] != "http" {
		t.Error("the embedded engine speaks HTTP only, so the datasource must too")
	}
}
