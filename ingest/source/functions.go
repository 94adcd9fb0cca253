package source

import (
	"fmt"
	"strconv"
	"strings"
)

// firstOf(a, b, …) is the first that is neither nil nor "".
func firstOf(arguments ...any) (any, error) {
	for _, a := range arguments {
		if a != nil && a != "" {
			return a, nil
		}
	}
	return nil, nil
}

// number(x) is x if it is or writes a number, else nil.
func numberOf(arguments ...any) (any, error) {
	switch a := arguments[0].(type) {
	case int, float64:
		return a, nil
	case string:
		if _, err := parseDecimal(a); err == nil {
			return strings.TrimSpace(a), nil
		}
	}
	return nil, nil
}

// joined(separator, a, b, …) is the texts, numbers and booleans among its arguments with the separator between them; ""
// and nil are left out, and nil comes of nothing.
func joined(arguments ...any) (any, error) {
	separator, ok := arguments[0].(string)
	if !ok {
		return nil, fmt.Errorf("joined: the separator is %T, not text", arguments[0])
	}
	var texts []string
	for _, a := range arguments[1:] {
		switch a := a.(type) {
		case string:
			texts = append(texts, a)
		case int:
			texts = append(texts, strconv.Itoa(a))
		case float64:
			texts = append(texts, strconv.FormatFloat(a, 'f', -1, 64))
		case bool:
			texts = append(texts, strconv.FormatBool(a))
		}
	}
	if out := appendJoined(nil, separator, texts); len(out) > 0 {
		return string(out), nil
	}
	return nil, nil
}

func appendJoined(buffer []byte, separator string, texts []string) []byte {
	first := true
	for _, t := range texts {
		if t == "" {
			continue
		}
		if !first {
			buffer = append(buffer, separator...)
		}
		first = false
		buffer = append(buffer, t...)
	}
	return buffer
}

// minorUnits(amount, currency) is an amount that is given in the smallest unit of a currency: 4950 of EUR is 49.5, of JPY
// 4950. Nil where the amount is no number.
func minorUnits(arguments ...any) (any, error) {
	var amount string
	switch a := arguments[0].(type) {
	case string:
		amount = a
	case int:
		amount = strconv.Itoa(a)
	case float64:
		amount = strconv.FormatFloat(a, 'f', -1, 64)
	default:
		return nil, nil
	}
	currency, _ := arguments[1].(string)
	if shifted, ok := fromMinorUnits(amount, currency); ok {
		return shifted, nil
	}
	return nil, nil
}

// minorDigits are the currencies whose smallest unit is no hundredth (ISO 4217).
var minorDigits = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0, "UYI": 0,
	"VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

func fromMinorUnits(amount, currency string) (string, bool) {
	units, err := parseDecimal(amount)
	if err != nil {
		return "", false
	}
	digits, special := minorDigits[strings.ToUpper(currency)]
	if !special {
		digits = 2
	}
	for range digits {
		// half away from zero, as everywhere that money is rounded
		if units >= 0 {
			units = (units + 5) / 10
		} else {
			units = (units - 5) / 10
		}
	}
	return FormatDecimal(units), true
}

// schemaName(uri) is the name in the URI of an Iglu schema: trial_started of iglu:com.acme/trial_started/jsonschema/1-0-0.
func schemaName(arguments ...any) (any, error) {
	uri, _ := arguments[0].(string)
	if name := nameOfSchema(uri); name != "" {
		return name, nil
	}
	return nil, nil
}

func nameOfSchema(uri string) string {
	path, isIglu := strings.CutPrefix(uri, "iglu:")
	_, path, _ = strings.Cut(path, "/")
	name, _, more := strings.Cut(path, "/")
	if !isIglu || !more {
		return ""
	}
	return name
}

// entity(contexts, name, …) is the data of the first of Snowplow's self-describing entities whose schema has one of the
// names; nil where there is none.
func entity(arguments ...any) (any, error) {
	envelope, _ := arguments[0].(map[string]any)
	entities, _ := envelope["data"].([]any)
	for _, e := range entities {
		described, _ := e.(map[string]any)
		name, _ := schemaName(described["schema"])
		for _, wanted := range arguments[1:] {
			if name != nil && name == wanted {
				if data, ok := described["data"].(map[string]any); ok {
					return data, nil
				}
			}
		}
	}
	return nil, nil
}
