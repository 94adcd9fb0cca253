package source

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// enrichedFields are the columns of Snowplow's enriched events, in their order (Snowplow documentation, "Enriched stream
// TSV file format").
var enrichedFields = strings.Fields(`
app_id platform etl_tstamp collector_tstamp dvce_created_tstamp event event_id txn_id name_tracker v_tracker v_collector
v_etl user_id user_ipaddress user_fingerprint domain_userid domain_sessionidx network_userid geo_country geo_region
geo_city geo_zipcode geo_latitude geo_longitude geo_region_name ip_isp ip_organization ip_domain ip_netspeed page_url
page_title page_referrer page_urlscheme page_urlhost page_urlport page_urlpath page_urlquery page_urlfragment
refr_urlscheme refr_urlhost refr_urlport refr_urlpath refr_urlquery refr_urlfragment refr_medium refr_source refr_term
mkt_medium mkt_source mkt_term mkt_content mkt_campaign contexts se_category se_action se_label se_property se_value
unstruct_event tr_orderid tr_affiliation tr_total tr_tax tr_shipping tr_city tr_state tr_country ti_orderid ti_sku
ti_name ti_category ti_price ti_quantity pp_xoffset_min pp_xoffset_max pp_yoffset_min pp_yoffset_max useragent br_name
br_family br_version br_type br_renderengine br_lang br_features_pdf br_features_flash br_features_java
br_features_director br_features_quicktime br_features_realplayer br_features_windowsmedia br_features_gears
br_features_silverlight br_cookies br_colordepth br_viewwidth br_viewheight os_name os_family os_manufacturer
os_timezone dvce_type dvce_ismobile dvce_screenwidth dvce_screenheight doc_charset doc_width doc_height tr_currency
tr_total_base tr_tax_base tr_shipping_base ti_currency ti_price_base base_currency geo_timezone mkt_clickid mkt_network
etl_tags dvce_sent_tstamp refr_domain_userid refr_device_tstamp derived_contexts domain_sessionid derived_tstamp
event_vendor event_name event_format event_version event_fingerprint true_tstamp`)

// enrichedJSON says which columns hold JSON themselves.
var enrichedJSON = map[string]bool{"contexts": true, "unstruct_event": true, "derived_contexts": true}

// enriched appends a line of an enriched stream as a JSON object: empty columns are left out, columns that hold JSON stand
// as such, all others are text. Columns behind those known are called column_132 and so on.
func enriched(buffer []byte, line string) ([]byte, *fault) {
	if n := strings.Count(line, "\t") + 1; n < len(enrichedFields) {
		return buffer, faultf(ReasonInvalidTSV, "%d columns; an enriched event has %d", n, len(enrichedFields))
	}
	buffer = append(buffer, '{')
	first := true
	for i, more := 0, true; more; i++ {
		var content string
		content, line, more = strings.Cut(line, "\t")
		if content == "" {
			continue
		}
		name := "column_" + strconv.Itoa(i+1)
		if i < len(enrichedFields) {
			name = enrichedFields[i]
		}
		if !first {
			buffer = append(buffer, ',')
		}
		first = false
		buffer = append(append(append(buffer, '"'), name...), `":`...)
		if !enrichedJSON[name] {
			buffer = AppendQuoted(buffer, content)
			continue
		}
		s := scanner{text: content}
		if end, err := s.scan(0, nil); err != nil || end < len(content) {
			return buffer, scanFault(fmt.Errorf("column %s: %w", name, cmp.Or(err, s.unexpected(end, "the end"))))
		}
		buffer = append(buffer, content...)
	}
	return append(buffer, '}'), nil
}
