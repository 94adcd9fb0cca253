package ingest

import "github.com/funnelcloud/funnelcloud/ingest/source"

const dateTime = "DateTime64(3, 'UTC')"

// eventColumns is a block of table events. ingested_at is not kept here: it is the moment of the insert, not of the
// mapping.
type eventColumns struct {
	rows int

	source, kind, name, meaning                            dictionaryColumn
	utmSource, utmMedium, utmCampaign, utmTerm, utmContent dictionaryColumn
	clickIDKind, country, currency, topic                  dictionaryColumn
	id, anonymousID, userID, accountID, email, sessionHint textColumn
	url, referrer, clickID, userAgent, properties          textColumn
	eventTS, receivedAt, value, offset, version            numberColumn
	partition                                              smallColumn
}

func (c *eventColumns) add(e *source.Event, at place, offset int64) {
	c.rows++
	c.source.add(e.Source)
	c.id.add(e.ID)
	c.kind.add(e.Kind)
	c.name.add(e.Name)
	c.meaning.add(e.Meaning)
	c.eventTS.add(e.EventTS)
	c.receivedAt.add(e.ReceivedAt)
	c.anonymousID.add(e.AnonymousID)
	c.userID.add(e.UserID)
	c.accountID.add(e.AccountID)
	c.email.add(e.Email)
	c.sessionHint.add(e.SessionHint)
	c.url.add(e.URL)
	c.referrer.add(e.Referrer)
	c.utmSource.add(e.UTMSource)
	c.utmMedium.add(e.UTMMedium)
	c.utmCampaign.add(e.UTMCampaign)
	c.utmTerm.add(e.UTMTerm)
	c.utmContent.add(e.UTMContent)
	c.clickID.add(e.ClickID)
	c.clickIDKind.add(e.ClickIDKind)
	c.country.add(e.Country)
	c.userAgent.add(e.UserAgent)
	c.value.add(e.Value)
	c.currency.add(e.Currency)
	c.properties.add(e.Properties)
	c.topic.add(at.topic)
	c.partition.add(uint32(at.partition))
	c.offset.add(offset)
	c.version.add(int64(e.Version()))
}

// columns are the block's columns with the table's names.
func (c *eventColumns) columns() []namedColumn {
	c.eventTS.kind, c.receivedAt.kind, c.value.kind = dateTime, dateTime, "Decimal(18, 4)"
	c.offset.kind, c.version.kind = "UInt64", "UInt64"
	return []namedColumn{
		{"source", &c.source}, {"event_id", &c.id}, {"kind", &c.kind}, {"name", &c.name}, {"meaning", &c.meaning},
		{"event_ts", &c.eventTS}, {"received_at", &c.receivedAt},
		{"anonymous_id", &c.anonymousID}, {"user_id", &c.userID}, {"account_id", &c.accountID}, {"email", &c.email},
		{"session_hint", &c.sessionHint}, {"url", &c.url}, {"referrer", &c.referrer},
		{"utm_source", &c.utmSource}, {"utm_medium", &c.utmMedium}, {"utm_campaign", &c.utmCampaign},
		{"utm_term", &c.utmTerm}, {"utm_content", &c.utmContent},
		{"click_id", &c.clickID}, {"click_id_kind", &c.clickIDKind}, {"country", &c.country}, {"user_agent", &c.userAgent},
		{"value", &c.value}, {"currency", &c.currency}, {"properties", &c.properties},
		{"topic", &c.topic}, {"partition", &c.partition}, {"offset", &c.offset}, {"version", &c.version},
	}
}

func (c *eventColumns) reset() {
	for _, column := range c.columns() {
		column.column.reset()
	}
	c.rows = 0
}

// constant is a number column that holds the same number in every row.
func constant(kind string, n int64, rows int) *numberColumn {
	c := &numberColumn{kind: kind, data: make([]byte, 0, 8*rows)}
	for range rows {
		c.add(n)
	}
	return c
}

// head is the same column cut to its first rows.
func (c *numberColumn) head(rows int) *numberColumn {
	return &numberColumn{kind: c.kind, data: c.data[:8*rows]}
}
