package touch

import (
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Reasons for which an event is no visit: the values of excluded_touches.reason.
const (
	ReasonBot      = "bot"      // a program read the page
	ReasonInternal = "internal" // a page of ours that no prospect sees, or a browser of ours
)

// excludeSpec is what a file excludes.
type excludeSpec struct {
	Hosts         []string `yaml:"hosts"`         // of internal pages: localhost, staging.acme.io, *.internal
	InternalNames []string `yaml:"user_agents"`   // parts of the user agent of our own programs: monitors, test suites
	Bots          []string `yaml:"bots"`          // the same, of others' programs
	NotBots       []string `yaml:"not_bots"`      // user agents that only look like a program's
	StaffDomains  []string `yaml:"staff_domains"` // e-mail domains of our own people
}

type exclusions struct {
	hosts, internal, bots, notBots, staff []string
	host                                  *regexp.Regexp // of hosts; nil when there are none
}

func (e exclusions) with(s excludeSpec) (exclusions, error) {
	var faults []error
	for _, host := range s.Hosts {
		if !hostPattern.MatchString(host) {
			faults = append(faults, fmt.Errorf("hosts: %q is no name such as staging.acme.io or *.internal", host))
		}
	}
	for _, list := range [][]string{s.InternalNames, s.Bots, s.NotBots} {
		for _, name := range list {
			if len(strings.TrimSpace(name)) < 3 {
				faults = append(faults, fmt.Errorf("%q is too short: it would be found in most user agents", name))
			}
		}
	}
	out := exclusions{
		hosts: slices.Concat(e.hosts, lowered(s.Hosts)), internal: slices.Concat(e.internal, lowered(s.InternalNames)),
		bots: slices.Concat(e.bots, lowered(s.Bots)), notBots: slices.Concat(e.notBots, lowered(s.NotBots)),
		staff: slices.Concat(e.staff, lowered(s.StaffDomains)),
	}
	if len(out.hosts) > 0 && len(faults) == 0 {
		names := strings.NewReplacer(".", `\.`, "*", ".*").Replace(strings.Join(out.hosts, "|"))
		out.host = regexp.MustCompile("^(" + names + ")$")
	}
	return out, errors.Join(faults...)
}

var hostPattern = regexp.MustCompile(`^[\pL\pN*_-]+(\.[\pL\pN*_-]+)*$`)

func lowered(texts []string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = strings.ToLower(strings.TrimSpace(text))
	}
	return out
}

// StaffDomains are the e-mail domains of our own people that the file names.
func (r Rules) StaffDomains() []string { return slices.Clone(r.excluded.staff) }

// ExcludedHost reports whether pages on a host, in lower case and without www., are internal.
func (r Rules) ExcludedHost(name string) bool {
	return r.excluded.host != nil && r.excluded.host.MatchString(name)
}

// Excluded says why what read the page at an address is no visit: ReasonInternal, ReasonBot or "".
func (r Rules) Excluded(address, userAgent string) string {
	if address != "" && r.ExcludedHost(host(address)) {
		return ReasonInternal
	}
	return r.ExcludedUserAgent(userAgent)
}

// ExcludedUserAgent says why what calls itself so is no visitor: ReasonInternal, ReasonBot or "". An empty user agent is
// no reason: servers and many SDKs send none.
func (r Rules) ExcludedUserAgent(userAgent string) string {
	if userAgent == "" || r.memory == nil {
		return ""
	}
	if reason, ok := r.memory.agents.get(userAgent); ok {
		return reason
	}
	reason := r.judgeUserAgent(strings.ToLower(userAgent))
	r.memory.agents.put(strings.Clone(userAgent), reason)
	return reason
}

func (r Rules) judgeUserAgent(text string) string {
	within := func(name string) bool { return strings.Contains(text, name) }
	switch {
	case slices.ContainsFunc(r.excluded.internal, within):
		return ReasonInternal
	case slices.ContainsFunc(r.excluded.notBots, within):
		return ""
	case slices.ContainsFunc(r.excluded.bots, within), slices.ContainsFunc(botNames(), within), namesItselfBot(text):
		return ReasonBot
	default:
		return ""
	}
}

//go:embed bots.txt
var botText string

// botNames are the parts of user agents of bots.txt.
var botNames = sync.OnceValue(func() []string {
	var names []string
	for line := range strings.Lines(botText) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			names = append(names, line)
		}
	}
	return names
})

// namesItselfBot finds the words that well-behaved programs put in their names: SomethingBot/2.1, a crawler, a spider.
func namesItselfBot(text string) bool {
	words := strings.FieldsFunc(text, func(r rune) bool { return (r < 'a' || r > 'z') && r != '-' && r != '_' })
	return slices.ContainsFunc(words, func(word string) bool {
		for _, end := range []string{"bot", "bots", "crawler", "spider", "scraper", "archiver"} {
			if strings.HasSuffix(word, end) {
				return word != "cubot" // a maker of telephones
			}
		}
		return false
	})
}
