package main_test

import (
	"bufio"
	"encoding/xml"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/ingest/broker"
	"github.com/funnelcloud/funnelcloud/ingest/source"
)

const composeFile = "../../docker-compose.yml"

// What each kind of service in docker-compose.yml must have; a service of no kind is an error.
var (
	servers  = []string{"kafka", "clickhouse", "grafana", "prometheus"} // hold data, are asked: health check, volume, loopback port
	workers  = []string{"ingest", "collect", "batch"}                   // end when they cannot work, and are started again
	oneShots = []string{"migrate", "topics"}                            // end well once, then others start
)

var filledIn = []string{
	"FUNNELCLOUD_CLICKHOUSE_PASSWORD=one", "FUNNELCLOUD_READER_PASSWORD=two", "GRAFANA_ADMIN_PASSWORD=three",
	"FUNNELCLOUD_WRITE_KEYS=segment=four",
}

// loadCompose reads the file as docker compose does, schema and interpolation included, with all profiles.
func loadCompose(t *testing.T, environment []string) (*types.Project, error) {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{composeFile}, cli.WithEnv(environment), cli.WithResolvedPaths(true), cli.WithProfiles([]string{"*"}))
	if err != nil {
		return nil, err
	}
	return options.LoadProject(t.Context())
}

func compose(t *testing.T) *types.Project {
	t.Helper()
	project, err := loadCompose(t, filledIn)
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func TestComposeHasNoDefaultPassword(t *testing.T) {
	for i, missing := range filledIn {
		name, _, _ := strings.Cut(missing, "=")
		_, err := loadCompose(t, slices.Delete(slices.Clone(filledIn), i, i+1))
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s docker compose starts, or does not say what is missing: %v", name, err)
		}
	}
}

func TestComposeServicesAreWhatTheirKindNeeds(t *testing.T) {
	project := compose(t)
	known := slices.Sorted(slices.Values(slices.Concat(servers, workers, oneShots)))
	if diff := cmp.Diff(known, project.ServiceNames()); diff != "" {
		t.Errorf("services (-known +in the file):\n%s", diff)
	}
	for name, service := range project.Services {
		wantRestart := "unless-stopped"
		if slices.Contains(oneShots, name) {
			wantRestart = "no"
		}
		if service.Restart != wantRestart {
			t.Errorf("%s: restart %q, want %q", name, service.Restart, wantRestart)
		}
		if service.Deploy == nil || service.Deploy.Resources.Limits == nil || service.Deploy.Resources.Limits.MemoryBytes == 0 {
			t.Errorf("%s may take all the memory there is", name)
		}
		if !slices.Contains(service.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s may gain privileges", name)
		}
		if service.Logging == nil || service.Logging.Options["max-size"] == "" {
			t.Errorf("%s may fill the disk with its log", name)
		}
		if slices.Contains(servers, name) {
			checkServer(t, service)
		}
		if slices.Contains(workers, name) && (service.HealthCheck == nil || service.HealthCheck.Disable) {
			t.Errorf("%s has no health check", name)
		}
	}
}

func checkServer(t *testing.T, service types.ServiceConfig) {
	t.Helper()
	if service.HealthCheck == nil || service.HealthCheck.Disable || len(service.HealthCheck.Test) < 2 {
		t.Errorf("%s has no health check", service.Name)
	}
	if !slices.ContainsFunc(service.Volumes, func(v types.ServiceVolumeConfig) bool { return v.Type == types.VolumeTypeVolume && v.Source != "" }) {
		t.Errorf("%s loses its data with its container: no named volume", service.Name)
	}
	if len(service.Ports) == 0 {
		t.Errorf("%s cannot be reached", service.Name)
	}
}

func TestComposePortsAreLoopbackOnly(t *testing.T) {
	for name, service := range compose(t).Services {
		for _, port := range service.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s: port %s listens on %q, want 127.0.0.1", name, port.Published, port.HostIP)
			}
		}
	}
}

var exactTag = regexp.MustCompile(`^[a-z0-9./-]+:v?\d+\.\d+(\.\d+)*(-[a-z0-9.]+)?$`)

func TestComposeAndDockerfileImagesArePinned(t *testing.T) {
	for name, service := range compose(t).Services {
		if service.Build == nil && !exactTag.MatchString(service.Image) {
			t.Errorf("%s: image %q has no exact version", name, service.Image)
		}
	}
	text := readFile(t, "../../Dockerfile")
	bases := regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(text, -1)
	for _, base := range bases {
		if !exactTag.MatchString(base[1]) {
			t.Errorf("Dockerfile: base image %q has no exact version", base[1])
		}
	}
	user := regexp.MustCompile(`(?m)^USER (\d+)`).FindStringSubmatch(text)
	if len(bases) != 2 || user == nil || user[1] == "0" {
		t.Errorf("Dockerfile: %d stages and user %v, want 2 and a number above 0", len(bases), user)
	}
}

