package dashboards_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/funnelcloud/funnelcloud/dashboards"
)

const token = "glsa_secret"

// documented is a server that keeps folders and dashboards and answers as Grafana's API is documented to. It is no Grafana:
// what a real one does beside its documentation, these tests don't see.
type documented struct {
	folders    map[string]bool
	dashboards map[string]map[string]any
	versions   map[string]int
	inFolder   map[string]string
	provision  bool // whether it says that its dashboards come from files
}

func newDocumented() *documented {
	return &documented{map[string]bool{}, map[string]map[string]any{}, map[string]int{}, map[string]string{}, false}
}

func (d *documented) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := func(status int, body any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}
	message := func(status int, text string) { answer(status, map[string]string{"message": text}) }
	path := strings.TrimPrefix(r.URL.Path, "/grafana")
	uid := path[strings.LastIndex(path, "/")+1:]
	switch {
	case r.Header.Get("Authorization") != "Bearer "+token:
		message(http.StatusUnauthorized, "Invalid API key")
	case r.Method == http.MethodGet && strings.HasPrefix(path, "/api/folders/"):
		if !d.folders[uid] {
			message(http.StatusNotFound, "folder not found")
			return
		}
		answer(http.StatusOK, map[string]any{"uid": uid})
	case r.Method == http.MethodPost && path == "/api/folders":
		var body struct{ UID, Title string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Title == "" {
			message(http.StatusBadRequest, "bad request data")
			return
		}
		d.folders[body.UID] = true
		answer(http.StatusOK, map[string]any{"uid": body.UID, "title": body.Title})
	case r.Method == http.MethodGet && strings.HasPrefix(path, "/api/dashboards/uid/"):
		if d.dashboards[uid] == nil {
			message(http.StatusNotFound, "Dashboard not found")
			return
		}
		answer(http.StatusOK, map[string]any{"dashboard": d.dashboards[uid], "meta": map[string]any{
			"url": "/d/" + uid, "folderUid": d.inFolder[uid], "provisioned": d.provision}})
	case r.Method == http.MethodPost && path == "/api/dashboards/db":
		d.save(r, answer, message)
	default:
		message(http.StatusNotFound, "Not found")
	}
}

func (d *documented) save(r *http.Request, answer func(int, any), message func(int, string)) {
	var body struct {
		Dashboard map[string]any
		FolderUID string `json:"folderUid"`
		Overwrite bool
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		message(http.StatusBadRequest, "bad request data")
		return
	}
	uid, _ := body.Dashboard["uid"].(string)
	if d.dashboards[uid] != nil && !body.Overwrite {
		message(http.StatusPreconditionFailed, "The dashboard has been changed by someone else")
		return
	}
	if !d.folders[body.FolderUID] {
		message(http.StatusBadRequest, "folder not found")
		return
	}
	d.versions[uid]++
	body.Dashboard["id"], body.Dashboard["version"] = len(d.dashboards)+1, d.versions[uid]
	d.dashboards[uid], d.inFolder[uid] = body.Dashboard, body.FolderUID
	answer(http.StatusOK, map[string]any{"uid": uid, "url": "/d/" + uid, "status": "success", "version": d.versions[uid]})
}

func TestPushIsIdempotent(t *testing.T) {
	there := newDocumented()
	server := httptest.NewServer(there)
	t.Cleanup(server.Close)
	g := dashboards.Grafana{URL: server.URL + "/grafana/", Token: token}
	first, err := g.Push(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	files, err := dashboards.Generate()
	if err != nil {
		t.Fatal(err)
	}
	if len(first) != len(files) || len(there.dashboards) != len(files) || !there.folders["funnelcloud"] {
		t.Fatalf("pushed %v; the server has %d dashboards, folders %v", first, len(there.dashboards), there.folders)
	}
	second, err := g.Push(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range second {
		if !first[i].Changed || p.Changed || there.versions[p.UID] != 1 || there.inFolder[p.UID] != "funnelcloud" || p.URL != "/d/"+p.UID {
			t.Errorf("%+v after %+v, version %d, folder %q", p, first[i], there.versions[p.UID], there.inFolder[p.UID])
		}
	}
}

// What somebody changed by hand, or moved, is put right; nothing else is touched.
func TestPushPutsRightWhatDiffers(t *testing.T) {
	there := newDocumented()
	server := httptest.NewServer(there)
	t.Cleanup(server.Close)
	g := dashboards.Grafana{URL: server.URL, Token: token}
	if _, err := g.Push(t.Context()); err != nil {
		t.Fatal(err)
	}
	there.dashboards["funnelcloud-overview"]["title"] = "Mine"
	there.inFolder["funnelcloud-paths"] = "elsewhere"
	there.dashboards["other"] = map[string]any{"uid": "other", "title": "Somebody's"}
	again, err := g.Push(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range again {
		if want := p.UID == "funnelcloud-overview" || p.UID == "funnelcloud-paths"; p.Changed != want {
			t.Errorf("%s: changed %v, want %v", p.UID, p.Changed, want)
		}
	}
	if there.dashboards["funnelcloud-overview"]["title"] == "Mine" || there.inFolder["funnelcloud-paths"] != "funnelcloud" || there.dashboards["other"]["title"] != "Somebody's" {
		t.Error("a change stayed, or something else was changed")
	}
}

func TestPushSaysWhatIsWrong(t *testing.T) {
	there := newDocumented()
	server := httptest.NewServer(there)
	t.Cleanup(server.Close)
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>It works!</html>") }))
	t.Cleanup(page.Close)
	forbidden := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no\n  way", http.StatusForbidden) }))
	t.Cleanup(forbidden.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, c := range map[string]struct{ url, token, want string }{
		"wrong token":     {server.URL, "wrong", "401 Unauthorized: Invalid API key; the token is wrong or has expired"},
		"no permission":   {forbidden.URL, token, "403 Forbidden: no way; the token's service account needs the role Editor"},
		"no Grafana":      {page.URL, token, "is this a Grafana?"},
		"nobody there":    {gone.URL, token, "connection refused"},
		"no address":      {"grafana.example.com", token, "want one like https://"},
		"password in URL": {"https://admin:hunter2@grafana.example.com", token, "use a token instead"},
	} {
		_, err := dashboards.Grafana{URL: c.url, Token: c.token}.Push(t.Context())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		} else if strings.Contains(err.Error(), token) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error tells the secret: %v", name, err)
		}
	}
	there.provision = true
	if _, err := (dashboards.Grafana{URL: server.URL, Token: token}).Push(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := (dashboards.Grafana{URL: server.URL, Token: token}).Push(t.Context()); err == nil || !strings.Contains(err.Error(), "provisioning") {
		t.Errorf("provisioned dashboards: %v", err)
	}
}
