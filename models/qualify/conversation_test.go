package qualify

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// labelled are messages with what a person who reads the chat would say of each. They are examples of what the default
// patterns must do, not an estimate of how often they are right: patterns and examples were written side by side.
var labelled = []struct {
	text     string
	level    int8
	negative string
}{
	{"We want to buy 20 seats for our team. Can you send me a quote?", 3, ""},
	{"I'd like to purchase the business plan", 3, ""},
	{"Can we talk to someone from sales about a contract?", 3, ""},
	{"Could I book a demo this week?", 3, ""},
	{"We're ready to sign, what's next?", 3, ""},
	{"Please send us an order form, procurement needs it by Friday.", 3, ""},
	{"How do we upgrade 12 people from free to a paid plan?", 3, ""},
	{"can’t wait to buy this!", 3, ""},
	{"No problem, we want to buy it today", 3, ""},
	{"We are not interested in Jira, but we want to purchase your team plan", 3, ""},
	{"How much does it cost for 50 users?", 2, ""},
	{"What's the price of the enterprise plan?", 2, ""},
	{"Is there a volume discount?", 2, ""},
	{"Our trial ends tomorrow, can it be longer?", 2, ""},
	{"We would need SSO for our 300 people, is it in the enterprise tier?", 2, ""},
	{"We're evaluating three project tools at the moment", 1, ""},
	{"We are switching from Asana", 1, ""},
	{"Quiero contratar el plan anual", 3, ""},
	{"Queremos comprar 30 licencias para nuestra empresa", 3, ""},
	{"¿Podemos agendar una demo el martes?", 3, ""},
	{"Necesitamos una cotización para 15 usuarios", 3, ""},
	{"¿Cómo puedo pagar con transferencia?", 3, ""},
	{"Me gustaría hablar con alguien de ventas", 3, ""},
	{"¿Cuánto cuesta el plan para equipos?", 2, ""},
	{"¿Tienen descuento para ONG?", 2, ""},
	{"¿Pueden ampliar la prueba una semana?", 2, ""},
	{"Estamos comparando varias herramientas", 1, ""},
	{"Nos interesa, buscamos una alternativa a Excel", 1, ""},

	{"We are not looking to buy anything right now", 0, ""},
	{"I don't want to upgrade", 0, ""},
	{"We never wanted to purchase a licence", 0, ""},
	{"No queremos comprar nada por ahora", 0, ""},
	{"No necesito contratar el plan", 0, ""},
	{"Thanks, that helped!", 0, ""},
	{"Do you have a dark mode?", 1, ""},
	{"Is my data stored in the EU?", 1, ""},
	{"Gracias, muy amable", 0, ""},
	{"", 0, ""},

	{"I can't export my board to CSV", -1, "support"},
	{"How do I reset my password?", -1, "support"},
	{"The integration stopped working yesterday", -1, "support"},
	{"No puedo entrar a mi cuenta", -1, "support"},
	{"The Slack integration stopped posting since yesterday.", -1, "support"},
	{"Earn $5000 a week from home!", -1, "spam"},
	{"The export is broken and also we want to buy ten more seats", 3, ""},
	{"I'm a student writing my thesis, how much is the pro plan?", -1, "student"},
	{"Soy estudiante, ¿cuánto cuesta?", -1, "student"},
	{"Are you hiring frontend developers?", -1, "job_seeker"},
	{"Adjunto mi CV por si tienen vacantes", -1, "job_seeker"},
	{"We offer SEO services that boost your traffic", -1, "spam"},
	{"We work for a competitor, what do you charge?", -1, "competitor"},
}

func TestReadLabelledMessages(t *testing.T) {
	d := mustDefault(t)
	for _, m := range labelled {
		v := d.read(m.text)
		if v.level != m.level || v.negative != m.negative {
			t.Errorf("%q: level %d, %q by rule %q; want %d, %q", m.text, v.level, v.negative, v.rule, m.level, m.negative)
		}
		if (v.level == 0) != (v.confidence == 0) || v.confidence > 1 {
			t.Errorf("%q: confidence %g at level %d", m.text, v.confidence, v.level)
		}
	}
}

