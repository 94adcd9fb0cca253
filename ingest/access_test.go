package ingest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/funnelcloud/funnelcloud/queries/queriestest"
)

// selfSigned is a certificate for loopback, and the file to trust it by.
func selfSigned(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "loopback"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

// guarded is a broker that lets in one user of each mechanism.
func guarded(t *testing.T, options ...kfake.Opt) string {
	t.Helper()
	options = append(options, kfake.NumBrokers(1), kfake.EnableSASL(), kfake.SeedTopics(2, "segment"), kfake.GroupMinSessionTimeout(time.Second),
		kfake.Superuser("PLAIN", "plain", "secret"), kfake.Superuser("SCRAM-SHA-256", "short", "secret"), kfake.Superuser("SCRAM-SHA-512", "long", "secret"))
	cluster, err := kfake.NewCluster(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	return cluster.ListenAddrs()[0]
}

func TestKafkaThatAsksWhoWeAre(t *testing.T) {
	certificate, ca := selfSigned(t)
	secured := guarded(t, kfake.TLS(&tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}}))
	unencrypted := guarded(t)
	for name, c := range map[string]struct {
		address string
		AccessOptions
	}{
		"plain":                 {secured, AccessOptions{CAFile: ca, Mechanism: "plain", User: "plain"}},
		"scram-sha-256":         {secured, AccessOptions{CAFile: ca, Mechanism: "scram-sha-256", User: "short"}},
		"scram-sha-512":         {secured, AccessOptions{CAFile: ca, User: "long"}},
		"scram-sha-512, no TLS": {unencrypted, AccessOptions{Mechanism: "scram-sha-512", User: "long"}},
	} {
		t.Run(name, func(t *testing.T) {
			letsIn(t, c.address, strings.ReplaceAll(name, ", ", "-"), c.AccessOptions)
		})
	}
}

// letsIn produces and consumes as a user, and asks for the group's lag.
func letsIn(t *testing.T, address, group string, o AccessOptions) {
	t.Helper()
	o.Password = "secret"
	access, err := NewAccess(o)
	if err != nil {
		t.Fatal(err)
	}
	s := &stack{t: t, db: queriestest.New(t), address: address}
	s.sources = append(s.sources, sourceNamed(t, "segment"))
	if n, err := access.Produce(t.Context(), s.brokers(), keyed("segment", calls(50)), nil); n != 50 || err != nil {
		t.Fatalf("%d messages produced: %v", n, err)
	}
	options := s.options()
	options.Access, options.Group, options.Topics, options.SessionTimeout = access, group, []string{"segment"}, 6*time.Second
	s.run(options)
	s.expect("events and dead letters", "SELECT (SELECT count() FROM events_deduplicated) + (SELECT uniqExact(JSONExtractString(raw, 'messageId')) FROM dead_letters)", 50)
	lag, err := Lag(t.Context(), s.brokers(), access, group, []string{"segment"})
	if err != nil || len(lag.Partitions) != 2 || slices.ContainsFunc(lag.Partitions, func(p PartitionLag) bool { return p.Lag != 0 }) {
		t.Errorf("lag %+v: %v", lag, err)
	}
}

func TestKafkaThatDoesNotLetUsIn(t *testing.T) {
	certificate, ca := selfSigned(t)
	secured := guarded(t, kfake.TLS(&tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}}))
	keepsOut(t, secured, map[string]AccessOptions{
		"SCRAM-SHA-512 right": {CAFile: ca, User: "long", Password: "wrong"},
		"PLAIN right":         {CAFile: ca, Mechanism: "plain", User: "plain", Password: "wrong"},
		"certificate":         {TLS: true, User: "long", Password: "secret"},
	})
}

// keepsOut wants each to fail with the words.
func keepsOut(t *testing.T, address string, access map[string]AccessOptions) {
	t.Helper()
	for want, o := range access {
		access, err := NewAccess(o)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Lag(t.Context(), []string{address}, access, "funnelcloud", []string{"segment"})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "wrong") {
			t.Errorf("want %q and no password, got %v", want, err)
		}
	}
}

func TestAccessThatCannotBe(t *testing.T) {
	_, ca := selfSigned(t)
	for want, o := range map[string]AccessOptions{
		"in the clear":             {Mechanism: "plain", User: "u", Password: "p"},
		"FUNNELCLOUD_KAFKA_PASSWO": {CAFile: ca, User: "u"},
		"needs a user":             {Mechanism: "plain", TLS: true},
		"is none of":               {Mechanism: "kerberos", User: "u", Password: "p"},
		"no PEM certificate":       {CAFile: "access_test.go"},
		"certificates to trust":    {CAFile: "nowhere.pem"},
	} {
		if _, err := NewAccess(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
