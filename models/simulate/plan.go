package simulate

import "github.com/funnelcloud/funnelcloud/queries/vocabulary"

// planned is a message before it is written: 40 bytes instead of 600, so that a whole market fits in memory.
type planned struct {
	at, arrive int64  // milliseconds since 1970
	company    uint32 // houseCompany for what belongs to no prospect
	number     uint32 // of the event within the company; with company, it makes the event's id
	detail     uint32 // meaning depends on the action
	cents      int32
	thread     uint16 // number of the conversation of the person
	person     uint8
	device     uint8 // onServer where no browser is involved
	entrance   uint8 // how the session began, on its first page; elsewhere inside
	action     action
	mess       mess
	known      bool // the person is identified here by then
}

const (
	houseCompany = 1<<32 - 1
	onServer     = 255
	inside       = 255
)

// mess is what went wrong with a message.
type mess uint8

const (
	repeated mess = 1 << iota // a second copy of an event
	late
	skewed
	broken // beside the events, never instead of one: what it says was said by a good message too
)

// action is what an event tells.
type action uint8

const (
	pageViewed action = iota
	identified
	aliased
	grouped
	signedUp
	trialStarted
	trialEnded
	activated
	featureUsed
	inviteSent
	limitReached
	pricingViewed
	formSubmitted
	promptClicked
	subscriptionStarted
	subscriptionRenewed
	subscriptionUpgraded
	subscriptionCancelled
	// From here on, topic funnelcloud.
	billedStarted
	billedRenewed
	billedUpgraded
	billedCancelled
	prospectSaid
	agentSaid
	conversationClosed
	supportRequested
	outboundSent
	outboundClicked
	outboundReplied
	leadAccepted
	leadRejected
	callCompleted
	meetingBooked
	opportunityCreated
	opportunityWon
	opportunityLost
	surveyAnswered
	advertisingCost
	actionCount
)

const billingOffset = billedStarted - subscriptionStarted

func (a action) topic() string {
	if a < billedStarted {
		return TopicSegment
	}
	return TopicFunnelcloud
}

// words are the name an action goes by on the wire and, on topic funnelcloud, its kind and meaning.
type words struct{ name, kind, meaning string }

var actionWords = [actionCount]words{
	pageViewed:            {kind: vocabulary.Page},
	identified:            {kind: vocabulary.Identify},
	aliased:               {kind: vocabulary.Alias},
	grouped:               {kind: vocabulary.Group},
	signedUp:              {name: "Signed Up", kind: vocabulary.Track, meaning: vocabulary.SignedUp},
	trialStarted:          {name: "Trial Started", kind: vocabulary.Track, meaning: vocabulary.TrialStarted},
	trialEnded:            {name: "Trial Ended", kind: vocabulary.Track, meaning: vocabulary.TrialEnded},
	activated:             {name: "Activated", kind: vocabulary.Track, meaning: vocabulary.Activated},
	featureUsed:           {name: "Feature Used", kind: vocabulary.Track, meaning: vocabulary.FeatureUsed},
	inviteSent:            {name: "Invite Sent", kind: vocabulary.Track, meaning: vocabulary.TeammateInvited},
	limitReached:          {name: "Limit Reached", kind: vocabulary.Track, meaning: vocabulary.LimitHit},
	pricingViewed:         {name: "Pricing Viewed", kind: vocabulary.Track, meaning: vocabulary.PricingViewed},
	formSubmitted:         {name: "Form Submitted", kind: vocabulary.Track, meaning: vocabulary.FormSubmitted},
	promptClicked:         {name: "Prompt Clicked", kind: vocabulary.Track, meaning: vocabulary.PromptClicked},
	subscriptionStarted:   {name: "Subscription Started", kind: vocabulary.Track, meaning: vocabulary.SubscriptionStarted},
	subscriptionRenewed:   {name: "Subscription Renewed", kind: vocabulary.Track, meaning: vocabulary.SubscriptionRenewed},
	subscriptionUpgraded:  {name: "Subscription Upgraded", kind: vocabulary.Track, meaning: vocabulary.SubscriptionUpgraded},
	subscriptionCancelled: {name: "Subscription Cancelled", kind: vocabulary.Track, meaning: vocabulary.SubscriptionCancelled},
	billedStarted:         {"Contract Started", vocabulary.Billing, vocabulary.SubscriptionStarted},
	billedRenewed:         {"Contract Renewed", vocabulary.Billing, vocabulary.SubscriptionRenewed},
	billedUpgraded:        {"Contract Expanded", vocabulary.Billing, vocabulary.SubscriptionUpgraded},
	billedCancelled:       {"Contract Cancelled", vocabulary.Billing, vocabulary.SubscriptionCancelled},
	prospectSaid:          {"Chat Message", vocabulary.Message, vocabulary.MessageFromProspect},
	agentSaid:             {"Chat Reply", vocabulary.Message, vocabulary.MessageFromAgent},
	conversationClosed:    {"Chat Closed", vocabulary.Message, vocabulary.ConversationClosed},
	supportRequested:      {"Ticket Opened", vocabulary.Track, vocabulary.SupportRequested},
	outboundSent:          {"Outbound Email Sent", vocabulary.Message, vocabulary.MessageFromAgent},
	outboundClicked:       {"Outbound Email Clicked", vocabulary.Track, vocabulary.EmailClicked},
	outboundReplied:       {"Outbound Email Answered", vocabulary.Message, vocabulary.MessageFromProspect},
	leadAccepted:          {"Lead Accepted", vocabulary.Stage, vocabulary.LeadAccepted},
	leadRejected:          {"Lead Rejected", vocabulary.Stage, vocabulary.LeadRejected},
	callCompleted:         {"Call Logged", vocabulary.Call, vocabulary.CallCompleted},
	meetingBooked:         {"Meeting Booked", vocabulary.Stage, vocabulary.MeetingBooked},
	opportunityCreated:    {"Opportunity Created", vocabulary.Stage, vocabulary.OpportunityCreated},
	opportunityWon:        {"Opportunity Won", vocabulary.Stage, vocabulary.OpportunityWon},
	opportunityLost:       {"Opportunity Lost", vocabulary.Stage, vocabulary.OpportunityLost},
	surveyAnswered:        {"Survey Answered", vocabulary.Survey, vocabulary.SurveyAnswered},
	advertisingCost:       {"Advertising Cost", vocabulary.AdCost, ""},
}
