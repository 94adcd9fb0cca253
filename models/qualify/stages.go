package qualify

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
	// Origins are tried from the top at each event, until one has told where the unit comes from.
	Origins  []OriginRule         `yaml:"origins"`
	Parallel []ParallelDefinition `yaml:"parallel"`
}

// StageRule enters Stage at an event that its filter chooses.
type StageRule struct {
	Stage  string `yaml:"stage"`
	Filter `yaml:",inline"`
	// UnlessIn are positions in which the rule doesn't apply.
	UnlessIn words `yaml:"unless_in"`
	// OnlyIn are the positions in which it applies; none means all.
	OnlyIn words `yaml:"only_in"`
	// UnlessQualified: the rule doesn't apply while the unit holds a route.
	UnlessQualified bool `yaml:"unless_qualified"`
	// IfLast names what there may be several of (ParallelDefinition): the rule applies once none is open any more.
	// IfAnother: while another is open than the event's, which took no other's place. IfSame: to the one by whose event the
	// unit entered its position.
	IfLast    string `yaml:"if_last"`
	IfAnother string `yaml:"if_another"`
	IfSame    string `yaml:"if_same"`
	// IfMore: if the event makes those open worth more, all together. IfNoMore: while they are worth no more than before the
	// event by which the unit entered its position. IfLater: to another one than the purchase that made the unit a customer;
	// OnlySort and UnlessSort name sorts of it, in lower case.
	IfMore     string `yaml:"if_more"`
	IfNoMore   string `yaml:"if_no_more"`
	IfLater    string `yaml:"if_later"`
	OnlySort   words  `yaml:"only_sort"`
	UnlessSort words  `yaml:"unless_sort"`
	Reason     string `yaml:"reason"`
	// ReasonProperty is a property whose text is added to the reason.
	ReasonProperty string `yaml:"reason_property"`
}

// stageRule is a StageRule, compiled.
type stageRule struct {
	*StageRule
	filter              *filter
	index               int // order among the rules
	last, another, same int // among the parallels, or none
	more, noMore, later int
}

// DormantRule sends to nurture who was silent for AfterDays in one of the positions In, or with a route and no position.
type DormantRule struct {
	AfterDays float64 `yaml:"after_days"`
	In        words   `yaml:"in"`
	// Ignore are meanings that are not a sign of life.
	Ignore words `yaml:"ignore"`
}

var stageOwners = map[string]bool{"marketing": true, "product": true, "sdr": true, "ae": true, "success": true}

func (s *StageDefinition) check(p place) {
	s.Named.check(p)
	for stage, owner := range s.Owners {
		if !knownStages[stage] || !stageOwners[owner] {
			p.key("owners").key(stage).faultf("owner %q of stage %q: one of them is unknown; owners are marketing, product, sdr, ae and success", owner, stage)
		}
	}
	for i, r := range s.Rules {
		r.check(p.key("rules").item(i))
	}
	for i, r := range s.Origins {
		r.check(p.key("origins").item(i))
	}
	dormant := p.key("dormant")
	checkWords(dormant.key("in"), "stage", s.Dormant.In, knownStages)
	checkWords(dormant.key("ignore"), "meaning", s.Dormant.Ignore, knownMeanings)
	if contains(s.Dormant.In, stageNurture) {
		dormant.key("in").faultf("dormant units are sent to nurture: from there they would be sent round and round")
	}
	if !positive(s.Dormant.AfterDays) {
		dormant.key("after_days").faultf("after_days must be above 0")
	}
}

func (r StageRule) check(p place) {
	checkWords(p.key("stage"), "stage", words{r.Stage}, knownStages)
	checkWords(p.key("unless_in"), "stage", r.UnlessIn, knownStages)
	checkWords(p.key("only_in"), "stage", r.OnlyIn, knownStages)
	if routeOf(r.Stage) >= 0 {
		p.key("stage").faultf("mql, pql and cql are entered by their definitions, not by stage rules")
	}
	if len(r.On) == 0 && r.Where == "" || r.Reason == "" {
		p.faultf("a stage rule needs on, where or both, and a reason")
	}
	if len(r.OnlySort)+len(r.UnlessSort) > 0 && r.IfLater == "" {
		p.faultf("only_sort and unless_sort say of what sort the one of if_later is: name it there")
	}
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
