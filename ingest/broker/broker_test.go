package broker

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, o Options) *Broker {
	t.Helper()
	b, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func TestDataSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	first := start(t, Options{Dir: dir, Topics: []string{"a"}, Partitions: 2})
	write(t, first, "a", 1, 100)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := start(t, Options{Dir: dir, Topics: []string{"a", "b"}, Partitions: 2})
	if n := lastOffset(t, second, "a", 1); n != 100 {
		t.Errorf("%d messages after the restart, want 100", n)
	}
	write(t, second, "b", 0, 1)
}

func TestTheFolderIsHeldByOneProcess(t *testing.T) {
	dir := t.TempDir()
	start(t, Options{Dir: dir})
	_, err := Start(t.Context(), Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "is held by process") {
		t.Errorf("got %v, want to be told who holds the folder", err)
	}
}

func TestThePortInUseIsNamed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	_, err = Start(t.Context(), Options{Port: port})
	if err == nil || !strings.Contains(err.Error(), "port "+strconv.Itoa(port)+" is in use") {
		t.Errorf("got %v, want the port named", err)
	}
}

func dial(t *testing.T, b *Broker, topic string, partition int) *kafka.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	conn, err := kafka.DialLeader(ctx, "tcp", b.Addr(), topic, partition)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func write(t *testing.T, b *Broker, topic string, partition, n int) {
	t.Helper()
	var messages []kafka.Message
	for i := range n {
		messages = append(messages, kafka.Message{Value: fmt.Appendf(nil, "message %d", i)})
	}
	if _, err := dial(t, b, topic, partition).WriteMessages(messages...); err != nil {
		t.Fatal(err)
	}
}

func lastOffset(t *testing.T, b *Broker, topic string, partition int) int64 {
	t.Helper()
	n, err := dial(t, b, topic, partition).ReadLastOffset()
	if err != nil {
		t.Fatal(err)
	}
	return n
}
