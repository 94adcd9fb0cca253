package qualify

// worth is in 1/10000 of a currency; 0 where it isn't known.
type worth struct {
	amount   int64
	currency string
}

// comparable reports whether both are known, in one currency.
func (w worth) comparable(with worth) bool {
	return w.amount > 0 && with.amount > 0 && w.currency == with.currency
}

func (w worth) noMore(than worth) bool { return w.comparable(than) && w.amount <= than.amount }

func (w worth) more(than worth) bool { return w.comparable(than) && w.amount > than.amount }

// plus is unknown where a part is, or where currencies differ.
func (w worth) plus(other worth) worth {
	if !w.comparable(other) {
		return worth{}
	}
	return worth{w.amount + other.amount, w.currency}
}

// minus is unknown where a part is, where currencies differ, or where nothing is left.
func (w worth) minus(other worth) worth {
	if !w.comparable(other) || other.amount >= w.amount {
		return worth{}
	}
	return worth{w.amount - other.amount, w.currency}
}
