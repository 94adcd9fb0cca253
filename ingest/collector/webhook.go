package collector

// webhookUser says by whose id the events of a webhook are kept in order.
var webhookUser = map[string][][]string{
	"stripe":   {{"data", "object", "customer", "id"}, {"data", "object", "customer"}, {"data", "object", "id"}},
	"intercom": {{"data", "item", "user", "id"}, {"data", "item", "contact", "id"}, {"data", "item", "id"}, {"id"}},
	"hubspot":  {{"objectId"}, {"object_id"}},
}

// Of a conversation the messages belong in order before anything else.
var anyUser = [][]string{{"conversation_id"}, {"conversationId"}, {"user_id"}, {"userId"}, {"customer_id"}, {"account_id"}, {"email"}, {"id"}}

// decodeWebhook reads a webhook: an event, or an array of them as HubSpot sends.
func decodeWebhook(c *call) (delivery, error) {
	var d delivery
	if err := c.parse(); err != nil {
		return d, err
	}
	if k := c.document.kind(0); k != '{' && k != '[' {
		return d, envelopeError("a webhook is an object or an array of objects")
	}
	user, ok := webhookUser[c.endpoint]
	if !ok {
		user = anyUser
	}
	for _, n := range c.items() {
		c.take(&d, n, c.document.firstText(n, user...), &edits{})
	}
	return d, nil
}
