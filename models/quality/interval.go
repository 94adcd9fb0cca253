package quality

import "math"

// z95 is the 97.5 % quantile of the standard normal distribution: 95 % intervals.
const z95 = 1.959963984540054

// Rate is Of cases with the property among Total, with its 95 % interval. Without a case all three rates are 0.
type Rate struct {
	Of    int     `json:"of"`
	Total int     `json:"total"`
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// NewRate is a rate with Wilson's score interval (Wilson 1927), which stays within 0 and 1 and holds for few cases.
func NewRate(of, total int) Rate {
	r := Rate{Of: of, Total: total}
	if total == 0 {
		return r
	}
	n, p := float64(total), float64(of)/float64(total)
	middle := (p + z95*z95/(2*n)) / (1 + z95*z95/n)
	half := z95 / (1 + z95*z95/n) * math.Sqrt(p*(1-p)/n+z95*z95/(4*n*n))
	r.Value, r.Low, r.High = p, max(0, middle-half), min(1, middle+half)
	return r
}

// over divides a rate and its bounds by a number taken as known; 0 where that is 0.
func (r Rate) over(base float64) Rate {
	if base == 0 {
		r.Value, r.Low, r.High = 0, 0, 0
		return r
	}
	r.Value, r.Low, r.High = r.Value/base, r.Low/base, r.High/base
	return r
}

func ratio(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}
