package source

import (
	"net/url"
	"strings"
)

// clickIDs are the parameters that advertising networks add to the address of an ad's target, in lower case: Snapchat writes
// ScCid, and redirects change the case of others.
var clickIDs = map[string]bool{
	"gclid": true, "gbraid": true, "wbraid": true, "dclid": true, // Google: search, apps, the web on iOS, display
	"fbclid": true, "igshid": true, // Meta; on unpaid links too
	"msclkid": true, "yclid": true, // Microsoft, Yandex
	"li_fat_id": true, "ttclid": true, "twclid": true, "rdt_cid": true, "epik": true, "sccid": true, "qclid": true, // LinkedIn to Quora
	"tblci": true, "dicbo": true, // Taboola, Outbrain
	"irclickid": true, "irclid": true, "cjevent": true, "awc": true, // affiliate networks: Impact, CJ, Awin
}

// clickIDLengths bound the names, so that most parameters are passed over without a look into the map.
const shortestClickID, longestClickID = 3, 9

// fillFromAddress takes campaign parameters and the click id from the event's address where the sender gave none.
func fillFromAddress(e *Event) {
	_, query, found := strings.Cut(e.URL, "?")
	if !found {
		return
	}
	query, _, _ = strings.Cut(query, "#")
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name, content, _ := strings.Cut(pair, "=")
		if content == "" {
			continue
		}
		if target := utmColumn(e, name); target != nil {
			if *target == "" {
				*target = queryText(content)
			}
		} else if kind := clickIDKind(name); kind != "" && e.ClickID == "" {
			e.ClickID, e.ClickIDKind = queryText(content), kind
		}
	}
}

// clickIDKind is the name of a click id in lower case, "" where the parameter is none.
func clickIDKind(name string) string {
	if len(name) < shortestClickID || len(name) > longestClickID {
		return ""
	}
	if kind := lowerCase(name); clickIDs[kind] {
		return kind
	}
	return ""
}

func utmColumn(e *Event, name string) *string {
	if !strings.HasPrefix(name, "utm_") {
		return nil
	}
	switch name[4:] {
	case "source":
		return &e.UTMSource
	case "medium":
		return &e.UTMMedium
	case "campaign":
		return &e.UTMCampaign
	case "term":
		return &e.UTMTerm
	case "content":
		return &e.UTMContent
	}
	return nil
}

// queryText decodes a query's value; one with a broken escape stays as it is.
func queryText(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	decoded, err := url.QueryUnescape(s)
	if err != nil || strings.IndexByte(decoded, 0) >= 0 {
		return s
	}
	return strings.ToValidUTF8(decoded, "\uFFFD")
}
