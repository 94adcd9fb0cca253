package simulate

type textGroup uint8

const (
	textBuying textGroup = iota
	textBuyingDetail
	textGreeting
	textOffer
	textSupport
	textHelp
	textStudent
	textJobSeeker
	textCompetitor
	textSpam
	textQuestion
	textOutbound
	textOutboundAnswer
	textGroupCount
)

// What people and bots say. {n}, {when}, {use} and {tool} are filled in when the message is written.
var textsByGroup = [textGroupCount][]string{
	textBuying: {
		"Hi, we need SSO for {n} people before {when}. Who can I talk to about a contract?",
		"We want to buy {n} seats for {use}. Can you send me a quote?",
		"We're replacing {tool} for {use} and your trial convinced the team. What does it cost for {n} users per year?",
		"Is there an enterprise plan with audit logs? We are ready to sign for {n} people if security review passes.",
		"Looking to purchase the business plan for {use}, about {n} users. Do you invoice?",
		"Our budget for {use} is approved and we have to be live by {when}. Can we get a demo this week?",
		"How do we upgrade {n} people from free to a paid plan? We'd use it for {use}.",
		"Wir möchten {n} Lizenzen kaufen. Können Sie uns ein Angebot schicken?",
	},
	textBuyingDetail: {
		"It's mainly for {use}. I decide together with our CTO.",
		"Budget is there, we just need the data processing agreement first.",
		"Yes, {when} is the deadline because our {tool} contract ends.",
		"About {n} people now, twice that next year.",
		"I run operations here, so it's my call 🙂",
	},
	textGreeting: {
		"Hi there! I'm Tide, the assistant. What can I help you with?",
		"Thanks for reaching out! Could you tell me a bit more?",
		"Hello 👋 Someone from the team will read this. What are you working on?",
	},
	textOffer: {
		"Great, I can set up a call with our team. Does tomorrow work?",
		"Happy to help with that. I'm passing you on to a colleague who looks after teams of your size.",
		"Here is our calendar: pick any slot and we'll go through pricing together.",
	},
	textSupport: {
		"I can't export my board to CSV, it says \"internal error\".",
		"How do I reset my password?",
		"The Slack integration stopped posting since yesterday.",
		"Can I move a board to another workspace?",
		"Invites don't arrive at our company addresses, please check.",
	},
	textHelp: {
		"Sorry about that! We've just fixed it, could you try again?",
		"You'll find it under Settings → Workspace. Let me know if it works.",
		"Here's the article that explains it step by step.",
	},
	textStudent: {
		"I'm a student writing my thesis on planning tools. Is there a free license for universities?",
		"Can I use this for a class project at my school?",
	},
	textJobSeeker: {
		"Are you hiring frontend developers? I'd love to send my CV.",
		"Is the customer success position in Lisbon still open?",
	},
	textCompetitor: {
		"What database do you use and how do you price API calls above the limit?",
		"Which customers moved to you from {tool}? We're building something similar.",
	},
	textSpam: {
		"Dear Sir/Madam, we offer SEO backlinks, first page of search guaranteed!!!",
		"🔥🔥 Earn $5000/week from home >>> http://win.example/?r=<b>now</b>",
	},
	textQuestion: {
		"Does the free plan include timelines?",
		"Do you have a dark mode?",
		"Is my data stored in the EU?",
		"What's the difference between team and business?",
	},
	textOutbound: {
		"Hi, teams like yours plan {use} on Tidewater. Worth a quick chat?",
		"Following up: would {when} be a better time to look at {use}?",
	},
	textOutboundAnswer: {
		"Interesting timing, we're evaluating tools for {use}. Send me some times.",
		"Not now, maybe in {when}.",
	},
}

var (
	textUses  = []string{"release planning", "campaign calendars", "warehouse shifts", "client projects", "sprint boards", "hiring pipelines"}
	textTools = []string{"our spreadsheets", "an old Trello setup", "Jira", "Asana", "a homegrown tool"}
	textWhen  = []string{"Q3", "the end of the month", "September", "our audit in June", "next quarter"}
)

// texts holds all groups one after the other; textGroups says where each begins and how many it has.
var texts, textGroups = func() (all []string, groups [textGroupCount][2]int) {
	for g, list := range textsByGroup {
		groups[g] = [2]int{len(all), len(list)}
		all = append(all, list...)
	}
	return all, groups
}()

const (
	formDemo = iota
	formNewsletter
)

const (
	surveyNPS = iota
	surveyCSAT
	surveyESAT
)

var (
	forms         = []string{"demo", "newsletter"}
	surveys       = []string{"nps", "csat", "esat"}
	features      = []string{"board_created", "card_moved", "report_built", "automation_run", "file_shared", "timeline_viewed", "comment_added", "integration_connected", "export_csv", "dashboard_viewed"}
	limits        = []string{"boards", "automations", "storage", "members"}
	prompts       = []string{"upgrade_banner", "invite_team", "try_automations", "connect_slack"}
	rejectReasons = []string{"", "student", "job_seeker", "competitor", "", "", "spam", "own_staff", "no_fit"} // by personKind
	lossReasons   = []string{"no_budget", "bad_timing", "chose_competitor", "no_decision", "missing_feature", "no_authority"}
	callOutcomes  = []string{"ready", "nurture", "suspect", "disqualified"}
)

type sitePage struct{ path, title string }

const (
	pagePricing = 8 + iota
	pageDemo
	pageSignUp
	pageDocs
	pageApp
	pageBilling
	pageSite = 12 // pages of the public site
)

var (
	pages = []sitePage{
		{"/", "Tidewater: boards that plan themselves"}, {"/features", "Features"}, {"/features/automation", "Automation"},
		{"/templates", "Templates"}, {"/blog/sprint-planning-guide", "Sprint planning, a guide"},
		{"/blog/remote-team-rituals", "Rituals for remote teams"}, {"/customers", "Customers"}, {"/compare/spreadsheets", "Boards or spreadsheets?"},
		{"/pricing", "Plans and prices"}, {"/demo", "Book a demo"}, {"/signup", "Sign up free"}, {"/docs/getting-started", "Getting started"},
		{"/board", "My board"}, {"/settings/billing", "Billing"},
	}
	landings = []uint32{0, 0, 0, 1, 2, 3, 4, 4, 5, 7}
)
