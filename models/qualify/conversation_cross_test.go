package qualify

import (
	"flag"
	"testing"

	"github.com/funnelcloud/funnelcloud/models/quality"
)

var crossValidate = flag.Bool("cross-validate", false, "measure likeness and thresholds on tuning messages it was not fitted to, fold by fold")

const (
	folds = 5
	// neighbours were often written as variations of one another: they stay in one fold.
	neighbours = 20
)

// TestCrossValidation is how at_least and the constants of train.go are chosen: each fold of the tuning messages is read with
// weights fitted to the others. The expressions know the older messages, so of these the figures flatter.
func TestCrossValidation(t *testing.T) {
	if !*crossValidate {
		return
	}
	d, all := mustDefault(t), tuningMessages(t)
	thresholds := []float64{0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8}
	classes, intents := make([][]quality.Judgement, len(thresholds)), make([][]quality.Judgement, len(thresholds))
	for fold := range folds {
		table := train(messagesOf(all, func(i int) bool { return i/neighbours%folds != fold }), nil)
		d.patterns.likeness = func() *likenessTable { return table }
		for i, m := range all {
			if i/neighbours%folds != fold {
				continue
			}
			for j, atLeast := range thresholds {
				d.Conversation.Likeness.AtLeast = atLeast
				heard := d.Read(m.Text).Class()
				classes[j] = append(classes[j], quality.Judgement{Said: m.Said, Predicted: heard})
				intents[j] = append(intents[j], quality.Judgement{Said: isIntent(m.Said), Predicted: isIntent(heard)})
			}
		}
	}
	for j, atLeast := range thresholds {
		a, intent := quality.Agree(classes[j]), quality.Agree(intents[j])
		t.Logf("at least %.2f: κ %.3f, of intent %.3f, precision %.3f, recall %.3f", atLeast, a.Kappa, intent.Kappa, a.Of(ClassIntent).Precision.Value, a.Of(ClassIntent).Recall.Value)
	}
}

func tuningMessages(t *testing.T) []LabelledMessage {
	t.Helper()
	all, err := Labelled()
	if err != nil {
		t.Fatal(err)
	}
	var tuning []LabelledMessage
	for _, m := range all {
		if m.Split == tuningSplit {
			tuning = append(tuning, m)
		}
	}
	return tuning
}

func messagesOf(all []LabelledMessage, in func(i int) bool) []LabelledSaying {
	var some []LabelledSaying
	for i, m := range all {
		if in(i) {
			some = append(some, LabelledSaying{m.Said, m.Text})
		}
	}
	return some
}
