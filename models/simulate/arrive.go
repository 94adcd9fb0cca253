package simulate

import (
	"cmp"
	"iter"
	"slices"
)

// entry is a company on the calendar.
type entry struct {
	start   int64 // when its first person is first met, milliseconds since 1970
	first   moment
	company uint32
	people  uint8
	country uint8
}

// entries founds companies until they have config.People people, spreads their beginnings evenly over the observation
// in busy time of their own clock, and sorts them by beginning.
func (w *world) entries() []entry {
	var list []entry
	for people := 0; people < w.config.People; {
		_, _, n := w.head(uint32(len(list)))
		n = min(n, w.config.People-people)
		list = append(list, entry{company: uint32(len(list)), people: uint8(n)})
		people += n
	}
	for i := range list {
		e := &list[i]
		s := w.stream(uint64(e.company)<<16, forStart, 0)
		e.country = countryAt(s.uniform())
		offset := countries[e.country].hours * millisecondsPerHour
		from, to := momentOf(w.start, offset), momentOf(w.end, offset)
		e.first = from + (to-from)*moment((float64(i)+s.uniform())/float64(len(list)))
		e.start = e.first.calendar(offset)
	}
	slices.SortFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.company, b.company))
	})
	return list
}

// arrivals yields everything that is sent, in the order of arrival. Companies are told when the day of their beginning
// comes, into a bucket a day; a day's bucket is complete once the companies that began by then have been told, because
// no company's event comes before its beginning. told, which may be nil, sees each company once.
func (w *world) arrivals(told func(*company, []planned)) iter.Seq[*planned] {
	return func(yield func(*planned) bool) {
		b := buckets{days: make([][]planned, w.config.Days+8), start: w.start}
		var t teller
		var c company
		waiting := w.entries()
		for ; b.day < len(b.days); b.day++ {
			until := w.start + int64(b.day+1)*millisecondsPerDay
			for ; len(waiting) > 0 && waiting[0].start < until; waiting = waiting[1:] {
				w.live(&c, waiting[0])
				events := t.tell(w, &c)
				if told != nil {
					told(&c, events)
				}
				for _, p := range events {
					w.send(p, b.place)
				}
			}
			w.house(b.day, b.place)
			if !b.emit(yield) {
				return
			}
		}
	}
}

// buckets hold what has been planned and has not arrived, by the day of arrival.
type buckets struct {
	days  [][]planned
	day   int // today: earlier days have been emitted
	start int64
	spare []planned // memory of a day gone by
}

func (b *buckets) place(p planned) {
	d := max(int((p.arrive-b.start)/millisecondsPerDay), b.day)
	for d >= len(b.days) {
		b.days = append(b.days, nil)
	}
	if b.days[d] == nil {
		b.days[d], b.spare = b.spare, nil
	}
	b.days[d] = append(b.days[d], p)
}

// emit yields today's bucket in order and lets it go. It is false where the reader has had enough.
func (b *buckets) emit(yield func(*planned) bool) bool {
	today := b.days[b.day]
	slices.SortFunc(today, func(a, b planned) int {
		if a.arrive != b.arrive {
			return cmp.Compare(a.arrive, b.arrive)
		}
		return cmp.Or(cmp.Compare(a.company, b.company), cmp.Compare(a.number, b.number), cmp.Compare(a.mess, b.mess))
	})
	for i := range today {
		if !yield(&today[i]) {
			return false
		}
	}
	b.spare, b.days[b.day] = today[:0], nil
	return true
}

// send decides when an event arrives, and whether again, late, by a wrong clock or in pieces.
func (w *world) send(p planned, place func(planned)) {
	c := w.config
	unit := uint64(p.company)<<32 | uint64(p.number)
	s := w.stream(unit, forMess, 0)
	isLate, isRepeated, isBroken := s.uniform() < c.Late, s.uniform() < c.Duplicates, s.uniform() < c.Broken
	p.arrive = p.at + 180 + int64(s.exponential(900))
	if isLate {
		p.mess |= late
		p.arrive += int64(s.logUniform(1.1, 96) * millisecondsPerHour)
	}
	if p.device != onServer && p.action < billedStarted && w.skewed(p.company, p.person, p.device) {
		p.mess |= skewed
	}
	place(p)
	if isRepeated {
		again := p
		again.mess |= repeated
		if s.uniform() < .7 {
			again.arrive += 1000 + int64(s.exponential(20_000))
		} else {
			again.arrive += int64(s.logUniform(1, 100) * millisecondsPerHour)
		}
		place(again)
	}
	if isBroken {
		p.mess, p.cents = broken, int32(s.below(int(brokenKinds)))
		p.arrive += int64(s.exponential(5000))
		place(p)
	}
}

// skewed devices have a wrong clock all the time, all their events included.
func (w *world) skewed(company uint32, person, device uint8) bool {
	return w.chance(w.config.Skewed, uint64(company)<<16+uint64(person)+1, forDevice, 1000+int(device))
}

// skew is by how many milliseconds a device's clock is ahead: two minutes to three years, either way.
func (w *world) skew(company uint32, person, device uint8) int64 {
	s := w.stream(uint64(company)<<16+uint64(person)+1, forDevice, 2000+int(device))
	ahead := s.uniform() < .5
	off := int64(s.logUniform(2, 3*365*24*60) * 60_000)
	if ahead {
		return off
	}
	return -off
}

const staff = 12 // people of the company itself who are asked each four weeks how they like their work

// house tells what belongs to no prospect: a day's advertising cost, and the team's own survey.
func (w *world) house(day int, place func(planned)) {
	at := w.start + int64(day)*millisecondsPerDay
	if at >= w.end {
		return
	}
	for i := range drawn {
		way := &entrances[i]
		if !way.paid() || !w.on(way.channel) {
			continue
		}
		w.send(planned{at: at + 20*millisecondsPerHour, company: houseCompany, number: uint32(day*64 + i),
			person: uint8(i), device: onServer, entrance: inside, action: advertisingCost, cents: w.spend(i, day)}, place)
	}
	for i := range staff {
		if day%28 == 20 {
			score := uint32(3 + w.hash(houseCompany, forSurvey, day*64+i)%8)
			w.send(planned{at: at + 10*millisecondsPerHour + int64(i)*977_000, company: houseCompany, number: uint32(day*64 + 32 + i),
				person: uint8(i), device: onServer, entrance: inside, action: surveyAnswered, detail: surveyESAT | score<<8}, place)
		}
	}
}

func (e *entrance) paid() bool {
	return e.channel == paidSearch || e.channel == paidSocial || e.channel == display || e.channel == affiliates
}

// spend in cents: what the clicks to be expected that day cost, with a fifth of noise.
func (w *world) spend(which, day int) int32 {
	way := &entrances[which]
	clicks := float64(w.config.People) / float64(w.config.Days) * 2 * (way.weight + .1*way.closing)
	noise := .8 + .4*unitInterval(w.hash(uint64(which), forCost, day))
	return int32(min(clicks*noise*way.perClick*100, 2e9))
}
