package qualify

import (
	"math"
	"strings"
)

// BantDefinition weighs the four answers. The weights sum to 100.
type BantDefinition struct {
	Named       `yaml:",inline"`
	Weights     BantWeights `yaml:"weights"`
	Threshold   float64     `yaml:"threshold"`
	RevisitDays float64     `yaml:"revisit_days"` // how long nurture lasts before sales asks again
}

// BantWeights are the points of a known-good answer.
type BantWeights struct {
	Budget    float64 `yaml:"budget"`
	Authority float64 `yaml:"authority"`
	Need      float64 `yaml:"need"`
	Timeline  float64 `yaml:"timeline"`
}

var bantQuestions = [4]string{"budget", "authority", "need", "timeline"}

const (
	answerUnknown int8 = -1
	answerBad     int8 = 0
	answerGood    int8 = 1
)

func (w BantWeights) list() [4]float64 { return [4]float64{w.Budget, w.Authority, w.Need, w.Timeline} }

func (b *BantDefinition) check(p place) {
	b.Named.check(p)
	sum := 0.0
	for i, w := range b.Weights.list() {
		if !(w >= 0) || !finite(w) {
			p.key("weights").key(bantQuestions[i]).faultf("weight of %s: %g is no share of 100", bantQuestions[i], w)
		}
		sum += w
	}
	if !(math.Abs(sum-100) <= 1e-9) {
		p.key("weights").faultf("weights sum to %g, not to 100", sum)
	}
	if !(b.Threshold > 0 && b.Threshold <= 100) {
		p.key("threshold").faultf("threshold %g: must be above 0 and up to 100", b.Threshold)
	}
	if !positive(b.RevisitDays) {
		p.key("revisit_days").faultf("revisit_days must be above 0")
	}
}

// score is the sum of the weights of the good answers.
func (b BantDefinition) score(answers [4]int8) float64 {
	sum := 0.0
	for i, w := range b.Weights.list() {
		if answers[i] == answerGood {
			sum += w
		}
	}
	return sum
}

// parseAnswer reads yes, no, true, false, good, bad, 1, 0, sí; anything else is unknown.
func parseAnswer(text string) int8 {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "yes", "true", "good", "1", "y", "si", "sí":
		return answerGood
	case "no", "false", "bad", "0", "n":
		return answerBad
	default:
		return answerUnknown
	}
}
