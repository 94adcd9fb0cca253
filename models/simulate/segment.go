package simulate

import "strconv"

// The product lives on a host of its own, as most do: using it is no visit of the site.
const (
	site    = "https://www." + OwnDomain
	product = "https://app." + OwnDomain
)

func host(page uint32) string {
	if page >= pageApp {
		return product
	}
	return site
}

// segment writes one call of Segment's tracking API as a browser or the product's server sends it.
func (r *renderer) segment(b []byte, p *planned, f *face) []byte {
	w := &actionWords[p.action]
	b = append(append(b, `{"type":"`...), w.kind...)
	b = appendUUID(append(b, `","messageId":"`...), r.id(p))
	b = append(b, '"')
	if p.device != onServer {
		b = append(appendUUID(append(b, `,"anonymousId":"`...), r.world.device(f, p.device)), '"')
	}
	if p.known {
		b = append(appendUser(append(b, `,"userId":"`...), f), '"')
	}
	b = appendField(b, "event", w.name)
	b = r.call(b, p, f)
	b = r.context(b, p, f)
	return append(r.clocks(b, p), '}')
}

// call writes what distinguishes the kinds of calls: properties, traits and ids.
func (r *renderer) call(b []byte, p *planned, f *face) []byte {
	switch p.action {
	case pageViewed:
		b = appendField(b, "name", pages[p.detail&255].title)
		b = append(append(b, `,"properties":{"path":"`...), pages[p.detail&255].path...)
		return append(b, `"}`...)
	case identified:
		return append(r.traits(append(b, `,"traits":{`...), f), '}')
	case aliased:
		return append(appendUUID(append(b, `,"previousId":"`...), r.world.device(f, p.device)), '"')
	case grouped:
		b = append(appendAccount(append(b, `,"groupId":"`...), f), `","traits":{"name":"`...)
		b = appendCompanyName(b, f)
		b = strconv.AppendInt(append(b, `","employees":`...), int64(f.employees), 10)
		return append(b, `,"plan":"free"}`...)
	}
	return append(r.properties(append(b, `,"properties":{`...), p, f), '}')
}

func (r *renderer) traits(b []byte, f *face) []byte {
	b = appendEmail(append(b, `"email":"`...), f)
	b = appendText(append(b, `","firstName":"`...), appendFirstName(nil, f))
	b = appendText(append(b, `","lastName":"`...), appendLastName(nil, f))
	b = appendCompanyName(append(b, `","company":{"name":"`...), f)
	b = strconv.AppendInt(append(b, `","employees":`...), int64(f.employees), 10)
	return append(b, '}')
}

func (r *renderer) properties(b []byte, p *planned, f *face) []byte {
	named := func(name, value string) []byte {
		return append(append(append(append(append(b, '"'), name...), `":"`...), value...), '"')
	}
	switch p.action {
	case signedUp:
		return append(appendAccount(append(b, `"plan":"free","workspace":"`...), f), '"')
	case trialStarted, trialEnded:
		return named("plan", planNames[p.detail])
	case featureUsed:
		return named("feature", features[p.detail])
	case limitReached:
		return named("limit", limits[p.detail])
	case promptClicked:
		return named("prompt", prompts[p.detail])
	case formSubmitted:
		b = named("form", forms[p.detail])
		return append(appendEmail(append(b, `,"email":"`...), f), '"')
	case inviteSent:
		return append(appendAccount(append(b, `"workspace":"`...), f), '"')
	case subscriptionStarted, subscriptionRenewed, subscriptionUpgraded:
		b = named("plan", planNames[p.detail])
		return append(appendMoney(append(b, `,"revenue":`...), p.cents), `,"currency":"USD"`...)
	case subscriptionCancelled:
		b = named("plan", planNames[p.detail])
		return append(b, `,"reason":"not_used_enough"`...)
	}
	return b
}

// context writes the library, the page, the campaign and the browser; from a server, the library only.
func (r *renderer) context(b []byte, p *planned, f *face) []byte {
	if p.device == onServer {
		return append(b, `,"context":{"library":{"name":"analytics-node","version":"2.3.0"}}`...)
	}
	b = append(b, `,"context":{"library":{"name":"analytics.js","version":"npm:next-1.84.3"},"page":{`...)
	b = append(r.page(b, p), '}')
	if way := entranceOf(p); way != nil && way.source != "" {
		b = append(append(append(b, `,"campaign":{"source":"`...), way.source...), `","medium":"`...)
		b = append(append(append(b, way.medium...), `","name":"`...), way.campaign...)
		b = append(b, `"}`...)
	}
	agent := r.world.device(f, p.device) >> 20 % uint64(len(userAgents))
	b = append(append(append(b, `,"userAgent":"`...), userAgents[agent]...), `"}`...)
	return b
}

func entranceOf(p *planned) *entrance {
	if p.entrance == inside {
		return nil
	}
	return &entrances[p.entrance]
}

// page writes the page that the call was made on, with the address as the browser shows it.
func (r *renderer) page(b []byte, p *planned) []byte {
	which, previous := uint32(pageApp), uint32(pageApp)
	way := entranceOf(p)
	switch p.action {
	case pageViewed:
		which, previous = p.detail&255, p.detail>>8
	case pricingViewed:
		which, previous = p.detail, 0
		if which == pageBilling {
			previous = pageApp
		}
	case identified, aliased:
		which, previous = p.detail, p.detail
	case signedUp, grouped, formSubmitted:
		which, previous = pageSignUp, 0
		if p.action == formSubmitted {
			which = [...]uint32{pageDemo, 0}[p.detail]
		}
	}
	here := &pages[which]
	b = append(append(append(b, `"path":"`...), here.path...), `","url":"`...)
	b = append(b, host(which)...)
	b = append(b, here.path...)
	if way != nil && way.source != "" {
		b = append(append(append(b, `?utm_source=`...), way.source...), `&utm_medium=`...)
		b = append(append(append(b, way.medium...), `&utm_campaign=`...), way.campaign...)
		if way.clickID != "" {
			b = append(append(append(b, '&'), way.clickID...), '=')
			b = appendHex(append(b, "Cj0KCQ"...), r.id(p), 16)
		}
	}
	b = append(append(append(b, `","title":"`...), here.title...), `","referrer":"`...)
	if way == nil {
		b = append(append(b, host(previous)...), pages[previous].path...)
	} else {
		b = append(b, way.referrer...)
	}
	return append(b, '"')
}

// clocks writes the three times of the wire format: the device's, twice, and when it sent. A wrong clock is wrong in
// all of them alike, which is what lets a receiver correct it.
func (r *renderer) clocks(b []byte, p *planned) []byte {
	var skew int64
	if p.mess&skewed != 0 {
		skew = r.world.skew(p.company, p.person, p.device)
	}
	b = append(appendTime(append(b, `,"timestamp":"`...), p.at+skew), '"')
	b = append(appendTime(append(b, `,"originalTimestamp":"`...), p.at+skew), '"')
	return append(appendTime(append(b, `,"sentAt":"`...), p.arrive-r.travel(p)+skew), '"')
}
