package collector

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

// open is a collector that takes events from everybody.
func open(t testing.TB, o Options) served {
	t.Helper()
	o.Open = true
	return serveCollector(t, o)
}

func (s served) wantRefusal(t *testing.T, status int, reason, path, body string, headers ...string) {
	t.Helper()
	got, header, answer := s.post(t, path, body, headers...)
	if got != status || !strings.Contains(answer, reason) {
		t.Errorf("POST %s: %d %s, want %d and to read %q", path, got, answer, status, reason)
	}
	retry := header.Get("Retry-After")
	if wants := status == 503 || status == 429; wants != (retry != "") {
		t.Errorf("POST %s: %d with Retry-After %q", path, got, retry)
	}
}

func TestBombsAreNotUnpacked(t *testing.T) {
	const limit = 1 << 20
	s := open(t, Options{MaxDecoded: limit})
	zeros := make([]byte, 200<<20)
	once := zipped(t, zeros)
	twice := zipped(t, once)
	var deflated bytes.Buffer
	z := zlib.NewWriter(&deflated)
	_, _ = z.Write(zeros)
	_ = z.Close()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for name, send := range map[string]struct {
		path, body string
		headers    []string
	}{
		"gzip":                {"/v1/batch", string(once), []string{"Content-Encoding", "gzip"}},
		"gzip, not announced": {"/v1/batch", string(once), []string{"Content-Type", "text/plain"}},
		"gzip in gzip":        {"/v1/batch", string(twice), []string{"Content-Encoding", "gzip, gzip"}},
		"deflate":             {"/v1/batch", deflated.String(), []string{"Content-Encoding", "deflate"}},
		"in a form":           {"/e", "data=" + base64.URLEncoding.EncodeToString(once), []string{"Content-Type", "application/x-www-form-urlencoded"}},
	} {
		status, _, answer := s.post(t, send.path, send.body, send.headers...)
		if status != http.StatusRequestEntityTooLarge || !strings.Contains(answer, "decompressed") {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 64*limit {
		t.Errorf("five bombs of 200 MB took %d MB, with a limit of 1 MB each", used>>20)
	}
	if held := s.budget.held.Load(); held != 0 {
		t.Errorf("%d bytes are still held", held)
	}
}

func TestWhatIsBrokenIsRefusedWithItsReason(t *testing.T) {
	s := open(t, Options{MaxEvents: 3, MaxBody: 1 << 20})
	good := zipped(t, []byte(`{"batch":[{"type":"track","userId":"u","event":"x","properties":{"n":"`+strings.Repeat("y", 500)+`"}}]}`))
	broken := bytes.Clone(good)
	broken[len(broken)-6] ^= 0xff
	for _, c := range []struct {
		status             int
		reason, path, body string
		headers            []string
	}{
		{400, "decompressed", "/v1/batch", string(good[:len(good)-10]), nil},
		{400, "decompressed", "/v1/batch", string(broken), nil},
		{400, "decompressed", "/v1/batch", "\x1f\x8b\x09garbage", nil},
		{400, "decompressed", "/v1/batch", "nothing deflated", []string{"Content-Encoding", "deflate"}},
		{415, "none of gzip", "/v1/batch", "x", []string{"Content-Encoding", "br"}},
		{415, "more than 2", "/v1/batch", "x", []string{"Content-Encoding", "gzip,gzip,gzip"}},
		{400, "no base64", "/track", "data=%25%25%25", []string{"Content-Type", "application/x-www-form-urlencoded"}},
		{400, "no form", "/track", "data=%zz", nil},
		{400, "no body", "/v1/track", "", nil},
		{400, "no body", "/v1/track", "  \n", nil},
		{400, "no JSON: byte 10: the text ends", "/v1/track", `{"userId":`, nil},
		{400, "no JSON: byte 14", "/v1/track", `{"userId":"u"}}`, nil},
		{400, "no JSON", "/v1/track", `{'userId':1}`, nil},
		{400, "no JSON", "/v1/track", `{"a":01}`, nil},
		{400, "no JSON", "/v1/track", "{\"a\":\"\n\"}", nil},
		{400, "no JSON", "/v1/track", "undefined", nil},
		{400, "an object", "/v1/track", `"x"`, nil},
		{400, "batch", "/v1/batch", `{"userId":"u"}`, nil},
		{400, "not an array", "/v1/batch", `{"batch":{}}`, nil},
		{404, "no call", "/v1/explode", `{}`, nil},
		{400, "batch", "/batch", `{"api_key":"k"}`, nil},
		{400, "an object", "/e", `5`, nil},
		{400, "events", "/2/httpapi", `{"api_key":"k"}`, nil},
		{400, "an object", "/track", `true`, nil},
		{400, "data", "/com.snowplowanalytics.snowplow/tp2", `{"schema":"x"}`, nil},
		{400, "not an array", "/com.snowplowanalytics.snowplow/tp2", `{"data":{}}`, nil},
		{413, "too many events", "/v1/batch", `{"batch":[{},{},{},{}]}`, nil},
		{400, "too many events", "/com.snowplowanalytics.snowplow/tp2", `{"data":[{},{},{},{}]}`, nil},
		{413, "larger than 1048576", "/v1/track", `{"x":"` + strings.Repeat("x", 1<<20) + `"}`, nil},
	} {
		s.wantRefusal(t, c.status, c.reason, c.path, c.body, c.headers...)
	}
	for _, topic := range Protocols {
		if n := len(s.stored(t, topic)); n != 0 {
			t.Errorf("%d messages on %s from requests that were refused", n, topic)
		}
	}
	if status, _, _ := s.request(t, http.MethodGet, "/v1/batch", nil); status != http.StatusMethodNotAllowed {
		t.Errorf("GET of a batch: %d", status)
	}
	if status, _, _ := s.post(t, "/nowhere", "{}"); status != http.StatusNotFound {
		t.Errorf("an unknown path: %d", status)
	}
}

// TestOneBadEventDoesNotTakeItsBatchWithIt: SDKs give a batch up that is refused, so what can be told apart goes on, and
// the consumer keeps the bad one with the reason.
func TestOneBadEventDoesNotTakeItsBatchWithIt(t *testing.T) {
	s := open(t, Options{MaxEvent: 1000})
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	s2 := open(t, Options{})
	status, _, answer := s2.post(t, "/v1/batch", `{"batch":[{"type":"track","userId":"u","event":"good","messageId":"1"},
		null, 7, "text", [1], {"type":"explode"}, {"userId":"`+"\xff"+`"}, {"deep":`+deep+`}]}`)
	if status != 200 || strings.Contains(answer, "refused") {
		t.Errorf("%d %s", status, answer)
	}
	records := s2.stored(t, "segment")
	if len(records) != 8 {
		t.Errorf("%d messages, want 8", len(records))
	}
	whole := map[string]bool{}
	for _, r := range records {
		whole[r.value] = true
	}
	if !whole["null"] || !whole["7"] || !whole[`"text"`] || !whole["[1]"] {
		t.Errorf("what is no object did not go on as it was: %v", len(whole))
	}

	large := `{"type":"track","userId":"u","messageId":"2","x":"` + strings.Repeat("x", 1000) + `"}`
	status, _, answer = s.post(t, "/v1/batch", `{"batch":[{"type":"track","userId":"u","event":"x","messageId":"1"},`+large+`]}`)
	if status != 200 || !strings.Contains(answer, `"refused":1`) {
		t.Errorf("one event too large: %d %s", status, answer)
	}
	if _, e := s.one(t, "segment"); e["messageId"] != "1" {
		t.Errorf("got %v", e)
	}
	s.wantRefusal(t, 413, "an event is larger", "/v1/batch", `{"batch":[`+large+`]}`)
}

// TestTenMegabytes sends bodies of the largest size by default, whole and in chunks.
func TestTenMegabytes(t *testing.T) {
	s := open(t, Options{})
	const events = 5000
	var body strings.Builder
	body.WriteString(`{"batch":[`)
	for i := range events {
		if i > 0 {
			body.WriteByte(',')
		}
		fmt.Fprintf(&body, `{"type":"track","userId":"u-%d","event":"x","messageId":"m-%d","properties":{"text":%q}}`, i%100, i, strings.Repeat("0123456789", 198))
	}
	body.WriteString(`]}`)
	if n := body.Len(); n > 10<<20 || n < 9<<20 {
		t.Fatalf("the body has %d bytes", n)
	}
	if status, _, answer := s.post(t, "/v1/batch", body.String()); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	chunked, err := http.Post(s.url+"/v1/batch", "application/json", io.MultiReader(strings.NewReader(body.String())))
	if err != nil {
		t.Fatal(err)
	}
	_ = chunked.Body.Close()
	if chunked.StatusCode != http.StatusOK {
		t.Fatalf("in chunks: %d", chunked.StatusCode)
	}
	seen := map[any]int{}
	last := map[string]int{}
	for _, r := range s.stored(t, "segment") {
		id := object(t, r.value)["messageId"].(string)
		seen[id]++
		var n int
		_, _ = fmt.Sscanf(id, "m-%d", &n)
		if before, ok := last[r.key]; ok && n < before && seen[id] == 1 {
			t.Fatalf("%s came after m-%d of the same user", id, before)
		}
		last[r.key] = n
	}
	for id, n := range seen {
		if n != 2 {
			t.Errorf("%v arrived %d times, want 2: it was sent twice", id, n)
		}
	}
	if len(seen) != events {
		t.Errorf("%d events, want %d", len(seen), events)
	}
	s.wantRefusal(t, 413, "larger than", "/v1/batch", body.String()+strings.Repeat(" ", 1<<20))
	if held := s.budget.held.Load(); held != 0 {
		t.Errorf("%d bytes are still held", held)
	}
}

// TestSlowClientsAreCutOff: neither a header nor a body may trickle in for ever.
func TestSlowClientsAreCutOff(t *testing.T) {
	c := newCollector(t, Options{Open: true, HeaderTimeout: 100 * time.Millisecond, BodyTimeout: 300 * time.Millisecond, MaxConns: 2})
	l := listen(t)
	stop, ended := c.background(t, l)
	for name, text := range map[string]string{
		"a header without an end": "POST /v1/track HTTP/1.1\r\nHost: x\r\nX-Slow: ",
		"a body without an end":   "POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{\"userId\"",
		"a chunk without an end":  "POST /v1/track HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n{",
		"nothing at all":          "",
	} {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		answer, err := io.ReadAll(conn) // until the server closes
		if err != nil {
			t.Errorf("%s: the connection is still open: %v", name, err)
		}
		if strings.Contains(name, "body") && !strings.Contains(string(answer), "408 Request Timeout") {
			t.Errorf("%s: %q", name, answer)
		}
		_ = conn.Close()
	}
	if held := c.budget.held.Load(); held != 0 {
		t.Errorf("%d bytes are still held", held)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestNoMoreConnectionsThanAllowed(t *testing.T) {
	inner := listen(t)
	l := limitListener(inner, 1)
	accepted := make(chan net.Conn)
	go func() {
		defer close(accepted)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- conn
		}
	}()
	var clients []net.Conn
	for range 2 {
		client, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		clients = append(clients, client)
	}
	first := <-accepted
	select {
	case <-accepted:
		t.Error("a second connection was accepted beside the first")
	default:
	}
	_ = first.Close()
	_ = first.Close()
	second := <-accepted
	_ = l.Close()
	if _, open := <-accepted; open {
		t.Error("accepted after the end")
	}
	for _, c := range append(clients, second) {
		_ = c.Close()
	}
}

func TestDeflatedBodies(t *testing.T) {
	s := open(t, Options{})
	const body = `{"type":"track","userId":"u","event":"x","messageId":"1"}`
	var standard, bare bytes.Buffer
	z := zlib.NewWriter(&standard)
	_, _ = io.WriteString(z, body)
	_ = z.Close()
	f, err := flate.NewWriter(&bare, 9)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(f, body)
	_ = f.Close()
	for _, deflated := range []string{standard.String(), bare.String()} {
		if status, _, answer := s.post(t, "/v1/track", deflated, "Content-Encoding", "deflate"); status != 200 {
			t.Errorf("%d %s", status, answer)
		}
	}
	// A proxy undid the compression and left the header.
	if status, _, answer := s.post(t, "/v1/track", body, "Content-Encoding", "gzip"); status != 200 {
		t.Errorf("%d %s", status, answer)
	}
	if n := len(s.stored(t, "segment")); n != 3 {
		t.Errorf("%d messages, want 3", n)
	}
}
