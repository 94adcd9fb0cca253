package identity

import "strings"

// Local parts of addresses that several people read.
var roleMailboxes = wordSet(`abuse accounting accounts admin administrator all billing careers contact contacto
customerservice dev enquiries everyone facturacion finance hello help helpdesk hola hostmaster hr info information
inquiries invoices it jobs legal mail marketing media news no-reply noc noreply office orders postmaster press privacy
purchasing root sales security service staff subscribe support sysadmin team tech ventas webmaster`)

// Ids that senders produce by mistake for many people at once.
var junkIDs = wordSet(`0 -1 00000000-0000-0000-0000-000000000000 anon anonymous anonymous_id anonymousid blank default
distinct_id distinctid empty false guest id n/a na nan nil none not_authenticated null nobody test true undefined unknown
user user_id userid [object undefined`)

type filter struct {
	denyEmails, allowEmails, denyIDs map[string]bool
	emailsApart                      bool
}

func newFilter(o Options) filter {
	return filter{denyEmails: lowerSet(o.DenyEmails), allowEmails: lowerSet(o.AllowEmails), denyIDs: lowerSet(o.DenyIDs), emailsApart: o.EmailsApart}
}

func lowerSet(values []string) map[string]bool {
	set := make(map[string]bool, len(values))
	for _, v := range values {
		set[strings.ToLower(v)] = true
	}
	return set
}

// mark finds the identifiers that do not stand for one person.
func (f filter) mark(nodes []identifier) {
	for i := range nodes {
		n := &nodes[i]
		if n.kind == emailKind {
			n.shared = f.sharedMailbox(n.value)
			continue
		}
		n.junk = f.junkID(n.value)
	}
}

// longestID is more than any sender's ids have; what is longer is a document that went into the wrong field.
const longestID = 1024

func (f filter) junkID(value string) bool {
	if len(value) > longestID || strings.IndexFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) >= 0 {
		return true
	}
	// Real ids are mostly longer than any on the list; the test keeps millions of them from being lowered.
	if len(value) > 40 {
		return f.denyIDs[strings.ToLower(value)]
	}
	word := strings.ToLower(strings.TrimSpace(value))
	return word == "" || junkIDs[word] || word == "[object object]" || f.denyIDs[word]
}

func (f filter) sharedMailbox(email string) bool {
	email = strings.ToLower(email)
	if f.allowEmails[email] {
		return false
	}
	local, domain, _ := strings.Cut(email, "@")
	return f.emailsApart || f.denyEmails[email] || f.denyEmails["@"+domain] || roleMailboxes[local]
}
