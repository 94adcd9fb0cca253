package main

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// cycle is n channels of the given ones, over and over.
func cycle(channels string, n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = string(channels[i%len(channels)])
	}
	return strings.Join(names, " > ")
}

// Whatever a file holds, every figure is defined: shares that sum to 1, or to nothing, within their intervals, and no NaN.
func TestAttributionOfOddFiles(t *testing.T) {
	for name, file := range map[string]string{
		"one channel only":             "path,conversions,nulls,value\nA,3,5,30\nA>A,1,2,5\n",
		"a channel in every journey":   "path,conversions,nulls,value\nX>A,3,5,30\nX,1,2,5\nB>X,2,7,1\n",
		"all direct":                   "path,conversions,nulls\nDirect,3,5\nDirect>Direct,1,2\n",
		"everybody converted":          "path,conversions,nulls\nA,3,0\nB>A,2,0\n",
		"nothing known of the others":  "path,conversions\nA,3\nB>A,2\n",
		"one conversion":               "path,conversions,nulls\nA>B,1,0\nB,0,10\n",
		"negative and missing values":  "path,conversions,nulls,value\nA,3,1,-50\nB>A,2,3,\nB,,4,7\n",
		"values that cancel":           "path,conversions,nulls,value\nA,1,1,-50\nB,1,1,50\n",
		"parts of journeys":            "path,conversions,nulls\nA,0.5,1.5\nB>A,2.25,0\n",
		"very large and small counts":  "path,conversions,nulls\nA>B,1e15,1e15\nB,1e-12,1\n",
		"ten thousand touches":         "path,conversions,nulls\n" + cycle("ABCAD", 10_000) + ",1,0\nA > B,1,5\n" + cycle("A", 10_000) + ",0,3\n",
		"to and fro without end":       "path,conversions,nulls\n" + cycle("AB", 10_000) + ",1,0\nB,0,5\n",
		"channels that always go hand": "path,conversions,nulls\nA>B,5,50\nB>A,7,3\n",
		"sets that nobody has":         "path,conversions,nulls\nA>B>C>D>E,5,50\nF,1,3\n",
		"the same path in many rows":   "path,conversions,nulls\n" + strings.Repeat("A>B,1,2\n", 300),
	} {
		t.Run(name, func(t *testing.T) {
			path := writeFile(t, "odd.csv", file)
			for _, b := range []string{"0", "20"} {
				r := decode[creditReport](t, mustRun(t, "attribution", "--paths", path, "--bootstrap", b, "--order", "0", "--output", "json").out)
				sums := map[string]float64{}
				for _, c := range r.Credits {
					figures := []float64{c.Conversions, c.Value, c.Share, c.SameRank, c.RemovalEffect}
					if c.known() {
						figures = append(figures, *c.Low, *c.High)
					}
					for _, x := range figures {
						if math.IsNaN(x) || math.IsInf(x, 0) {
							t.Errorf("%+v", c)
						}
					}
					sums[c.Model] += c.Share
					if resampled := b != "0"; c.known() != resampled || c.Lead.known() != resampled || c.RankHigh > 0 != (resampled && c.Rank > 0) {
						t.Errorf("%s resamples: %+v", b, c)
					}
				}
				for model, sum := range sums {
					if math.Abs(sum-1) > 1e-9 {
						t.Errorf("shares of %s sum to %v", model, sum)
					}
				}
			}
			if out := mustRun(t, "attribution", "--paths", path, "--bootstrap", "0", "--model", "linear").out; !strings.Contains(out, "–  ") || strings.Contains(out, "100.0–") || strings.Contains(out, "0.0–") {
				t.Errorf("intervals of no resamples:\n%s", out)
			}
			for _, output := range []string{"table", "csv"} {
				if out := mustRun(t, "attribution", "--paths", path, "--bootstrap", "20", "--output", output).out; strings.Contains(out, "NaN") || strings.Contains(out, "Inf") {
					t.Errorf("%s holds what is no number:\n%s", output, out)
				}
			}
		})
	}
}

// The chain alone, straight from the file, says what it says beside the other models.
func TestChainOfAFileAlone(t *testing.T) {
	file := writeFile(t, "paths.csv", "path,total_conversions,total_null,total_conversion_value\nA > A > B,10,30,99.5\nA > B > A > C,8,12,7\nB,5,95,0\nC > B,4,16,12\n")
	figures := func(args ...string) (rows []channelCredit) {
		all := decode[creditReport](t, mustRun(t, append([]string{"attribution", "--paths", file, "--bootstrap", "0", "--output", "json"}, args...)...).out).Credits
		return slices.DeleteFunc(all, func(c channelCredit) bool { return c.Model != "markov_1" })
	}
	together, alone := figures(), figures("--model", "markov_1")
	if len(alone) != 3 || len(together) != 3 {
		t.Fatalf("%d channels alone, %d together", len(alone), len(together))
	}
	for i := range alone {
		a, b := alone[i], together[i]
		if a.Channel != b.Channel || math.Abs(a.Conversions-b.Conversions) > 1e-9 || math.Abs(a.Value-b.Value) > 1e-9 || math.Abs(*a.Own-*b.Own) > 1e-9 || math.Abs(a.RemovalEffect-b.RemovalEffect) > 1e-12 {
			t.Errorf("alone %+v, together %+v", a, b)
		}
	}
}

func TestJourneysOfAFile(t *testing.T) {
	file := writeFile(t, "journeys.tsv", "path\tconverted\nA > B\tyes\nA\tno\nB > C\t0\n")
	r := decode[creditReport](t, mustRun(t, "attribution", "--paths", file, "--journeys", "--model", "markov_1", "--output", "json").out)
	if r.Conversions != 1 || len(r.Credits) != 3 {
		t.Errorf("%+v", r)
	}
	silent := writeFile(t, "silent.csv", "path,converted\nA > B,1\nA,0\n")
	notes := decode[creditReport](t, mustRun(t, "attribution", "--paths", silent, "--bootstrap", "0", "--output", "json").out).Notes
	if len(notes) != 1 || !strings.Contains(notes[0], "1 rows converted nobody") || !strings.Contains(notes[0], "--journeys") {
		t.Errorf("rows that count for nothing are passed over: %q", notes)
	}
}

func TestOrderChosenForAFile(t *testing.T) {
	// What follows depends on the channel before the last: B after A converts, B after C doesn't.
	file := writeFile(t, "paths.csv", "path,conversions,nulls\nA > B > D,500,10\nC > B > E,10,500\n")
	out := mustRun(t, "attribution", "--paths", file, "--order", "0", "--remove", "A", "--bootstrap", "0", "--output", "json").out
	r := decode[creditReport](t, out)
	if r.Orders == nil || r.Orders.Order != 2 || len(r.Orders.LogLikelihood) != highestOrder {
		t.Fatalf("chosen %+v", r.Orders)
	}
	if want := 500. / 510; math.Abs(r.Removals[0].Conversions-want) > 1e-9 {
		t.Errorf("without A: %v, want %v", r.Removals[0].Conversions, want)
	}
	if table := mustRun(t, "attribution", "--paths", file, "--order", "0", "--bootstrap", "0").out; !strings.Contains(table, strconv.Itoa(2)+" (chosen)") {
		t.Errorf("the table doesn't say what was chosen:\n%s", table)
	}
}
