package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

func newUp(connections *connectionFlags) *cobra.Command {
	var ports stackPorts
	var page pageFlags
	var partitions int
	c := &cobra.Command{
		Use:   "up",
		Short: "Start the local stack, ClickHouse, Kafka and the report's pages, and keep it running; other commands find it",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			sources, err := source.Builtin()
			if err != nil {
				return err
			}
			topics := []string{qualifiedTopic}
			for _, s := range sources {
				topics = append(topics, s.Topics...)
			}
			if err := os.MkdirAll(connections.dataDir, 0o755); err != nil {
				return err
			}
			s := newScreen(false)
			stack, err := startStack(c.Context(), s, stackOptions{
				dataDir: connections.dataDir, ports: ports, partitions: partitions, topics: topics,
				log: warnings()})
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, stack.stop(c.Context())) }()
			db, err := stack.open(c.Context())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, db.Close()) }()
			pages, err := page.start(c.Context(), db, "", warnings())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, pages.close()) }()
			s.settle()
			stack.announce(s, pages.address)
			<-c.Context().Done()
			return nil
		},
	}
	ports.register(c.Flags())
	page.register(c.Flags())
	c.Flags().IntVar(&partitions, "partitions", localPartitions, "partitions of each new topic")
	c.Flags().StringVar(&connections.dataDir, "data", connections.dataDir, "data folder")
	return c
}
