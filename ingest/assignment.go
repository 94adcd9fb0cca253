package ingest

import (
	"fmt"
	"strings"

	"github.com/segmentio/kafka-go"
)

// The ways in which the members of a group may share partitions, all that kafka-go has. It knows neither
// static members nor cooperative assignment: each change of the group stops all its members for a moment.
const (
	AssignRange        = "range"         // neighbouring partitions of each topic
	AssignRoundRobin   = "roundrobin"    // of each topic in turn
	AssignRackAffinity = "rack-affinity" // evenly, and where that leaves a choice those whose leader is in the member's rack
)

// Assignments are their names.
var Assignments = []string{AssignRange, AssignRoundRobin, AssignRackAffinity}

// balancers are what a member offers, the one that it wants first: Kafka takes one that all members offer. All offer range
// as well, so that members with another wish can join while a group is changed over one by one.
func (o Options) balancers() ([]kafka.GroupBalancer, error) {
	fallback := kafka.RangeGroupBalancer{}
	switch o.Assignment {
	case AssignRange:
		return []kafka.GroupBalancer{fallback}, nil
	case AssignRoundRobin:
		return []kafka.GroupBalancer{kafka.RoundRobinGroupBalancer{}, fallback}, nil
	case AssignRackAffinity:
		if o.Rack == "" {
			return nil, fmt.Errorf("assignment %s needs the rack that this consumer is in", o.Assignment)
		}
		return []kafka.GroupBalancer{kafka.RackAffinityGroupBalancer{Rack: o.Rack}, fallback}, nil
	}
	return nil, fmt.Errorf("assignment %q is none of %s", o.Assignment, strings.Join(Assignments, ", "))
}