func TestComposeMountsExistAndAreReadOnly(t *testing.T) {
	for name, service := range compose(t).Services {
		for _, volume := range service.Volumes {
			if volume.Type != types.VolumeTypeBind {
				continue
			}
			if _, err := os.Stat(volume.Source); err != nil {
				t.Errorf("%s mounts what is not there: %v", name, err)
			}
			if !volume.ReadOnly {
				t.Errorf("%s may write to %s", name, volume.Source)
			}
		}
	}
}

// Docker starts dependants of a one-shot when it has ended well, those of a server when it is healthy.
func TestComposeDependenciesWaitForTheRightThing(t *testing.T) {
	for name, service := range compose(t).Services {
		for needed, dependency := range service.DependsOn {
			want := types.ServiceConditionHealthy
			if slices.Contains(oneShots, needed) {
				want = types.ServiceConditionCompletedSuccessfully
			}
			if dependency.Condition != want {
				t.Errorf("%s waits for %s: %s, want %s", name, needed, dependency.Condition, want)
			}
		}
	}
}

// TestEnvExampleNamesEveryVariable compares the variables of docker-compose.yml with those of .env.example: those without
// a default stand there bare and empty, the others commented out with their default.
func TestEnvExampleNamesEveryVariable(t *testing.T) {
	want := map[string]string{}
	for _, m := range regexp.MustCompile(`\$\{([A-Z_]+)(:\?|:-)([^}]*)\}`).FindAllStringSubmatch(readFile(t, composeFile), -1) {
		line := m[1] + "="
		if m[2] == ":-" {
			line = "#" + line + m[3]
		}
		want[m[1]] = line
	}
	got := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^(#?([A-Z_]+)=.*)$`).FindAllStringSubmatch(readFile(t, "../../.env.example"), -1) {
		got[m[2]] = m[1]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf(".env.example (-docker-compose.yml +.env.example):\n%s", diff)
	}
}

func TestComposeMakesTheTopicOfEverySource(t *testing.T) {
	command := compose(t).Services["topics"].Command
	sources, err := source.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		for _, topic := range s.Topics {
			if !slices.Contains(command, topic) {
				t.Errorf("source %s reads topic %s, which docker-compose.yml does not make", s.Name, topic)
			}
		}
	}
}

// TestPrometheusFindsWhatTellsMetrics holds the scrape configuration against the addresses that ingest and collector listen on.
func TestPrometheusFindsWhatTellsMetrics(t *testing.T) {
	project := compose(t)
	var config struct {
		Jobs []struct {
			Name string `yaml:"job_name"`
			DNS  []struct {
				Names []string `yaml:"names"`
				Type  string   `yaml:"type"`
				Port  int      `yaml:"port"`
			} `yaml:"dns_sd_configs"`
		} `yaml:"scrape_configs"`
	}
	if err := yaml.Unmarshal([]byte(project.Configs["prometheus"].Content), &config); err != nil {
		t.Fatalf("Prometheus's configuration: %v", err)
	}
	told := map[string]bool{}
	for _, job := range config.Jobs {
		for _, found := range job.DNS {
			for _, name := range found.Names {
				told[name] = true
				service, port := project.Services[name], strconv.Itoa(found.Port)
				if found.Type != "A" || !slices.Contains(service.Expose, port) || !slices.Contains(service.Command, ":"+port) {
					t.Errorf("job %s asks %s at port %s by %s records; it exposes %v and runs %v", job.Name, name, port, found.Type, service.Expose, service.Command)
				}
			}
		}
	}
	if !told["ingest"] || !told["collect"] {
		t.Errorf("Prometheus asks %v, want ingest and collect", told)
	}
}

