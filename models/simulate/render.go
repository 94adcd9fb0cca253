package simulate

import "time"

// renderer writes planned events as Kafka records. Messages are cut from slabs, one allocation for hundreds.
type renderer struct {
	world *world
	slab  []byte
	face  face
	fresh bool
}

const slabSize = 256 << 10

func (r *renderer) message(p *planned) Message {
	if cap(r.slab)-len(r.slab) < 4096 {
		r.slab = make([]byte, 0, slabSize)
	}
	if !r.fresh || r.face.company != p.company || r.face.person != p.person {
		r.face, r.fresh = r.world.face(p.company, p.person), true
	}
	start := len(r.slab)
	b := r.key(r.slab, p)
	end := len(b)
	switch {
	case p.mess&broken != 0:
		b = r.broken(b, p)
	case p.action.topic() == TopicSegment:
		b = r.segment(b, p, &r.face)
	default:
		b = r.canonical(b, p, &r.face)
	}
	r.slab = b
	return Message{Topic: p.action.topic(), Key: b[start:end:end], Value: b[end:len(b):len(b)], Time: time.UnixMilli(p.arrive).UTC()}
}

// key keeps what one browser, person or campaign sends in one partition, in order.
func (r *renderer) key(b []byte, p *planned) []byte {
	switch {
	case p.company == houseCompany:
		return append(b, "house"...)
	case p.device != onServer:
		return appendUUID(b, r.world.device(&r.face, p.device))
	case p.action < billedStarted:
		return appendUser(b, &r.face)
	default:
		return appendAccount(b, &r.face)
	}
}

// id is the hash that a message's id is made of; the same for a repeat, another for a broken message.
func (r *renderer) id(p *planned) uint64 {
	return mix(mix(r.world.seed, uint64(p.company)<<32|uint64(p.number)), uint64(p.action))
}

// travel is how long a message takes from its sender to the broker, in milliseconds.
func (r *renderer) travel(p *planned) int64 { return 20 + int64(mix(r.id(p), uint64(p.mess))%160) }

// brokenKind is a way for a message to be useless. No reader may make an event of any of them.
type brokenKind int32

const (
	cutOff brokenKind = iota // JSON that ends in the middle
	notAnObject
	nobody    // on topic segment neither an anonymous id nor a user; on funnelcloud a kind that does not exist
	wrongType // the time is an object
	zeroBytes // NULs, as a crashed producer's disk leaves them
	notJSON
	brokenKinds
)

func (r *renderer) broken(b []byte, p *planned) []byte {
	start := len(b)
	inSegment := p.action.topic() == TopicSegment
	switch brokenKind(p.cents) {
	case cutOff:
		good := *p
		good.cents = 0
		if inSegment {
			b = r.segment(b, &good, &r.face)
		} else {
			b = r.canonical(b, &good, &r.face)
		}
		return b[:start+(len(b)-start)*2/3]
	case notAnObject:
		b = append(appendUUID(append(b, `["track","`...), mix(r.id(p), 99)), '"')
		return append(b, ']')
	case nobody:
		if inSegment {
			b = appendUUID(append(b, `{"type":"track","messageId":"`...), mix(r.id(p), 99))
			b = append(b, `","event":"Feature Used","properties":{}`...)
			return append(r.clocks(b, p), '}')
		}
		b = appendUUID(append(b, `{"kind":"stagge","event_id":"`...), mix(r.id(p), 99))
		return append(appendTime(append(b, `","event_ts":"`...), p.at), `"}`...)
	case wrongType:
		if inSegment {
			b = appendUUID(append(b, `{"type":"track","event":"Feature Used","messageId":"`...), mix(r.id(p), 99))
			return append(b, `","anonymousId":"x","timestamp":{"seconds":1},"sentAt":true}`...)
		}
		b = appendUUID(append(b, `{"kind":"track","name":"Ticket Opened","event_id":"`...), mix(r.id(p), 99))
		return append(b, `","event_ts":{"seconds":1}}`...)
	case zeroBytes:
		return append(b, make([]byte, 64)...)
	}
	return append(b, "undefined"...)
}
