// Command send sends events with a real SDK: send SDK URL COUNT. Each event is named by its number, event-0 and so on.
package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/posthog/posthog-go"
	"github.com/segmentio/analytics-go/v3"
)

func main() {
	count, err := strconv.Atoi(os.Args[3])
	if err == nil {
		switch os.Args[1] {
		case "go-segment":
			err = segment(os.Args[2], count)
		case "go-posthog":
			err = hog(os.Args[2], count)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func segment(url string, count int) error {
	sent := make(results, count)
	client, err := analytics.NewWithConfig("wk", analytics.Config{Endpoint: url, BatchSize: 10, Interval: 100 * time.Millisecond,
		RetryAfter: pause, Callback: segmentResults{sent}})
	if err != nil {
		return err
	}
	for n := range count {
		if err := client.Enqueue(analytics.Track{UserId: fmt.Sprint("u-", n%3), Event: fmt.Sprint("event-", n)}); err != nil {
			return err
		}
	}
	return errors.Join(sent.all(), client.Close())
}

func hog(url string, count int) error {
	sent := make(results, count)
	client, err := posthog.NewWithConfig("phc", posthog.Config{Endpoint: url, BatchSize: 10, Interval: 100 * time.Millisecond,
		RetryAfter: pause, Callback: posthogResults{sent}})
	if err != nil {
		return err
	}
	for n := range count {
		if err := client.Enqueue(posthog.Capture{DistinctId: fmt.Sprint("u-", n%3), Event: fmt.Sprint("event-", n)}); err != nil {
			return err
		}
	}
	return errors.Join(sent.all(), client.Close())
}

func pause(int) time.Duration { return 100 * time.Millisecond }

// results has what became of each event: a client that is closed gives up what it would have tried again.
type results chan error

func (r results) all() error {
	var failed []error
	for range cap(r) {
		failed = append(failed, <-r)
	}
	return errors.Join(failed...)
}

type segmentResults struct{ results }

func (r segmentResults) Success(analytics.Message)            { r.results <- nil }
func (r segmentResults) Failure(_ analytics.Message, e error) { r.results <- e }

type posthogResults struct{ results }

func (r posthogResults) Success(posthog.APIMessage)            { r.results <- nil }
func (r posthogResults) Failure(_ posthog.APIMessage, e error) { r.results <- e }
