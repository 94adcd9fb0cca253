package identity

import (
	"regexp"
	"strings"
)

// RecordDeal is what RecordOf says of a deal: an opportunity in Salesforce, a deal in HubSpot.
const RecordDeal = "deal"

// typedRecord is an identifier with the type of the record in it, as HubSpot's are: hubspot:deal:991.
var typedRecord = regexp.MustCompile(`^[^:]+:(deal|opportunity|company|ticket|product|line_item|[0-9]+-[0-9]+):`)

// RecordOf says what record in another system somebody is of whom nothing but these identifiers is known: deal, ticket,
// product, …; "" where one of them may be a person's. Salesforce's ids begin with a key of three characters, 006 for
// opportunities.
func RecordOf(ids []string) string {
	kind := ""
	for _, id := range ids {
		switch match := typedRecord.FindStringSubmatch(id); {
		case strings.HasPrefix(id, "salesforce:006"), match != nil && match[1] == "opportunity":
			kind = RecordDeal
		case match == nil:
			return ""
		case kind != RecordDeal: // a deal with its line items is a deal
			kind = match[1]
		}
	}
	return kind
}
