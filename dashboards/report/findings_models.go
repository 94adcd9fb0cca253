package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// dispute names the channel on which the models are furthest apart, by the shares that each gives each.
func dispute(p *Page) (Finding, bool) {
	f := p.rows("attribution-2")
	var worst opinions
	for _, channel := range f.Columns[min(1, len(f.Columns)):] {
		if o := opinionsOn(f, channel); o.most-o.least > worst.most-worst.least {
			worst = o
		}
	}
	if worst.channel == "" {
		return Finding{}, false
	}
	channel := isolated(worst.channel)
	return Finding{
		What: fmt.Sprintf("On %s the models disagree most: %s by %s, %s by %s.", channel, percent(worst.least), worst.leastBy, percent(worst.most), worst.mostBy),
		Sure: "Where they disagree the choice of the model decides, not the data.",
		Do:   fmt.Sprintf("Don't move money on %s by any one model; test it.", channel), See: "attribution-4",
	}, true
}

// opinions are the lowest and the highest share that models give a channel.
type opinions struct {
	channel, leastBy, mostBy string
	least, most              float64
}

// opinionsOn reads a column of a frame of models by channels. A model that never credits a channel gives it 0.
func opinionsOn(f frame, channel string) opinions {
	o := opinions{channel: channel}
	for i := range f.Rows {
		model, share := f.text(i, "model"), f.number(i, channel)
		if model == "truth" {
			continue
		}
		if o.leastBy == "" || share < o.least {
			o.least, o.leastBy = share, model
		}
		if o.mostBy == "" || share >= o.most {
			o.most, o.mostBy = share, model
		}
	}
	return o
}

// reality compares the models with the truth, which only a simulated company has.
func reality(p *Page, baseline frame) (Finding, bool) {
	f := p.rows("attribution-2")
	truth := slices.Index(f.texts("model"), "truth")
	if truth < 0 || len(f.Rows) < 2 {
		return Finding{}, false
	}
	type score struct {
		model string
		off   float64
	}
	var scores []score
	for i := range f.Rows {
		if i == truth {
			continue
		}
		off := 0.
		for _, channel := range f.Columns[1:] {
			off += math.Abs(f.number(i, channel) - f.number(truth, channel))
		}
		scores = append(scores, score{f.text(i, "model"), off / float64(len(f.Columns)-1)})
	}
	slices.SortFunc(scores, func(a, b score) int { return strings.Compare(fmt.Sprintf("%.9f", a.off), fmt.Sprintf("%.9f", b.off)) })
	best, worst := scores[0], scores[len(scores)-1]
	finding := Finding{
		What: fmt.Sprintf("This company is simulated, so the truth is known: %s comes closest, off by %s points a channel; %s is off by %s.",
			best.model, grouped(100*best.off, 1), worst.model, grouped(100*worst.off, 1)),
		Sure: "Over one simulation; another company may rank the models otherwise.", See: "attribution-2",
	}
	if len(baseline.Rows) > 0 {
		finding.Sure = fmt.Sprintf("%s of the conversions would have come with no marketing at all; rule-based credit can't show that. ",
			percent(baseline.number(0, "Share"))) + finding.Sure
	}
	return finding, true
}
