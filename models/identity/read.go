package identity

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/funnelcloud/funnelcloud/models/yamlfile"
)

// optionsFile is identity.yaml as written. docs/identity.md explains each key.
type optionsFile struct {
	MaxComponent  int                 `yaml:"max_component"`
	EmailEquality *bool               `yaml:"email_equality"`
	DenyEmails    []string            `yaml:"deny_emails"`
	AllowEmails   []string            `yaml:"allow_emails"`
	DenyIDs       []string            `yaml:"deny_ids"`
	Same          [][]string          `yaml:"same"`
	Separate      [][]string          `yaml:"separate"`
	FreeMail      []string            `yaml:"free_mail"`
	CompanyMail   []string            `yaml:"company_mail"`
	Accounts      map[string][]string `yaml:"accounts"`
}

// ReadOptions reads a user's identity.yaml. An empty file gives the defaults. Unknown keys, what is no identifier or no
// address, an account with two names of which both are aliases, and pairs that are the same and separate at once are
// errors, each with its line; all but those of the YAML itself are told at once. name is for messages.
func ReadOptions(name string, text []byte) (Options, error) {
	var f optionsFile
	lines, err := yamlfile.Decode(name, text, &f)
	if err != nil {
		return Options{}, err
	}
	r := optionsReader{lines: lines}
	o := Options{
		MaxComponent: f.MaxComponent, EmailsApart: f.EmailEquality != nil && !*f.EmailEquality, DenyIDs: f.DenyIDs,
		DenyEmails: r.emails("deny_emails", f.DenyEmails, true), AllowEmails: r.emails("allow_emails", f.AllowEmails, false),
		Same: r.pairs("same", f.Same), Separate: r.pairs("separate", f.Separate),
		FreeMail: r.domains("free_mail", f.FreeMail), CompanyMail: r.domains("company_mail", f.CompanyMail),
		Accounts: r.accounts(f.Accounts),
	}
	if f.MaxComponent < 0 {
		r.faultf("$.max_component", "%d is no number of identifiers: give 1 or more", f.MaxComponent)
	}
	for i, p := range o.Separate {
		if slices.Contains(o.Same, p) || slices.Contains(o.Same, Pair{p.B, p.A}) {
			r.faultf(fmt.Sprintf("$.separate[%d]", i), "%s and %s are said to be the same as well", p.A, p.B)
		}
	}
	return o, errors.Join(r.faults...)
}

type optionsReader struct {
	lines  yamlfile.Lines
	faults []error
}

func (r *optionsReader) faultf(path, format string, arguments ...any) {
	r.faults = append(r.faults, r.lines.Fault(path, format, arguments...))
}

func (r *optionsReader) emails(key string, texts []string, domains bool) []string {
	for i, text := range texts {
		local, _, ok := SplitEmail(text)
		if !ok && domains {
			_, _, ok = SplitEmail("x" + text)
			ok = ok && strings.HasPrefix(text, "@")
		}
		if !ok || local == "" && !domains {
			r.faultf(fmt.Sprintf("$.%s[%d]", key, i), "%s: %q is no e-mail address", key, text)
		}
	}
	return texts
}

func (r *optionsReader) domains(key string, texts []string) []string {
	var out []string
	for i, text := range texts {
		domain := strings.ToLower(strings.TrimSpace(text))
		if !validDomain(domain) {
			r.faultf(fmt.Sprintf("$.%s[%d]", key, i), "%s: %q is no domain", key, text)
		}
		out = append(out, domain)
	}
	return out
}

// pairs reads [user:1, user:2, email:x@acme.io]: each with the first.
func (r *optionsReader) pairs(key string, lists [][]string) []Pair {
	var out []Pair
	for i, list := range lists {
		path := fmt.Sprintf("$.%s[%d]", key, i)
		if len(list) < 2 {
			r.faultf(path, "%s: %d identifier: give two or more, such as [user:42, email:ann@acme.io]", key, len(list))
			continue
		}
		ids := make([]ID, len(list))
		for k, text := range list {
			id, err := ParseID(text)
			if err != nil {
				r.faultf(path, "%s: %v", key, err)
			}
			ids[k] = id
		}
		for a := range ids {
			for b := a + 1; b < len(ids); b++ {
				if key == "same" && a > 0 {
					continue // a chain suffices
				}
				out = append(out, Pair{ids[a], ids[b]})
			}
		}
	}
	return out
}

// ParseID reads kind:value, such as user:42, email:ann@acme.io or anonymous:3f1c; addresses are lowered.
func ParseID(text string) (ID, error) {
	kind, value, found := strings.Cut(text, ":")
	if _, err := parseKind(kind); err != nil || !found || value == "" {
		return ID{}, fmt.Errorf("%q is no identifier such as user:42, email:ann@acme.io or anonymous:3f1c", text)
	}
	if kind == Email {
		value = strings.ToLower(value)
	}
	return ID{kind, value}, nil
}

func (r *optionsReader) accounts(lists map[string][]string) map[string]string {
	if len(lists) == 0 {
		return nil
	}
	names := map[string]string{}
	for account, others := range lists {
		for _, other := range others {
			if first, taken := names[other]; taken && first != account {
				r.faultf("$.accounts", "accounts: %q is said to be %q and %q", other, min(first, account), max(first, account))
			}
			names[other] = account
		}
	}
	for other, account := range names {
		if further, alias := names[account]; alias {
			r.faultf("$.accounts", "accounts: %q is %q, which is itself said to be %q: name the last one", other, account, further)
		}
	}
	slices.SortFunc(r.faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return names
}
