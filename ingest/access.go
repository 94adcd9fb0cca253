package ingest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	saslplain "github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"
)

// Access is how a Kafka cluster lets us in. The zero value is a cluster that asks for nothing.
type Access struct {
	TLS  *tls.Config
	SASL sasl.Mechanism
}

// SASLMechanisms are the names that NewAccess knows.
var SASLMechanisms = []string{"plain", "scram-sha-256", "scram-sha-512"}

// AccessOptions are what people write.
type AccessOptions struct {
	TLS       bool   // encrypted, with the system's certificates trusted
	CAFile    string // PEM file with the certificates to trust instead; means TLS
	Mechanism string // one of SASLMechanisms; scram-sha-512 where only a user is given
	User      string
	Password  string
}

// NewAccess checks the options. A password is never sent in the clear: PLAIN without TLS is refused.
func NewAccess(o AccessOptions) (Access, error) {
	var a Access
	if o.TLS || o.CAFile != "" {
		roots, err := certificates(o.CAFile)
		if err != nil {
			return a, err
		}
		a.TLS = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	}
	if o.User == "" {
		if o.Mechanism != "" {
			return a, fmt.Errorf("SASL %s for Kafka needs a user", o.Mechanism)
		}
		return a, nil
	}
	if o.Password == "" {
		return a, fmt.Errorf("user %s of Kafka has no password: put it into FUNNELCLOUD_KAFKA_PASSWORD", o.User)
	}
	var err error
	switch o.Mechanism {
	case "plain":
		if a.TLS == nil {
			return a, errors.New("SASL PLAIN without TLS would send Kafka's password in the clear: use TLS or SCRAM")
		}
		a.SASL = saslplain.Mechanism{Username: o.User, Password: o.Password}
	case "scram-sha-256":
		a.SASL, err = scram.Mechanism(scram.SHA256, o.User, o.Password)
	case "scram-sha-512", "":
		a.SASL, err = scram.Mechanism(scram.SHA512, o.User, o.Password)
	default:
		err = fmt.Errorf("SASL mechanism %q is none of %s", o.Mechanism, strings.Join(SASLMechanisms, ", "))
	}
	return a, err
}

// certificates reads a PEM file; nil, which trusts the system's, without one.
func certificates(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the certificates to trust: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("read the certificates to trust: %s holds no PEM certificate", file)
	}
	return pool, nil
}

// Transport is for requests to the cluster.
func (a Access) Transport() *kafka.Transport {
	return &kafka.Transport{ClientID: clientID, IdleTimeout: time.Minute, MetadataTTL: 5 * time.Second, TLS: a.TLS, SASL: a.SASL}
}

// dialer is for the membership of a group.
func (a Access) dialer() *kafka.Dialer {
	return &kafka.Dialer{ClientID: clientID, Timeout: 10 * time.Second, DualStack: true, TLS: a.TLS, SASLMechanism: a.SASL}
}

// clientID is how Kafka's logs and quotas know us.
const clientID = "funnelcloud"
