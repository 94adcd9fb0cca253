package simulate

// Summary is what was put in, counted exactly, so that what comes out of a pipeline can be compared.
type Summary struct {
	Messages   int            // Kafka records of all topics
	Topics     map[string]int // records by topic
	Events     int            // distinct events: what the pipeline must hold in the end
	EventsOf   map[string]int // distinct events by topic
	Names      map[string]int // distinct events by name on the wire; page, identify, alias and group by their kind
	Duplicates int            // records that repeat an event's id
	Late       int            // distinct events that arrive more than an hour after they happened, repeats aside
	Skewed     int            // distinct events from devices with a wrong clock
	Broken     int            // records that no reader may make an event of

	People      int                // people who left at least one event; not the company's own staff in surveys
	Accounts    int                // companies whose account id appears
	Conversions map[string]float64 // people, by conversion type
	Won         int                // companies that brought revenue
}

// Summarise counts what Events of the same Config streams. It writes no JSON, so it takes a fraction of the time.
func Summarise(c Config) Summary {
	w := newWorld(c)
	s := Summary{Topics: map[string]int{}, EventsOf: map[string]int{}, Names: map[string]int{}, Conversions: map[string]float64{}}
	var actions [actionCount]int
	var all tally
	told := func(life *company, events []planned) {
		all.add(w.tally(life), 1)
		s.meet(events)
	}
	for p := range w.arrivals(told) {
		s.Messages++
		s.Topics[p.action.topic()]++
		switch {
		case p.mess&broken != 0:
			s.Broken++
		case p.mess&repeated != 0:
			s.Duplicates++
		default:
			s.Events++
			actions[p.action]++
			s.Late += int(p.mess & late / late)
			s.Skewed += int(p.mess & skewed / skewed)
		}
	}
	for a, n := range actions {
		s.EventsOf[action(a).topic()] += n
		name := actionWords[a].name
		if name == "" {
			name = actionWords[a].kind
		}
		s.Names[name] += n
	}
	for i, name := range ConversionTypes {
		s.Conversions[name] = all.persons[i]
	}
	s.Won = int(all.accounts[convertedWon])
	return s
}

// meet counts the people of one company's events, and the company if it is named.
func (s *Summary) meet(events []planned) {
	var seen [mostPeople]bool
	named := false
	for i := range events {
		seen[events[i].person] = true
		named = named || events[i].action == grouped || events[i].action >= billedStarted && events[i].device == onServer
	}
	for _, there := range seen {
		if there {
			s.People++
		}
	}
	if named {
		s.Accounts++
	}
}
