package ingest

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/segmentio/kafka-go"
	"github.com/twmb/avro"
)

const (
	moneySchema = `{"type":"record","name":"Money","namespace":"shop","fields":[{"name":"amount","type":{"type":"bytes","logicalType":"decimal","precision":18,"scale":4}},
		{"name":"currency","type":"string"}]}`
	orderSchema = `{"type":"record","name":"Order","namespace":"shop","fields":[
		{"name":"id","type":"string"},
		{"name":"customer","type":["null","string"],"default":null},
		{"name":"at","type":{"type":"long","logicalType":"timestamp-micros"}},
		{"name":"day","type":{"type":"int","logicalType":"date"}},
		{"name":"price","type":"shop.Money"},
		{"name":"seats","type":"long"},
		{"name":"rate","type":"double"},
		{"name":"tags","type":{"type":"map","values":["string","long"]}},
		{"name":"plan","type":{"type":"enum","name":"Plan","symbols":["FREE","PRO"]}}]}`
	orderSource = `name: orders
topics: [orders]
format: avro
fields: {event_id: item.id, kind: "'billing'", name: item.plan, user_id: item.customer, event_ts: item.at, value: item.price.amount, currency: item.price.currency}
rest: item
required: [user_id]
`
)

// registryServer speaks Confluent's API for schemas 1 (Avro, which refers to another), 2 (JSON) and 3 (Protobuf).
type registryServer struct {
	*httptest.Server
	asked atomic.Int64
	away  atomic.Bool
	late  atomic.Bool // schema 4 is there
}

func newRegistry(t testing.TB) *registryServer {
	t.Helper()
	r := &registryServer{}
	answer := func(w http.ResponseWriter, content map[string]any) {
		w.Header().Set("Content-Type", "application/vnd.schemaregistry.v1+json")
		if err := json.NewEncoder(w).Encode(content); err != nil {
			t.Error(err)
		}
	}
	order := map[string]any{"schema": orderSchema, "references": []map[string]any{{"name": "shop.Money", "subject": "shop.Money", "version": 2}}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /schemas/ids/{id}", func(w http.ResponseWriter, request *http.Request) {
		r.asked.Add(1)
		switch id := request.PathValue("id"); {
		case id == "1", id == "4" && r.late.Load():
			answer(w, order)
		case id == "2":
			answer(w, map[string]any{"schema": `{"type":"object"}`, "schemaType": "JSON"})
		case id == "3":
			answer(w, map[string]any{"schema": `syntax = "proto3";`, "schemaType": "PROTOBUF"})
		default:
			w.WriteHeader(http.StatusNotFound)
			answer(w, map[string]any{"error_code": 40403, "message": "Schema not found"})
		}
	})
	mux.HandleFunc("GET /subjects/{subject}/versions/{version}", func(w http.ResponseWriter, request *http.Request) {
		if request.PathValue("subject") == "shop.Money" && request.PathValue("version") == "2" {
			answer(w, map[string]any{"subject": "shop.Money", "version": 2, "id": 9, "schema": moneySchema})
			return
		}
		w.WriteHeader(http.StatusNotFound)
	})
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		user, password, _ := request.BasicAuth()
		switch {
		case r.away.Load():
			w.WriteHeader(http.StatusServiceUnavailable)
		case user != "reader" || password != "secret":
			w.WriteHeader(http.StatusUnauthorized)
		default:
			mux.ServeHTTP(w, request)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *registryServer) options() SchemaRegistry {
	return SchemaRegistry{URL: r.URL + "/", User: "reader", Password: "secret"}
}

// confluent is a message of Confluent's wire format.
func confluent(schema uint32, value string) string {
	return "\x00" + string(binary.BigEndian.AppendUint32(nil, schema)) + value
}

