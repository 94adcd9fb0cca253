package identity

import "testing"

func TestRecordsOfNobody(t *testing.T) {
	for _, c := range []struct {
		want string
		ids  []string
	}{
		{"deal", []string{"salesforce:006Hp000014d4RmIAI"}}, {"deal", []string{"hubspot:deal:991", "hubspot:line_item:7"}},
		{"deal", []string{"hubspot:line_item:7", "hubspot:deal:991"}}, {"deal", []string{"our-crm:opportunity:9"}}, {"ticket", []string{"hubspot:ticket:5"}},
		{"0-136", []string{"hubspot:0-136:5"}}, {"", []string{"salesforce:00Q1"}}, {"", []string{"salesforce:0061", "salesforce:0031"}},
		{"", []string{"hubspot:contact:5"}}, {"", []string{"hubspot:deal:991", "hubspot:contact:5"}}, {"", []string{"stripe:cus_1"}}, {"", []string{"device"}},
		{"", nil},
	} {
		if got := RecordOf(c.ids); got != c.want {
			t.Errorf("%q: record %q, want %q", c.ids, got, c.want)
		}
	}
}
