package qualify

import "regexp"

// compile arranges the definitions by what an event is.
func (a *assembly) compile() *program {
	p := &program{
		byMeaning: map[string]*reaction{}, asked: map[string][]string{}, ignored: setOf(a.Stages.Dormant.Ignore),
		dormantMS: int64(a.Stages.Dormant.AfterDays * float64(dayMS)),
	}
	a.compileFit(p)
	a.compileQualifications(p)
	for i, s := range a.Score.Engagement.Signals {
		p.engagement = append(p.engagement, s.compile(a.place("score").key("engagement").key("signals").item(i)))
	}
	for i := range a.Stages.Rules {
		p.stageRules = append(p.stageRules, a.Stages.compileRule(i, a.place("stages").key("rules").item(i)))
	}
	for i, r := range a.Stages.Origins {
		p.origins = append(p.origins, r.compile(a.place("stages").key("origins").item(i)))
	}
	p.parallels = a.Stages.compileParallels(a.place("stages"))
	for i, r := range a.Requests.Requests {
		p.requests = append(p.requests, r.compile(a.place("requests").key("requests").item(i)))
	}
	for i, r := range a.Requests.Replies {
		p.replies = append(p.replies, r.compile(a.place("requests").key("replies").item(i)))
	}
	for i, r := range a.Exclusions.Events {
		p.exclusions = append(p.exclusions, r.compile(a.place("exclusions").key("events").item(i)))
	}
	p.calendar = a.Requests.Calendar.compile(a.place("requests").key("calendar"))
	a.Stages.checkRounds(a.place("stages"))
	p.arrange()
	return p
}

func (a *assembly) compileFit(p *program) {
	for _, f := range a.Score.Fit {
		var expression *regexp.Regexp
		if f.Matches != "" {
			expression, _ = regexp.Compile(f.Matches) // check has told of a fault
		}
		p.fit = append(p.fit, expression)
	}
}

func (a *assembly) compileQualifications(p *program) {
	c := &conditionCompiler{named: map[string]int{}, indexes: map[string]int{}}
	for i, s := range a.Signals {
		at := a.place(numbered("signals", i))
		if s.Name == "" {
			at.faultf("a signal needs a name")
		}
		c.named[s.Name] = c.index(s.compile(at))
	}
	for i := range a.Qualifications {
		q := a.Qualifications[i].compile(a.place(numbered("qualifications", i)), c)
		p.qualifications = append(p.qualifications, q)
	}
	p.measures = c.all
}