func order(t testing.TB, id string, customer any) string {
	t.Helper()
	var types avro.SchemaCache
	if _, err := types.Parse(moneySchema); err != nil {
		t.Fatal(err)
	}
	schema, err := types.Parse(orderSchema)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC)
	value, err := schema.Encode(map[string]any{"id": id, "customer": customer, "at": at, "day": at, "price": map[string]any{"amount": big.NewRat(4999, 100), "currency": "EUR"},
		"seats": int64(math.MaxInt64), "rate": math.NaN(), "tags": map[string]any{"a": "é\"", "b": int64(7)}, "plan": "PRO"})
	if err != nil {
		t.Fatal(err)
	}
	return string(value)
}

// Avro and JSON in one topic, by the schemas of a registry that is away at first; what can't be read goes to the dead
// letters with its bytes, and comes in by a replay once its schema is there.
func TestAvroWithASchemaRegistry(t *testing.T) {
	registry := newRegistry(t)
	registry.away.Store(true)
	s := newStack(t, parsed(t, orderSource))
	s.produce("orders", confluent(1, order(t, "o-1", "u-1")), confluent(2, `{"id":"o-2","customer":"u-2","at":"2026-01-02T03:04:05Z"}`),
		`{"id":"o-3","customer":"u-3","at":1}`, confluent(1, order(t, "o-4", nil)), // no customer, though it is required
		confluent(1, "\xff\xff"), confluent(1, order(t, "o-5", "u-5")+"more"), confluent(3, "x"), confluent(4, order(t, "o-6", "u-6")), "\x00\x01")
	o := s.options()
	o.SchemaRegistry = registry.options()
	o.Logger = warnedOnce(func() { registry.away.Store(false) })
	s.run(o)
	s.expect("events", "SELECT count() FROM events_deduplicated", 3)
	want := []string{`2026-01-02 03:04:05.678|PRO|u-1|49.99|EUR|{"day":"2026-01-02T00:00:00Z","price":{"amount":"49.99","currency":"EUR"},"rate":"NaN","seats":9223372036854775807,"tags":{"a":"é\"","b":7}}`}
	got := s.texts("SELECT concat(toString(event_ts), '|', name, '|', user_id, '|', toString(value), '|', currency, '|', toString(properties)) FROM events_deduplicated WHERE event_id = 'o-1'")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the order (-want +got):\n%s", diff)
	}
	s.expect("letters that could not be read", "SELECT count() FROM dead_letters WHERE reason = 'invalid_avro' AND startsWith(raw, '\\0')", 5)
	s.expect("letters that were read and refused", "SELECT count() FROM dead_letters WHERE reason = 'missing_field' AND JSONExtractString(raw, 'id') = 'o-4'", 1)
	if n := registry.asked.Load(); n > 12 {
		t.Errorf("the registry was asked %d times for four schemas", n)
	}

	registry.late.Store(true)
	stats, _ := s.replay(ReplayOptions{SchemaRegistry: registry.options()})
	if stats.Mended != 1 || stats.Refused != 5 {
		t.Errorf("a replay with the schema there: %+v", stats)
	}
	s.expect("events", "SELECT count() FROM events_deduplicated WHERE event_id = 'o-6' AND user_id = 'u-6'", 1)
}

func TestNoSchemaRegistry(t *testing.T) {
	s := &stack{t: t}
	s.sources = append(s.sources, parsed(t, orderSource))
	for want, registry := range map[string]SchemaRegistry{
		"--schema-registry":      {},
		"not an address such as": {URL: "registry:8081"},
	} {
		_, err := Options{Sources: s.sources, SchemaRegistry: registry}.withDefaults().translations()
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "source orders") {
			t.Errorf("want %q and the source named, got %v", want, err)
		}
	}
}

// A registry that does not let us in is trouble that may pass, not a reason to refuse messages.
func TestASchemaRegistryThatDoesNotLetUsIn(t *testing.T) {
	r, err := newSchemaRegistry(SchemaRegistry{URL: newRegistry(t).URL, User: "reader", Password: "wrong"}, Options{}.withDefaults().Logger)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.translate(t.Context(), nil, []byte(confluent(1, "")))
	r.client.CloseIdleConnections()
	if err == nil || !strings.Contains(err.Error(), "401") || strings.Contains(err.Error(), "wrong") {
		t.Errorf("got %v, want the status and no password", err)
	}
}