func allPatterns(d *Definitions) []pattern {
	all := slices.Clone(d.patterns.why)
	for _, h := range slices.Concat(d.patterns.intents, d.patterns.negatives) {
		all = append(all, h.phrases...)
		for _, s := range h.sentences {
			all = append(all, slices.Concat(s.all...)...)
		}
	}
	return all
}

// tried is how many phrases, and rules for sentences, are run on a text. Of a rule the rarest group decides.
func tried(d *Definitions, possible possibility) int {
	n := 0
	for _, h := range slices.Concat(d.patterns.intents, d.patterns.negatives) {
		for _, p := range h.phrases {
			if possible.of(p) {
				n++
			}
		}
		for _, s := range h.sentences {
			if !slices.ContainsFunc(s.all, func(group []pattern) bool { return !slices.ContainsFunc(group, possible.of) }) {
				n++
			}
		}
	}
	return n
}

// TestPrefilterHidesNothing: where an expression matches, one of its literals is in the text; and there are literals, or
// the filter would be none.
func TestPrefilterHidesNothing(t *testing.T) {
	d := mustDefault(t)
	all := allPatterns(d)
	if always, few := tried(d, d.patterns.index.possible("")), len(all)/20; always > few {
		t.Errorf("%d of %d expressions are tried on every message, want %d at most", always, len(all), few)
	}
	matches := 0
	for _, m := range labelled {
		text := plain(m.text).folded
		possible := d.patterns.index.possible(text)
		for _, p := range all {
			if !p.MatchString(text) {
				continue
			}
			matches++
			if !possible.of(p) {
				t.Errorf("%q matches, yet holds none of %v", text, p.literals)
			}
		}
	}
	if matches < len(labelled)/2 {
		t.Errorf("only %d matches", matches)
	}
}

func TestRequiredLiterals(t *testing.T) {
	for expression, want := range map[string]string{
		`buy`: "buy", `(?:want|like) to buy`: " to buy", `\d+ seats?`: " seat", `(?i)buy`: "", `x*`: "",
		`how (?:can|do) we`: "how ", `(?:licen[cs]es|users) now`: "licen|users", `(?:abc|d?)`: "", `(longer|longest)x?`: "longe",
	} {
		p, err := compilePattern(expression)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(p.literals, "|"); got != want {
			t.Errorf("%s: %q, want %q", expression, got, want)
		}
	}
}

func TestWhyIsQuotedAsWritten(t *testing.T) {
	d := mustDefault(t)
	for text, want := range map[string]string{
		"How much is it? We need to replace Our Spreadsheets.":  "replace Our Spreadsheets",
		"We want to buy it because our CTO’s reports are late!": "our CTO’s reports are late",
		"Queremos comprar porque la gestión está rota.":         "la gestión está rota",
		"We are struggling with déjà-vu meetings, any help?":    "déjà-vu meetings, any help",
		"We want to buy it.": "",
	} {
		if got := d.read(text).why; got != want {
			t.Errorf("why of %q: %q, want %q", text, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, m := range labelled {
		f.Add(m.text)
	}
	f.Add("İ because we \xff\xfe need İİİ to buy ﬃ")
	d := mustDefault(f)
	f.Fuzz(func(t *testing.T, text string) {
		v := d.read(text)
		for _, p := range allPatterns(d) {
			if folded := plain(text).folded; p.MatchString(folded) && !d.patterns.index.possible(folded).of(p) {
				t.Errorf("%q matches %s, which the filter hides", text, p)
			}
		}
		if v.level < -1 || v.level > 3 || v.level == -1 && v.negative == "" || v.level > 0 && (v.negative != "" || v.rule == "") {
			t.Errorf("%q: %+v", text, v)
		}
		if utf8.ValidString(text) && !utf8.ValidString(v.why) {
			t.Errorf("%q: the why %q is cut within a letter", text, v.why)
		}
	})
}
