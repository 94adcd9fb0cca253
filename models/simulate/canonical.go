package simulate

import "strconv"

// canonical writes a message of topic funnelcloud: keys are the columns of table events, the rest is in properties.
func (r *renderer) canonical(b []byte, p *planned, f *face) []byte {
	w := &actionWords[p.action]
	b = appendUUID(append(b, `{"event_id":"`...), r.id(p))
	b = append(append(append(b, `","kind":"`...), w.kind...), '"')
	b = appendField(b, "name", w.name)
	b = appendField(b, "meaning", w.meaning)
	b = append(appendTime(append(b, `,"event_ts":"`...), p.at), '"')
	b = append(appendTime(append(b, `,"sent_at":"`...), p.arrive-r.travel(p)), '"')
	if p.company == houseCompany {
		return append(r.houseFields(b, p), '}')
	}
	b = r.parties(b, p, f)
	if p.cents != 0 {
		b = append(appendMoney(append(b, `,"value":`...), p.cents), `,"currency":"USD"`...)
	}
	if p.action == outboundClicked {
		b = append(b, `,"utm_source":"sales-outreach","utm_medium":"email","utm_campaign":"outbound"`...)
	}
	b = append(b, `,"properties":{`...)
	start := len(b)
	b = r.facts(b, p, f)
	if len(b) > start && b[start] == ',' {
		b = append(b[:start], b[start+1:]...)
	}
	return append(b, '}', '}')
}

// parties writes who it is about. A chat knows the browser and, once they signed in, the user; sales knows the address
// and the company.
func (r *renderer) parties(b []byte, p *planned, f *face) []byte {
	if p.device != onServer {
		b = append(appendUUID(append(b, `,"anonymous_id":"`...), r.world.device(f, p.device)), '"')
		if p.known {
			b = append(appendUser(append(b, `,"user_id":"`...), f), '"')
		}
		if p.action == prospectSaid && p.detail&withAddress != 0 {
			b = append(appendEmail(append(b, `,"email":"`...), f), '"')
		}
		return b
	}
	b = append(appendAccount(append(b, `,"account_id":"`...), f), '"')
	b = append(appendEmail(append(b, `,"email":"`...), f), '"')
	return append(append(append(b, `,"country":"`...), countries[f.country].code...), '"')
}

func (r *renderer) houseFields(b []byte, p *planned) []byte {
	if p.action == surveyAnswered {
		b = strconv.AppendUint(append(b, `,"user_id":"staff_`...), uint64(p.person), 10)
		b = append(b, `","properties":{"survey":"esat","score":`...)
		return append(strconv.AppendUint(b, uint64(p.detail>>8), 10), '}')
	}
	way := &entrances[p.person]
	b = appendField(b, "utm_source", way.source)
	b = appendField(b, "utm_medium", way.medium)
	b = appendField(b, "utm_campaign", way.campaign)
	b = append(appendMoney(append(b, `,"value":`...), p.cents), `,"currency":"USD","properties":{"channel":"`...)
	b = append(append(b, channelNames[way.channel]...), `","clicks":`...)
	return append(strconv.AppendInt(b, int64(float64(p.cents)/100/way.perClick), 10), '}')
}

// facts writes the properties that the meaning carries, each with a comma before it.
func (r *renderer) facts(b []byte, p *planned, f *face) []byte {
	switch p.action {
	case prospectSaid, agentSaid, outboundReplied, outboundSent:
		return r.said(b, p, f)
	case conversationClosed:
		return appendField(r.conversation(b, p, f), "outcome", chatOutcomes[p.detail])
	case supportRequested:
		return r.conversation(b, p, f)
	case leadRejected:
		return appendField(b, "reason", rejectReasons[p.detail])
	case callCompleted:
		return callFacts(b, p.detail)
	case meetingBooked:
		return appendField(b, "with", "account executive")
	case opportunityCreated, opportunityWon:
		return r.opportunity(b, p)
	case opportunityLost:
		return appendField(r.opportunity(b, p), "reason", lossReasons[p.detail])
	case surveyAnswered:
		b = appendField(b, "survey", surveys[p.detail&255])
		return strconv.AppendUint(append(b, `,"score":`...), uint64(p.detail>>8), 10)
	case billedStarted, billedRenewed, billedUpgraded:
		return contractFacts(b, p.detail)
	case billedCancelled:
		return appendField(contractFacts(b, p.detail), "reason", "budget_cut")
	}
	return b
}

func (r *renderer) opportunity(b []byte, p *planned) []byte {
	return append(appendHex(append(b, `,"opportunity_id":"opp_`...), mix(uint64(p.company), uint64(p.cents)), 10), '"')
}

func (r *renderer) conversation(b []byte, p *planned, f *face) []byte {
	return append(appendHex(append(b, `,"conversation_id":"conv_`...), mix(f.unit, uint64(p.thread)), 12), '"')
}

func (r *renderer) said(b []byte, p *planned, f *face) []byte {
	b = r.conversation(b, p, f)
	text := p.detail & (byHuman - 1)
	switch p.action {
	case outboundSent, outboundReplied:
		group := textGroups[textOutbound]
		if p.action == outboundReplied {
			group = textGroups[textOutboundAnswer]
		}
		text = uint32(group[0]) + uint32(r.id(p)%uint64(group[1]))
		b = appendField(b, "channel", "email")
	}
	switch {
	case p.action == outboundSent, p.action == agentSaid && p.detail&byHuman != 0:
		b = append(b, `,"agent":"human"`...)
	case p.action == agentSaid:
		b = append(b, `,"agent":"bot"`...)
	}
	return append(r.fill(append(b, `,"text":"`...), texts[text], f, p), '"')
}

// fill writes a text with its gaps filled; the same gap of one company always alike.
func (r *renderer) fill(b []byte, text string, f *face, p *planned) []byte {
	h := r.world.hash(f.unit, forChat, int(p.thread))
	for i := 0; i < len(text); i++ {
		if text[i] != '{' {
			b = appendText(b, text[i:i+1])
			continue
		}
		switch text[i+1] {
		case 'n':
			seats := 3 + uint64(min(f.employees, 2000))/3
			b = strconv.AppendUint(b, seats+h%5, 10)
			i += len("{n}") - 1
		case 'w':
			b = append(b, textWhen[h>>8%uint64(len(textWhen))]...)
			i += len("{when}") - 1
		case 'u':
			b = append(b, textUses[h>>16%uint64(len(textUses))]...)
			i += len("{use}") - 1
		case 't':
			b = append(b, textTools[h>>24%uint64(len(textTools))]...)
			i += len("{tool}") - 1
		}
	}
	return b
}

func contractFacts(b []byte, detail uint32) []byte {
	b = appendField(b, "plan", planNames[detail&planMask])
	if term := termNames[detail>>termShift]; term != "" {
		b = appendField(b, "interval", term)
	}
	return b
}

var bantNames = [4]string{"budget", "authority", "need", "timeline"}

func callFacts(b []byte, detail uint32) []byte {
	for i, name := range bantNames {
		switch {
		case detail&(answerGood<<i) != 0:
			b = appendField(b, name, "yes")
		case detail&(answerBad<<i) != 0:
			b = appendField(b, name, "no")
		}
	}
	outcome := detail >> outcomeShift & 15
	b = appendField(b, "outcome", callOutcomes[outcome])
	if outcome == callDisqualified {
		b = appendField(b, "reason", lossReasons[detail>>reasonShift])
	}
	return b
}