// FuzzDecodeAvro: whatever the bytes are, what comes is JSON or nothing.
func FuzzDecodeAvro(f *testing.F) {
	registry := newRegistry(f)
	r, err := newSchemaRegistry(registry.options(), Options{}.withDefaults().Logger)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(r.client.CloseIdleConnections)
	for _, value := range []string{order(f, "o", "u"), order(f, "", nil), "", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"} {
		f.Add([]byte(value))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		text, err := r.translate(t.Context(), nil, []byte(confluent(1, string(value))))
		if err != nil {
			t.Fatal(err)
		}
		if text != nil && !json.Valid(text) {
			t.Errorf("%q", text)
		}
	})
}

// CloudEvents in both of Kafka's modes in one topic.
func TestCloudEventsInBinaryMode(t *testing.T) {
	s := newStack(t, sourceNamed(t, "cloudevents"))
	headers := func(id, contentType string) []kafka.Header {
		h := []kafka.Header{{Key: "ce_specversion", Value: []byte("1.0")}, {Key: "ce_id", Value: []byte(id)}, {Key: "ce_source", Value: []byte("/shop")},
			{Key: "ce_type", Value: []byte("trial_started")}, {Key: "ce_userid", Value: []byte("u-9")}, {Key: "ce_time", Value: []byte("2026-01-02T03:04:05Z")}, {Key: "traceparent", Value: []byte("00-ab")}}
		if contentType != "" {
			h = append(h, kafka.Header{Key: "content-type", Value: []byte(contentType)})
		}
		return h
	}
	transport := Access{}.Transport()
	defer transport.CloseIdleConnections()
	writer := &kafka.Writer{Transport: transport, Addr: kafka.TCP(s.brokers()...), Topic: "cloudevents", BatchTimeout: time.Millisecond, RequiredAcks: kafka.RequireAll}
	err := writer.WriteMessages(t.Context(),
		kafka.Message{Value: []byte(`{"specversion":"1.0","id":"0","source":"/shop","type":"trial_started","userid":"u-9","data":{"plan":"pro"}}`)},
		kafka.Message{Headers: headers("1", "application/json; charset=utf-8"), Value: []byte(` {"plan": "pro"} `)},
		kafka.Message{Headers: headers("2", ""), Value: nil},
		kafka.Message{Headers: headers("3", "text/plain"), Value: []byte(`say "hi"`)},
		kafka.Message{Headers: headers("4", "image/png"), Value: []byte{0xff, 0}},
		kafka.Message{Headers: headers("5", "application/json"), Value: []byte(`{}, "id": "6"`)},
		kafka.Message{Headers: headers("7", "application/vnd.shop+json")[1:], Value: []byte(`{"plan":"pro"}`)}) // no specversion: neither mode
	if err := writer.Close(); err != nil {
		t.Error(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.drain()
	want := []string{
		`/shop#0 u-9 {"plan":"pro"}`, `/shop#1 u-9 {"plan": "pro"}`, `/shop#2 u-9 {}`, `/shop#3 u-9 {"properties":"say \"hi\""}`,
		`/shop#4 u-9 {"properties":"/wA="}`, `/shop#5 u-9 {"properties":"{}, \"id\": \"6\""}`,
	}
	got := s.texts("SELECT concat(event_id, ' ', user_id, ' ', toString(properties)) FROM events_deduplicated ORDER BY event_id")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	s.expect("refused", "SELECT count() FROM dead_letters WHERE reason = 'missing_field'", 1)
	s.expect("at the event's time", "SELECT count() FROM events_deduplicated WHERE event_ts = '2026-01-02 03:04:05'", 5)
}
