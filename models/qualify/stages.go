package qualify

import (
	"errors"
	"fmt"
	"slices"
)

// StageDefinition moves units between stages by what events mean, and names who owns each stage.
//
// Three stages are routes, held beside everything else: mql, pql and cql. All others are positions, and a unit has one
// at a time, or none while a route is all it holds. Entering a route ends suspect, inquiry, nurture, disqualified and
// churned. Entering won, nurture, disqualified, or suspect by a call, ends the routes, and what had been counted towards
// them is spent. When its last route ends and it holds no position, a unit goes to nurture.
type StageDefinition struct {
	Named  `yaml:",inline"`
	Owners map[string]string `yaml:"owners"`
	// Rules are tried from the top; the first that holds for an event moves the unit. Rules for inquiry are tried
	// before the routes are, the others after, so that an event that does both shows them in the drawn order.
	Rules   []StageRule `yaml:"rules"`
	Dormant DormantRule `yaml:"dormant"`
}

// StageRule enters Stage at an event of one of the meanings On, whose properties are as in Where.
type StageRule struct {
	Stage string `yaml:"stage"`
	On    words  `yaml:"on"`
	// Where lists the accepted values of properties.
	Where map[string]words `yaml:"where"`
	// Paid asks for a value above 0.
	Paid bool `yaml:"paid"`
	// UnlessIn are positions in which the rule doesn't apply.
	UnlessIn words `yaml:"unless_in"`
	// OnlyIn are the positions in which it applies; none means all.
	OnlyIn words `yaml:"only_in"`
	// UnlessQualified: the rule doesn't apply while the unit holds a route.
	UnlessQualified bool   `yaml:"unless_qualified"`
	Reason          string `yaml:"reason"`
	// ReasonProperty is a property whose text is added to the reason.
	ReasonProperty string `yaml:"reason_property"`
}

// DormantRule sends to nurture who was silent for AfterDays in one of the positions In, or with a route and no position.
type DormantRule struct {
	AfterDays float64 `yaml:"after_days"`
	In        words   `yaml:"in"`
	// Ignore are meanings that are not a sign of life.
	Ignore words `yaml:"ignore"`
}

var stageOwners = map[string]bool{"marketing": true, "product": true, "sdr": true, "ae": true, "success": true}

func (s StageDefinition) validate() error {
	faults := []error{
		unknownWords("stage of the dormant rule", s.Dormant.In, knownStages),
		unknownWords("meaning of the dormant rule", s.Dormant.Ignore, knownMeanings),
	}
	for stage, owner := range s.Owners {
		if !knownStages[stage] || !stageOwners[owner] {
			faults = append(faults, fmt.Errorf("owner %q of stage %q: one of them is unknown", owner, stage))
		}
	}
	for i, r := range s.Rules {
		if err := r.validate(); err != nil {
			faults = append(faults, fmt.Errorf("stage rule %d (%s): %w", i+1, r.Stage, err))
		}
	}
	if contains(s.Dormant.In, stageNurture) {
		faults = append(faults, errors.New("dormant rule: nurture is where it sends to"))
	}
	if s.Dormant.AfterDays <= 0 {
		faults = append(faults, errors.New("dormant rule: after_days must be above 0"))
	}
	return errors.Join(faults...)
}

func (r StageRule) validate() error {
	faults := []error{
		unknownWords("stage", slices.Concat([]string{r.Stage}, r.UnlessIn, r.OnlyIn), knownStages),
		unknownWords("meaning", r.On, knownMeanings),
	}
	if routeOf(r.Stage) >= 0 {
		faults = append(faults, errors.New("mql, pql and cql are entered by their definitions, not by stage rules"))
	}
	if len(r.On) == 0 || r.Reason == "" {
		faults = append(faults, errors.New("needs on and reason"))
	}
	return errors.Join(faults...)
}

// Stage codes that the machinery itself knows.
const (
	stageSuspect      = "suspect"
	stageInquiry      = "inquiry"
	stageMQL          = "mql"
	stagePQL          = "pql"
	stageCQL          = "cql"
	stageSQL          = "sql"
	stageWon          = "won"
	stageRetained     = "retained"
	stageExpanded     = "expanded"
	stageChurned      = "churned"
	stageNurture      = "nurture"
	stageDisqualified = "disqualified"
)

// Routes.
const (
	marketingRoute = iota
	productRoute
	conversationRoute
	routeCount
)

var routeStages = [routeCount]string{stageMQL, stagePQL, stageCQL}

func routeOf(stage string) int {
	for i, s := range routeStages {
		if s == stage {
			return i
		}
	}
	return -1
}

// endedByRoute are the positions that a unit leaves when it qualifies.
func endedByRoute(stage string) bool {
	switch stage {
	case stageSuspect, stageInquiry, stageNurture, stageDisqualified, stageChurned:
		return true
	default:
		return false
	}
}

// endsRoutes are the positions that take a unit out of every route.
func endsRoutes(stage string) bool {
	switch stage {
	case stageWon, stageNurture, stageDisqualified, stageSuspect:
		return true
	default:
		return false
	}
}

func isCustomer(stage string) bool {
	return stage == stageWon || stage == stageRetained || stage == stageExpanded
}
