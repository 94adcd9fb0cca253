// Package vocabulary lists the words that rooms share: the kinds of events and the meanings that source definitions
// give them. A source that uses any other word is refused when it is loaded.
package vocabulary

// Kind of an event, the value of events.kind.
const (
	Track    = "track"
	Page     = "page"
	Screen   = "screen"
	Identify = "identify"
	Group    = "group"
	Alias    = "alias"
	Message  = "message"
	Call     = "call"
	Stage    = "stage"
	Survey   = "survey"
	Billing  = "billing"
	AdCost   = "ad_cost"
)

// Kinds are all event kinds, in the order of the documentation.
var Kinds = []string{Track, Page, Screen, Identify, Group, Alias, Message, Call, Stage, Survey, Billing, AdCost}

// Meaning of an event in the funnel, the value of events.meaning. Properties named in the comments are read from
// events.properties.
const (
	LeadCreated            = "lead_created"            // somebody was entered into a CRM; LeadSource, changeSource or origin: from where
	FormSubmitted          = "form_submitted"          // form
	SignedUp               = "signed_up"               // plan
	TrialStarted           = "trial_started"           // plan
	TrialEnded             = "trial_ended"             // plan
	Activated              = "activated"               // the product's own moment of first value
	FeatureUsed            = "feature_used"            // feature
	TeammateInvited        = "teammate_invited"        //
	LimitHit               = "limit_hit"               // limit
	PricingViewed          = "pricing_viewed"          //
	EmailClicked           = "email_clicked"           // campaign in utm_campaign
	AdClicked              = "ad_clicked"              //
	AdViewed               = "ad_viewed"               // an impression; campaign in utm_campaign. A touch where channels.yaml lists it under contacts
	PromptClicked          = "prompt_clicked"          // prompt: an in-product prompt
	MessageFromProspect    = "message_from_prospect"   // conversation_id, text
	MessageFromAgent       = "message_from_agent"      // conversation_id, text, agent: human or bot
	ConversationClosed     = "conversation_closed"     // conversation_id, outcome: handed_to_rep, meeting_booked, thanked_and_closed or left
	MeetingBooked          = "meeting_booked"          // with
	CallCompleted          = "call_completed"          // outcome: ready, nurture, suspect or disqualified; budget, authority, need, timeline: yes, no or absent; reason; revisit_at: agreed day; direction: inbound or outbound
	LeadAccepted           = "lead_accepted"           //
	LeadRejected           = "lead_rejected"           // reason
	OpportunityCreated     = "opportunity_created"     // amount expected in value
	OpportunityWon         = "opportunity_won"         // amount in value
	OpportunityLost        = "opportunity_lost"        // reason
	SubscriptionStarted    = "subscription_started"    // amount in value, plan
	SubscriptionRenewed    = "subscription_renewed"    // amount in value
	SubscriptionUpgraded   = "subscription_upgraded"   // added amount in value
	SubscriptionDowngraded = "subscription_downgraded" // amount given up in value
	SubscriptionCancelled  = "subscription_cancelled"  // reason
	SupportRequested       = "support_requested"       //
	SurveyAnswered         = "survey_answered"         // survey: csat, nps or esat; score
)

// Meanings are all meanings, in the order of a customer's life.
var Meanings = []string{
	LeadCreated, FormSubmitted, SignedUp, TrialStarted, TrialEnded, Activated, FeatureUsed, TeammateInvited, LimitHit, PricingViewed,
	EmailClicked, AdClicked, AdViewed, PromptClicked, MessageFromProspect, MessageFromAgent, ConversationClosed, MeetingBooked,
	CallCompleted, LeadAccepted, LeadRejected, OpportunityCreated, OpportunityWon, OpportunityLost, SubscriptionStarted,
	SubscriptionRenewed, SubscriptionUpgraded, SubscriptionDowngraded, SubscriptionCancelled, SupportRequested, SurveyAnswered,
}

// Stages are the codes of the demand waterfall, in the drawn order.
var Stages = []string{
	"suspect", "inquiry", "mql", "pql", "cql", "sal", "sql", "opportunity", "won",
	"retained", "expanded", "churned", "nurture", "disqualified",
}
