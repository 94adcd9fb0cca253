package source

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestTimesAreThoseOfThePackageTime(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		at := time.Unix(random.Int64N(8e9)-2e9, random.Int64N(1e9)).In(time.FixedZone("", 60*(random.IntN(28*60)-14*60)))
		for _, layout := range []string{time.RFC3339, time.RFC3339Nano, "2006-01-02 15:04:05.000", "2006-01-02", "2006-01-02T15:04", "2006-01-02 15:04:05 -0700"} {
			text := at.Format(layout)
			want, err := time.Parse(layout, text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := parseTime(text, nil)
			if err != nil || got != want.UnixMilli() {
				t.Fatalf("%s: %d, %v; want %d", text, got, err, want.UnixMilli())
			}
		}
	}
}

func TestTimesThatAreNone(t *testing.T) {
	for _, text := range []string{"", "soon", "2024-13-01", "2024-02-30", "2024-01-01T25:00:00Z", "2024-01-01T10:61:00Z", "2024-01-01X10:00:00",
		"2024-01-01T10:00:00.Z", "2024-01-01T10:00:00+25:00", "2024-01-01T10:00:00+1", "20240101x", "1e300", "NaN", "2023-02-29", "1900-02-29"} {
		if ms, err := parseTime(text, nil); !errors.Is(err, errNotTime) {
			t.Errorf("%q: %d, %v; want no time", text, ms, err)
		}
	}
}

func TestDeclaredLayoutsComeFirst(t *testing.T) {
	got, err := parseTime("2024-02-01", []string{"2006-02-01"})
	if want := time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC).UnixMilli(); err != nil || got != want {
		t.Errorf("%d, %v; want %d", got, err, want)
	}
}

func TestDecimalsAreExact(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	scale := big.NewRat(10_000, 1)
	for range 20_000 {
		text := strconv.FormatInt(random.Int64N(2e12)-1e12, 10)
		if random.IntN(2) == 0 {
			text += "." + strconv.FormatUint(random.Uint64N(1e7), 10)
		}
		if random.IntN(3) == 0 {
			text += "e" + strconv.Itoa(random.IntN(9)-6)
		}
		exact, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatal(text)
		}
		got, err := parseDecimal(text)
		units := exact.Mul(exact, scale)
		if limit := big.NewRat(decimalLimit-1, 1); new(big.Rat).Abs(units).Cmp(limit) > 0 {
			if !errors.Is(err, errDecimalSize) {
				t.Fatalf("%s: %d, %v; want it refused", text, got, err)
			}
			continue
		}
		if want := units.FloatString(0); err != nil || strconv.FormatInt(got, 10) != want && !(got == 0 && want == "-0") {
			t.Fatalf("%s: %d, %v; want %s", text, got, err, want)
		}
	}
}

func TestDecimalsThatAreNone(t *testing.T) {
	for _, text := range []string{"", "-", ".", "1.2.3", "0x10", "1e", "e5", "1 000", "NaN", "Inf", "--1", "1e99999999999999999999"} {
		if n, err := parseDecimal(text); !errors.Is(err, errNotDecimal) {
			t.Errorf("%q: %d, %v; want no number", text, n, err)
		}
	}
	for text, want := range map[string]int64{"0e999999999": 0, "1e-999999999": 0, "-0.00005": -1, "0.00004": 0, "99999999999999.9999": decimalLimit - 1} {
		if n, err := parseDecimal(text); err != nil || n != want {
			t.Errorf("%q: %d, %v; want %d", text, n, err, want)
		}
	}
	if _, err := parseDecimal("1e999999999"); !errors.Is(err, errDecimalSize) {
		t.Errorf("got %v, want it to be too large", err)
	}
}

func TestAddressesGiveCampaignAndClick(t *testing.T) {
	e := Event{URL: "https://x.test/p?utm_source=a+b&utm_medium=%C3%A9&utm_source=late&gclid=&fbclid=F%201&msclkid=M#utm_term=no", UTMCampaign: "given"}
	fillFromAddress(&e)
	if e.UTMSource != "a b" || e.UTMMedium != "é" || e.UTMCampaign != "given" || e.UTMTerm != "" || e.ClickID != "F 1" || e.ClickIDKind != "fbclid" {
		t.Errorf("%+v", e)
	}
}

// TestClickIDsOfAllNetworks: whatever the case that a network or a redirect writes, the kind is one.
func TestClickIDsOfAllNetworks(t *testing.T) {
	for _, name := range []string{"gclid", "gbraid", "wbraid", "dclid", "fbclid", "igshid", "msclkid", "yclid", "li_fat_id", "ttclid",
		"twclid", "rdt_cid", "epik", "ScCid", "qclid", "tblci", "dicbo", "irclickid", "irclid", "cjevent", "awc", "GCLID"} {
		e := Event{URL: "https://x.test/p?page=2&" + name + "=1a%2Fb&lang=en"}
		fillFromAddress(&e)
		if e.ClickID != "1a/b" || e.ClickIDKind != strings.ToLower(name) {
			t.Errorf("%s: click id %q of kind %q", name, e.ClickID, e.ClickIDKind)
		}
	}
	for _, name := range []string{"id", "clid", "page", "gclsrc", "utm_id"} {
		e := Event{URL: "https://x.test/p?" + name + "=1"}
		if fillFromAddress(&e); e.ClickIDKind != "" {
			t.Errorf("%s is no click id, yet of kind %q", name, e.ClickIDKind)
		}
	}
}
