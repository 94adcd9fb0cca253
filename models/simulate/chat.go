package simulate

// Outcomes of a conversation.
var chatOutcomes = []string{"handed_to_rep", "meeting_booked", "thanked_and_closed", "left"}

const (
	chatHanded = iota
	chatBooked
	chatThanked
	chatLeft
)

// byHuman in an agent's message: said by a person, not the bot.
const byHuman = 1 << 16

// withAddress in a prospect's message: they left their e-mail address, as bots ask.
const withAddress = 1 << 17

func (t *teller) say(g textGroup) { t.add(prospectSaid, t.text(g), 0, inside) }

func (t *teller) reply(g textGroup, human bool) {
	detail := t.text(g)
	t.wait(4)
	if human {
		detail |= byHuman
		t.wait(50)
	}
	t.add(agentSaid, detail, 0, inside)
}

func (t *teller) text(g textGroup) uint32 {
	first, n := textGroups[g][0], textGroups[g][1]
	return uint32(first + t.colour.below(n))
}

func (t *teller) close(outcome uint32) {
	t.wait(30)
	t.add(conversationClosed, outcome, 0, inside)
}

// buyingChat: the person says that they intend to buy and what for.
func (t *teller) buyingChat() {
	t.thread++
	human := t.colour.uniform() < .5
	t.say(textBuying)
	t.reply(textGreeting, false)
	t.wait(40)
	t.add(prospectSaid, t.text(textBuyingDetail)|withAddress, 0, inside)
	t.reply(textOffer, human)
	if t.colour.uniform() < .35 {
		t.close(chatBooked)
	} else {
		t.close(chatHanded)
	}
}

func (t *teller) supportChat() {
	t.thread++
	t.say(textSupport)
	t.wait(2)
	t.add(supportRequested, 0, 0, inside)
	t.reply(textHelp, t.colour.uniform() < .6)
	t.close(chatThanked)
	if t.colour.uniform() < .4 {
		t.wait(600)
		t.add(surveyAnswered, surveyCSAT|uint32(1+t.colour.below(5))<<8, 0, inside)
	}
}

// smallTalk: the chats that are no purchase, by those who send them.
func (t *teller) smallTalk(p *person) {
	group, often := textQuestion, .012
	switch p.kind {
	case student:
		group, often = textStudent, .2
	case jobSeeker:
		group, often = textJobSeeker, .4
	case competitor:
		group, often = textCompetitor, .4
	case spammer:
		group, often = textSpam, .7
	}
	if t.colour.uniform() >= often {
		return
	}
	t.thread++
	t.wait(20)
	t.say(group)
	t.reply(textGreeting, false)
	if group == textQuestion && t.colour.uniform() < .5 {
		t.wait(30)
		t.reply(textHelp, true)
		t.close(chatThanked)
		return
	}
	t.close(chatLeft)
}
