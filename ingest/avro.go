package ingest

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"math/big"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/twmb/avro"
)

// SchemaRegistry is where the schemas of Avro messages are, by Confluent's API, which others speak too.
type SchemaRegistry struct {
	URL            string
	User, Password string // basic authentication; none without a user
}

// Messages of Confluent's wire format are a zero, a schema's number in four bytes, big-endian, and the value.
const (
	wireMagic  = 0
	wireHeader = 5
)

// askAgain is how long a registry's word that there is no such schema, or none that can be read, holds.
const askAgain = 10 * time.Second

// schemaRegistry translates messages of Confluent's wire format, and remembers schemas, which never change.
type schemaRegistry struct {
	SchemaRegistry
	client *http.Client
	logger *slog.Logger
	now    func() time.Time

	mu    sync.Mutex
	known map[uint32]*registered
}

// registered is what a schema makes of a value; nil where there is none to read it with, as far as is known until a time.
type registered struct {
	decode func(value []byte) ([]byte, error)
	until  time.Time
}

func newSchemaRegistry(o SchemaRegistry, logger *slog.Logger) (*schemaRegistry, error) {
	if o.URL == "" {
		return nil, errNoRegistry
	}
	if at, err := url.Parse(o.URL); err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
		return nil, fmt.Errorf("schema registry %q: not an address such as http://registry:8081", o.URL)
	}
	o.URL = strings.TrimSuffix(o.URL, "/")
	return &schemaRegistry{SchemaRegistry: o, client: &http.Client{Timeout: 10 * time.Second}, logger: logger, now: time.Now, known: map[uint32]*registered{}}, nil
}

// translate makes JSON of a message. One that can't be read, now and with this schema, stays as it is, for its source to
// refuse; while the registry does not answer, nobody knows, and that is an error.
func (r *schemaRegistry) translate(ctx context.Context, _ []kafka.Header, value []byte) ([]byte, error) {
	if len(value) < wireHeader || value[0] != wireMagic {
		return nil, nil
	}
	id := binary.BigEndian.Uint32(value[1:])
	schema, err := r.schema(ctx, id)
	if err != nil {
		return nil, err
	}
	if schema.decode == nil {
		return nil, nil
	}
	text, fault := schema.decode(value[wireHeader:])
	if fault != nil {
		r.logger.Debug("a message does not fit its schema", "schema", id, "error", fault)
	}
	return text, nil // nothing for a message that does not fit its schema
}

func (r *schemaRegistry) schema(ctx context.Context, id uint32) (*registered, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.known[id]; s != nil && (s.decode != nil || r.now().Before(s.until)) {
		return s, nil
	}
	s := &registered{until: r.now().Add(askAgain)}
	var err error
	s.decode, err = r.compile(ctx, id)
	if errors.Is(err, errUnreadable) {
		r.logger.Warn("messages with this schema become dead letters", "schema", id, "error", err)
		err = nil
	}
	if err != nil {
		return nil, err
	}
	r.known[id] = s
	return s, nil
}

// errUnreadable says that a schema is not there or can't be read: no use to ask again soon.
var errUnreadable = errors.New("no schema to read messages with")

// subject is the registry's answer.
type subject struct {
	Schema     string `json:"schema"`
	Kind       string `json:"schemaType"` // AVRO where it is empty
	References []struct {
		Subject string `json:"subject"`
		Version int    `json:"version"`
	} `json:"references"`
}

func (r *schemaRegistry) compile(ctx context.Context, id uint32) (func([]byte) ([]byte, error), error) {
	found, err := r.ask(ctx, "/schemas/ids/"+strconv.FormatUint(uint64(id), 10))
	if err != nil {
		return nil, err
	}
	switch cmp.Or(found.Kind, "AVRO") {
	case "JSON": // the value is JSON as it is
		return func(value []byte) ([]byte, error) { return value, nil }, nil
	case "AVRO":
	default:
		return nil, fmt.Errorf("%w: schema %d is of type %s; Avro and JSON are read", errUnreadable, id, found.Kind)
	}
	schema, err := r.parse(ctx, &avro.SchemaCache{}, found, 0)
	if err != nil {
		return nil, fmt.Errorf("schema %d: %w", id, err)
	}
	return func(value []byte) ([]byte, error) { return avroJSON(schema, value) }, nil
}

// parse reads what a schema refers to before itself.
func (r *schemaRegistry) parse(ctx context.Context, types *avro.SchemaCache, s subject, depth int) (*avro.Schema, error) {
	if depth > 20 {
		return nil, fmt.Errorf("%w: it refers to others without end", errUnreadable)
	}
	for _, reference := range s.References {
		found, err := r.ask(ctx, "/subjects/"+url.PathEscape(reference.Subject)+"/versions/"+strconv.Itoa(reference.Version))
		if err == nil {
			_, err = r.parse(ctx, types, found, depth+1)
		}
		if err != nil {
			return nil, err
		}
	}
	schema, err := types.Parse(s.Schema)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnreadable, err)
	}
	return schema, nil
}

func (r *schemaRegistry) ask(ctx context.Context, path string) (found subject, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL+path, nil)
	if err != nil {
		return found, fmt.Errorf("ask the schema registry: %w", err)
	}
	request.Header.Set("Accept", "application/vnd.schemaregistry.v1+json, application/json")
	if r.User != "" {
		request.SetBasicAuth(r.User, r.Password)
	}
	response, err := r.client.Do(request)
	if err != nil {
		return found, fmt.Errorf("ask the schema registry: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	switch {
	case response.StatusCode == http.StatusNotFound:
		return found, fmt.Errorf("%w: the registry at %s has no %s", errUnreadable, r.URL, path)
	case err == nil && response.StatusCode != http.StatusOK:
		err = fmt.Errorf("%s", response.Status)
	case err == nil:
		err = json.Unmarshal(body, &found)
	}
	if err != nil {
		return found, fmt.Errorf("ask the schema registry for %s%s: %w", r.URL, path, err)
	}
	return found, nil
}

// avroJSON writes a value as plain JSON: unions without their types, decimals as the texts of numbers, times as RFC 3339,
// bytes as base64.
func avroJSON(schema *avro.Schema, value []byte) ([]byte, error) {
	var decoded any
	rest, err := schema.Decode(value, &decoded)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%d bytes more than the schema has", len(rest))
	}
	return json.Marshal(plainValue(decoded))
}

// plainValue replaces what encoding/json has no word for, or another.
func plainValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = plainValue(member)
		}
	case []any:
		for i, element := range v {
			v[i] = plainValue(element)
		}
	case *big.Rat:
		digits, _ := v.FloatPrec()
		return v.FloatString(digits)
	case big.Rat:
		return plainValue(&v)
	case time.Duration:
		return v.String()
	case float32:
		return plainValue(float64(v))
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return strconv.FormatFloat(v, 'g', -1, 64)
		}
	}
	return v
}
