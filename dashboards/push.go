package dashboards

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// Grafana is a running Grafana, spoken to by its HTTP API (grafana.com/docs: Dashboard API and Folder API).
type Grafana struct {
	URL   string // with its path where it is served under one, e.g. https://example.com/grafana
	Token string // of a service account that may write dashboards and folders; never printed
	// Client sends the requests; nil: one that gives up after 30 seconds.
	Client *http.Client
}

// Pushed says what became of one dashboard.
type Pushed struct {
	UID     string
	URL     string // in Grafana, as it answered
	Changed bool   // false: Grafana had it so already
}

// folderUID and folderTitle are the folder that provisioning uses, too.
const folderUID, folderTitle = "funnelcloud", "funnelcloud"

// Push puts every dashboard into the folder "funnelcloud", which it makes if it must. A dashboard is known by its uid: what
// is there under it is replaced, what is the same already is left alone, so that pushing twice makes no second version.
// The first error ends it; what was pushed until then is returned with it, and pushing again is safe.
func (g Grafana) Push(ctx context.Context) ([]Pushed, error) {
	files, err := Generate()
	if err != nil {
		return nil, err
	}
	if _, err := g.base(); err != nil {
		return nil, err
	}
	if err := g.ensureFolder(ctx); err != nil {
		return nil, err
	}
	var all []Pushed
	for _, page := range pages() {
		done, err := g.put(ctx, page.uid, files[page.file])
		if err != nil {
			return all, fmt.Errorf("push dashboard %s: %w", page.uid, err)
		}
		all = append(all, done)
	}
	return all, nil
}

func (g Grafana) ensureFolder(ctx context.Context) error {
	err := g.call(ctx, http.MethodGet, "/api/folders/"+folderUID, nil, nil)
	if !isStatus(err, http.StatusNotFound) {
		return wrap("look for folder "+folderUID, err)
	}
	err = g.call(ctx, http.MethodPost, "/api/folders", map[string]string{"uid": folderUID, "title": folderTitle}, nil)
	if isStatus(err, http.StatusConflict) || isStatus(err, http.StatusPreconditionFailed) {
		// Somebody made it since we looked; any other folder of that name is told by the look that follows.
		err = g.call(ctx, http.MethodGet, "/api/folders/"+folderUID, nil, nil)
	}
	return wrap("make folder "+folderUID, err)
}

func (g Grafana) put(ctx context.Context, uid string, text []byte) (Pushed, error) {
	var there struct {
		Dashboard map[string]any `json:"dashboard"`
		Meta      struct {
			URL         string `json:"url"`
			FolderUID   string `json:"folderUid"`
			Provisioned bool   `json:"provisioned"`
		} `json:"meta"`
	}
	err := g.call(ctx, http.MethodGet, "/api/dashboards/uid/"+url.PathEscape(uid), nil, &there)
	if err != nil && !isStatus(err, http.StatusNotFound) {
		return Pushed{}, err
	}
	if there.Meta.Provisioned {
		return Pushed{}, errors.New("this Grafana reads it from files (provisioning): update the files there instead")
	}
	same, err := equalDashboards(there.Dashboard, text)
	if err != nil {
		return Pushed{}, err
	}
	if same && there.Meta.FolderUID == folderUID {
		return Pushed{UID: uid, URL: there.Meta.URL}, nil
	}
	var answer struct {
		URL string `json:"url"`
	}
	body := map[string]any{"dashboard": json.RawMessage(text), "folderUid": folderUID, "overwrite": true, "message": "funnelcloud dashboards --push"}
	if err := g.call(ctx, http.MethodPost, "/api/dashboards/db", body, &answer); err != nil {
		return Pushed{}, err
	}
	return Pushed{UID: uid, URL: answer.URL, Changed: true}, nil
}

// equalDashboards compares all but what Grafana adds of its own: its database's id, and the number of the version.
func equalDashboards(there map[string]any, text []byte) (bool, error) {
	var ours map[string]any
	if err := json.Unmarshal(text, &ours); err != nil {
		return false, err
	}
	for _, d := range []map[string]any{there, ours} {
		delete(d, "id")
		delete(d, "version")
	}
	return reflect.DeepEqual(there, ours), nil
}

// statusError is an answer that is no success.
type statusError struct {
	status  int
	message string
}

// Error says what to do, where the status tells it.
func (e *statusError) Error() string {
	hint := map[int]string{
		http.StatusUnauthorized: "; the token is wrong or has expired",
		http.StatusForbidden:    "; the token's service account needs the role Editor",
		http.StatusNotFound:     "; is the address that of a Grafana, with its path?",
	}[e.status]
	return fmt.Sprintf("the server answered %d %s: %s%s", e.status, http.StatusText(e.status), e.message, hint)
}

func isStatus(err error, status int) bool {
	var s *statusError
	return errors.As(err, &s) && s.status == status
}

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// base is the address without a slash at its end.
func (g Grafana) base() (string, error) {
	u, err := url.Parse(g.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("address %q: want one like https://grafana.example.com", g.URL)
	}
	if u.User != nil {
		return "", errors.New("the address holds a user or password: use a token instead")
	}
	return strings.TrimRight(g.URL, "/"), nil
}

// most is how much of an answer is read: the largest dashboard has some 200 kB.
const most = 16 << 20

func (g Grafana) call(ctx context.Context, method, path string, body, into any) error {
	base, err := g.base()
	if err != nil {
		return err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, base+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	if body == nil {
		request.Body, request.ContentLength = http.NoBody, 0
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+g.Token)
	client := g.Client
	if client == nil {
		client = &http.Client{Timeout: 30 * time.Second}
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, most))
	if err != nil {
		return fmt.Errorf("read the answer of %s: %w", path, err)
	}
	if response.StatusCode/100 != 2 {
		return &statusError{response.StatusCode, said(answer)}
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("%s answered what is no JSON; is this a Grafana? %w", path, err)
	}
	return nil
}

// said is the message of an answer in Grafana's form, else its beginning.
func said(answer []byte) string {
	var told struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(answer, &told) == nil && told.Message != "" {
		return told.Message
	}
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(answer), "")), " ")
	if runes := []rune(text); len(runes) > 120 {
		text = string(runes[:120]) + "…"
	}
	return text
}
