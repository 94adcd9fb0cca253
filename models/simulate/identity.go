package simulate

import "strconv"

// Who somebody is on the wire follows from their numbers by hashing, so that plans need not hold it.

var (
	givenNames  = []string{"Ada", "Ben", "Carla", "Dmitri", "Elif", "Femi", "Grace", "Hugo", "Ines", "Jonas", "Keiko", "Liam", "Maya", "Noor", "Oscar", "Priya", "Quinn", "Rosa", "Sven", "Tara", "Umar", "Vera", "Wei", "Ximena", "Yusuf", "Zoe", "José", "Zoë"}
	familyNames = []string{"Abe", "Bauer", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ito", "Jensen", "Kowalski", "Lopez", "Meyer", "Nguyen", "Okafor", "Patel", "Quist", "Rossi", "Singh", "Tanaka", "Usman", "Virtanen", "Weber", "Xu", "Yilmaz", "Zhang"}
	asciiGiven  = []string{"ada", "ben", "carla", "dmitri", "elif", "femi", "grace", "hugo", "ines", "jonas", "keiko", "liam", "maya", "noor", "oscar", "priya", "quinn", "rosa", "sven", "tara", "umar", "vera", "wei", "ximena", "yusuf", "zoe", "jose", "zoe"}
	asciiFamily = []string{"abe", "bauer", "costa", "dubois", "eriksen", "fischer", "garcia", "haddad", "ito", "jensen", "kowalski", "lopez", "meyer", "nguyen", "okafor", "patel", "quist", "rossi", "singh", "tanaka", "usman", "virtanen", "weber", "xu", "yilmaz", "zhang"}
	freeMail    = []string{"gmail.com", "gmail.com", "gmail.com", "outlook.com", "yahoo.com", "icloud.com", "gmx.de", "proton.me"}
	disposable  = []string{"mailinator.com", "guerrillamail.com", "10minutemail.com", "yopmail.com"}
	mashed      = []string{"asdfgh", "qwerty", "sdfghj", "zxcvbn", "lkjhgf", "poiuyt", "dfghjk"}
	companyHead = []string{"North", "Blue", "Silver", "Granite", "Harbor", "Maple", "Copper", "Summit", "River", "Amber", "Cedar", "Delta", "Ever", "Field", "Golden", "Iron"}
	companyTail = []string{"wind", "works", "gate", "peak", "line", "forge", "crest", "bridge", "stone", "point", "yard", "field", "house", "mark", "lane", "ware"}
	userAgents  = []string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2 Safari/605.1.15",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:134.0) Gecko/20100101 Firefox/134.0",
		"Mozilla/5.0 (X11; Linux x86_64; rv:134.0) Gecko/20100101 Firefox/134.0",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2 Mobile/15E148 Safari/604.1",
		"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Mobile Safari/537.36",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36 Edg/132.0.0.0",
	}
)

// OwnDomain is the simulated company's own: its staff's addresses, which are no prospects, and its site.
const OwnDomain = "tidewater.example"

// face is what a message needs to know of its sender; recomputed when the sender changes.
type face struct {
	company   uint32
	person    uint8
	unit      uint64
	user      uint64
	account   uint64
	name      uint64
	kind      personKind
	corporate bool
	country   uint8
	employees int
}

// face looks a person up. The company's and person's traits are drawn again from their streams: cheaper than keeping
// them for every plan.
func (w *world) face(company uint32, person uint8) face {
	c := company
	unit := uint64(c)<<16 + uint64(person) + 1
	f := face{company: c, person: person, unit: unit, user: w.hash(unit, forIdentity, 0),
		account: w.hash(uint64(c)<<16, forIdentity, 1), name: w.hash(unit, forIdentity, 2)}
	s, z, people := w.head(c)
	f.employees = int(s.logUniform(z.low, z.high+.999))
	f.corporate = z.high > 1 && s.uniform() < .93
	kind := w.stream(unit, forPerson, 0)
	f.kind = kindAt(kind.uniform(), people)
	start := w.stream(uint64(c)<<16, forStart, 0)
	f.country = countryAt(start.uniform())
	return f
}

// device is the hash that a browser's anonymous id is made of. Few people use a colleague's first device as theirs.
func (w *world) device(f *face, number uint8) uint64 {
	unit := f.unit
	if f.person > 0 && number == 0 && w.chance(.05, unit, forDevice, 501) {
		unit = uint64(f.company)<<16 + 1
	}
	return w.hash(unit, forDevice, int(number))
}

func appendUUID(b []byte, x uint64) []byte {
	y := mix(x, 7)
	b = append(appendHex(b, x>>32, 8), '-')
	b = append(appendHex(b, x>>16, 4), '-', '4')
	b = append(appendHex(b, x, 3), '-', "89ab"[y>>62])
	b = append(appendHex(b, y>>48, 3), '-')
	return appendHex(b, y, 12)
}

func appendUser(b []byte, f *face) []byte { return appendHex(append(b, "usr_"...), f.user, 16) }

func appendAccount(b []byte, f *face) []byte { return appendHex(append(b, "acct_"...), f.account, 14) }

func appendCompanyName(b []byte, f *face) []byte {
	b = append(b, companyHead[f.account%16]...)
	b = append(b, companyTail[f.account>>4%16]...)
	return strconv.AppendUint(append(b, ' '), f.account>>8%900+100, 10)
}

func appendEmail(b []byte, f *face) []byte {
	n := f.name
	switch f.kind {
	case junkAddress:
		b = appendHex(append(b, 'u'), n, 9)
		return append(append(b, '@'), disposable[n>>40%uint64(len(disposable))]...)
	case keyboardMash:
		b = append(b, mashed[n%uint64(len(mashed))]...)
		b = append(b, mashed[n>>8%uint64(len(mashed))]...)
		return append(append(b, '@'), freeMail[n>>16%uint64(len(freeMail))]...)
	}
	b = append(b, asciiGiven[n%uint64(len(asciiGiven))]...)
	b = append(append(b, '.'), asciiFamily[n>>8%uint64(len(asciiFamily))]...)
	switch {
	case f.kind == ownStaff:
		return append(b, "@"+OwnDomain...)
	case f.kind == student:
		return append(appendHex(append(b, '.'), n>>20, 4), "@students.northport-university.example"...)
	case f.corporate:
		b = append(appendHex(append(b, '.'), uint64(f.person), 2), '@')
		b = append(b, lowerHead[f.account%16]...)
		b = append(b, companyTail[f.account>>4%16]...)
		return append(strconv.AppendUint(append(b, '-'), f.account>>8%900_000+100, 10), ".example"...)
	}
	b = append(appendHex(append(b, '.'), n>>20, 7), '@')
	return append(b, freeMail[n>>16%uint64(len(freeMail))]...)
}

var lowerHead = func() []string {
	out := make([]string, len(companyHead))
	for i, name := range companyHead {
		out[i] = string(name[0]|' ') + name[1:]
	}
	return out
}()

func appendFirstName(b []byte, f *face) []byte {
	if f.kind == keyboardMash {
		return append(b, mashed[f.name%uint64(len(mashed))]...)
	}
	return append(b, givenNames[f.name%uint64(len(givenNames))]...)
}

func appendLastName(b []byte, f *face) []byte {
	if f.kind == keyboardMash {
		return append(b, mashed[f.name>>8%uint64(len(mashed))]...)
	}
	return append(b, familyNames[f.name>>8%uint64(len(familyNames))]...)
}
