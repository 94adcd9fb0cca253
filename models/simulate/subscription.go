package simulate

// Plans a workspace can buy without sales, with the price of a month in cents.
var (
	planNames  = []string{"free", "team", "business", "enterprise"}
	planPrices = []int32{0, 4_900, 14_900, 0}
)

const (
	planTeam = 1 + iota
	planBusiness
	planEnterprise
)

// A billing event's detail is the plan and, above it, the term of a contract; none by the month.
const (
	termShift     = 8
	planMask      = 1<<termShift - 1
	quarterlyTerm = 1
	yearlyTerm    = 2
)

var termNames = []string{"", "quarter", "year"}

// mostAmount in cents is where contracts stop growing.
const mostAmount = 100_000_000

// subscribe plays what follows the first revenue: renewals, upgrades, cancellations and returns. Qualification does not
// stop at the win.
func (w *world) subscribe(c *company) {
	if c.won == never {
		return
	}
	s := w.stream(c.unit(), forSubscription, 0)
	plan, period, amount := uint32(planTeam), 30.0, planPrices[planTeam]
	if s.uniform() < .25 || c.employees > 50 {
		plan, amount = planBusiness, planPrices[planBusiness]
	}
	quarterly := s.uniform() < .5
	term := uint32(0) // by the month
	if c.bySales {
		plan, period, amount, term = planEnterprise, 365, c.contract, yearlyTerm<<termShift
		if quarterly {
			period, amount, term = 91, c.contract/4, quarterlyTerm<<termShift
		}
	}
	at := c.won
	if c.bySales {
		at += .05
	}
	c.bill(at, subscriptionStarted, amount, plan|term)
	for at.calendar(c.offset) < w.end {
		upgrade, upgradeAt, cancel, back, away := s.uniform(), s.uniform(), s.uniform(), s.uniform(), 15+s.exponential(20)
		if upgrade < .14 {
			plan = min(plan+1, planEnterprise)
			c.bill(at+moment(period*(.2+.6*upgradeAt)), subscriptionUpgraded, amount/2, plan|term)
			amount = min(amount+amount/2, mostAmount)
		}
		at += moment(period)
		if cancel >= .1 {
			c.bill(at, subscriptionRenewed, amount, plan|term)
			continue
		}
		c.bill(at, subscriptionCancelled, 0, plan|term)
		if back >= .3 {
			return
		}
		at += moment(away)
		c.bill(at, subscriptionStarted, amount, plan|term)
	}
}

// bill enters a billing event: the product's own for those who bought there, the billing system's for sales deals.
func (c *company) bill(at moment, what action, cents int32, detail uint32) {
	if c.bySales {
		what += billingOffset
	}
	c.step(step{at: at, action: what, cents: cents, detail: detail, person: uint16(c.buyer)})
}
