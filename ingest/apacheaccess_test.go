//go:build kafka

package ingest

import (
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"hash"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/segmentio/kafka-go"

	"github.com/funnelcloud/funnelcloud/ingest/broker"
)

// An Apache Kafka of the test's own, beside that of the others: it asks who we are, with TLS and without.
func TestApacheKafkaThatAsksWhoWeAre(t *testing.T) {
	certificate, ca := selfSigned(t)
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	chain, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	store := filepath.Join(t.TempDir(), "keystore.pem")
	if err := os.WriteFile(store, append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), chain...), 0o600); err != nil {
		t.Fatal(err)
	}
	secured, unencrypted := startGuardedApache(t, store)
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
	keepsOut(t, secured, map[string]AccessOptions{
		"SCRAM-SHA-512 right": {CAFile: ca, User: "long", Password: "wrong"},
		"PLAIN right":         {CAFile: ca, Mechanism: "plain", User: "plain", Password: "wrong"},
		"certificate":         {TLS: true, User: "long", Password: "secret"},
	})
}

// startGuardedApache starts Kafka with two listeners more, which let in one user of each mechanism, and topic segment.
func startGuardedApache(t *testing.T, store string) (secured, unencrypted string) {
	t.Helper()
	jars := filepath.Join(os.Getenv(kafkaFolderEnv), "lib")
	if _, err := os.Stat(jars); err != nil {
		t.Fatalf("%s names no folder with Kafka's jars: %v", kafkaFolderEnv, err)
	}
	folder := t.TempDir()
	plain := neighbouringPorts(t, 4) // that of the others, of the controller, and the two
	secured, unencrypted = loopback(plain+2), loopback(plain+3)
	const modules = "org.apache.kafka.common.security"
	properties := []string{
		fmt.Sprintf("listeners=PLAINTEXT://%s,CONTROLLER://%s,SASL_SSL://%s,SASL_PLAINTEXT://%s", loopback(plain), loopback(plain+1), secured, unencrypted),
		"listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL,SASL_PLAINTEXT:SASL_PLAINTEXT",
		"sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
		"ssl.keystore.type=PEM", "ssl.keystore.location=" + store,
	}
	for _, listener := range []string{"sasl_ssl", "sasl_plaintext"} {
		properties = append(properties,
			"listener.name."+listener+".plain.sasl.jaas.config="+modules+`.plain.PlainLoginModule required user_plain="secret";`,
			"listener.name."+listener+".scram-sha-256.sasl.jaas.config="+modules+".scram.ScramLoginModule required;",
			"listener.name."+listener+".scram-sha-512.sasl.jaas.config="+modules+".scram.ScramLoginModule required;")
	}
	tool := filepath.Join("..", "..", "shared", "tools", "kafka", "kafka.sh")
	run := func(ctx context.Context, arguments ...string) {
		command := exec.CommandContext(ctx, tool, arguments...)
		command.Env = append(os.Environ(), "KAFKA_LIB="+jars, "KAFKA_PROPS="+strings.Join(properties, "\n"), "KAFKA_HEAP=256m")
		if output, err := command.CombinedOutput(); err != nil {
			log, _ := os.ReadFile(filepath.Join(folder, "node1", "server.log"))
			t.Fatalf("%s %v: %v\n%s\n%s", tool, arguments, err, output, log)
		}
	}
	t.Cleanup(func() { run(context.Background(), "wipe", folder) })
	run(t.Context(), "start", folder, strconv.Itoa(plain))
	if err := broker.CreateTopics(t.Context(), []string{loopback(plain)}, 2, 1, "segment"); err != nil {
		t.Fatal(err)
	}
	addScramUser(t, loopback(plain), kafka.ScramMechanismSha256, "short", sha256.New)
	addScramUser(t, loopback(plain), kafka.ScramMechanismSha512, "long", sha512.New)
	return secured, unencrypted
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// addScramUser lets a user in whose password is "secret".
func addScramUser[H hash.Hash](t *testing.T, address string, mechanism kafka.ScramMechanism, user string, digest func() H) {
	t.Helper()
	const iterations = 4096
	salt := []byte(rand.Text())
	salted, err := pbkdf2.Key(digest, "secret", salt, iterations, digest().Size())
	if err != nil {
		t.Fatal(err)
	}
	transport := Access{}.Transport()
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(address), Transport: transport}
	response, err := client.AlterUserScramCredentials(t.Context(), &kafka.AlterUserScramCredentialsRequest{
		Upsertions: []kafka.UserScramCredentialsUpsertion{{Name: user, Mechanism: mechanism, Iterations: iterations, Salt: salt, SaltedPassword: salted}}})
	if err == nil && len(response.Results) == 1 {
		err = response.Results[0].Error
	}
	if err != nil {
		t.Fatalf("add user %s: %v", user, err)
	}
}

// neighbouringPorts finds ports that are free one after the other, below those that outgoing connections take.
func neighbouringPorts(t *testing.T, n int) int {
	t.Helper()
	for first := 21000 + os.Getpid()%5000; first < 32000; first += n {
		free := 0
		for port := range n {
			l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", loopback(first+port))
			if err == nil {
				_ = l.Close()
				free++
			}
		}
		if free == n {
			return first
		}
	}
	t.Fatal("no free ports")
	return 0
}