// The collector with the command line of its container, asked by its container's health check.
func TestComposeRunsACollectorThatSaysItIsWell(t *testing.T) {
	kafka, err := broker.Start(t.Context(), broker.Options{Topics: []string{"segment"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = kafka.Close() }()
	service := compose(t).Services["collect"]
	listen, monitor := freePort(t), freePort(t)
	ports := strings.NewReplacer(":8088", "127.0.0.1:"+listen, ":9464", "127.0.0.1:"+monitor, "127.0.0.1/9464", "127.0.0.1/"+monitor)
	collect := exec.CommandContext(t.Context(), os.Args[0])
	for _, argument := range append(service.Command, "--kafka", kafka.Addr()) {
		collect.Args = append(collect.Args, ports.Replace(argument))
	}
	collect.Env = append(os.Environ(), "FUNNELCLOUD_TEST_AS_PROGRAM=1")
	for name := range service.Environment {
		collect.Env = append(collect.Env, name+"="+variable(service, name))
	}
	said, err := collect.StdoutPipe()
	if err == nil {
		collect.Stderr = os.Stderr
		err = collect.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	healthy := func() error {
		test := exec.CommandContext(t.Context(), service.HealthCheck.Test[1])
		for _, argument := range service.HealthCheck.Test[2:] {
			test.Args = append(test.Args, ports.Replace(argument))
		}
		return test.Run()
	}
	lines := bufio.NewScanner(said)
	for lines.Scan() && !strings.Contains(lines.Text(), "/readyz") {
	}
	if err := healthy(); err != nil {
		t.Errorf("the health check %v of a collector that runs: %v", service.HealthCheck.Test, err)
	}
	_ = collect.Process.Kill()
	_ = collect.Wait() // says that it was killed
	if err := healthy(); err == nil {
		t.Errorf("the health check %v finds a dead collector well", service.HealthCheck.Test)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// TestGrafanaFindsItsProvisioning holds the mounts and variables against what dashboards/provisioning expects.
func TestGrafanaFindsItsProvisioning(t *testing.T) {
	grafana := compose(t).Services["grafana"]
	datasource := readFile(t, "../../dashboards/provisioning/datasources/funnelcloud.yaml")
	for _, m := range regexp.MustCompile(`\$\{?(FUNNELCLOUD_[A-Z_]+)`).FindAllStringSubmatch(datasource, -1) {
		if variable(grafana, m[1]) == "" {
			t.Errorf("grafana does not get %s, which its data source names", m[1])
		}
	}
	for _, plugin := range regexp.MustCompile(`(?m)^\s+type: (\S+)$`).FindAllStringSubmatch(datasource, -1) {
		preinstalled := variable(grafana, "GF_PLUGINS_PREINSTALL_SYNC")
		if !regexp.MustCompile(`^` + plugin[1] + `@\d+\.\d+\.\d+$`).MatchString(preinstalled) {
			t.Errorf("grafana installs %q, want %s at an exact version", preinstalled, plugin[1])
		}
	}
	provider := readFile(t, "../../dashboards/provisioning/dashboards/funnelcloud.yaml")
	for _, path := range regexp.MustCompile(`(?m)^\s+path: (\S+)$`).FindAllStringSubmatch(provider, -1) {
		i := slices.IndexFunc(grafana.Volumes, func(v types.ServiceVolumeConfig) bool { return v.Target == path[1] })
		if i < 0 {
			t.Fatalf("grafana has nothing mounted at %s, where its dashboards are to be", path[1])
		}
		if boards, err := filepath.Glob(filepath.Join(grafana.Volumes[i].Source, "*.json")); err != nil || len(boards) == 0 {
			t.Errorf("no dashboards in %s: %v", grafana.Volumes[i].Source, err)
		}
	}
}

// The two may not be the same user: what Grafana asks with may only read.
func TestGrafanaAsksAsAReader(t *testing.T) {
	project := compose(t)
	clickhouse, grafana := project.Services["clickhouse"], project.Services["grafana"]
	if name := variable(grafana, "FUNNELCLOUD_CLICKHOUSE_USER"); name != "funnelcloud_reader" {
		t.Errorf("Grafana asks as %q, want funnelcloud_reader", name)
	}
	var users struct {
		Users struct {
			Reader struct {
				Password struct {
					FromEnv string `xml:"from_env,attr"`
				} `xml:"password"`
				Grants []string `xml:"grants>query"`
			} `xml:"funnelcloud_reader"`
		} `xml:"users"`
	}
	if err := xml.Unmarshal([]byte(project.Configs["clickhouse-reader"].Content), &users); err != nil {
		t.Fatalf("ClickHouse's file of users: %v", err)
	}
	database := variable(project.Services["migrate"], "FUNNELCLOUD_DATABASE")
	if diff := cmp.Diff([]string{"GRANT SELECT ON " + database + ".*"}, users.Users.Reader.Grants); diff != "" {
		t.Errorf("rights of the reader (-want +got):\n%s", diff)
	}
	known := variable(clickhouse, users.Users.Reader.Password.FromEnv)
	if asked := variable(grafana, "FUNNELCLOUD_CLICKHOUSE_PASSWORD"); known == "" || known != asked {
		t.Errorf("Grafana asks with password %q, ClickHouse knows %q", asked, known)
	}
	if variable(clickhouse, "CLICKHOUSE_PASSWORD") == known {
		t.Error("the owner of the data and the reader have the same password")
	}
}

// variable is the value of a service's environment variable; empty when it has none.
func variable(service types.ServiceConfig, name string) string {
	if value := service.Environment[name]; value != nil {
		return *value
	}
	return ""
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
