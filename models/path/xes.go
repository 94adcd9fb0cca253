package path

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
)

// isXML tells a log in XES from one in CSV by its first character.
func isXML(r *bufio.Reader) bool {
	head, _ := r.Peek(512) // a shorter file is told by what it has
	return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n"), []byte("<"))
}

// ReadXES reads an event log in XES (IEEE 1849-2016), as process-mining tools exchange it. Columns are keys of
// attributes; those that a CSV has by default stand for the standard's: concept:name of the trace and of the event, and
// time:timestamp. A property is that of the event, else of its trace. Nested attributes and classifiers are left alone.
func ReadXES(r io.Reader, columns LogColumns, properties []string) ([]History, error) {
	keys := LogColumns{Case: xesKey(columns.Case, "case_id", "concept:name"), Activity: xesKey(columns.Activity, "activity", "concept:name"), Time: xesKey(columns.Time, "timestamp", "time:timestamp")}
	reader := &xesReader{xml: xml.NewDecoder(r), keys: keys, properties: properties, cases: caseHistories{}}
	if err := reader.log(); err != nil {
		line, _ := reader.xml.InputPos()
		return nil, fmt.Errorf("read event log: line %d: %w", line, err)
	}
	return reader.cases.sorted(), nil
}

func xesKey(column, usual, standard string) string {
	if column == usual || column == "" {
		return standard
	}
	return column
}

type xesReader struct {
	xml        *xml.Decoder
	keys       LogColumns
	properties []string
	cases      caseHistories
	traces     int
}

// log reads everything: traces wherever they stand.
func (x *xesReader) log() error {
	root := false
	for {
		token, err := x.xml.Token()
		if errors.Is(err, io.EOF) {
			if !root {
				return errors.New("no <log>: not XES")
			}
			return nil
		}
		if err != nil {
			return err
		}
		element, opens := token.(xml.StartElement)
		if !opens {
			continue
		}
		root = root || element.Name.Local == "log"
		if element.Name.Local == "trace" {
			if err := x.trace(); err != nil {
				return err
			}
		}
	}
}

// trace reads a case. Its attributes may stand behind its events, so that these wait for its end.
func (x *xesReader) trace() error {
	x.traces++
	attributes := map[string]string{}
	var events []map[string]string
	err := x.children(func(e xml.StartElement) error {
		if e.Name.Local != "event" {
			return x.attribute(e, attributes)
		}
		event := map[string]string{}
		events = append(events, event)
		return x.children(func(e xml.StartElement) error { return x.attribute(e, event) })
	})
	if err != nil {
		return err
	}
	name, found := attributes[x.keys.Case]
	if !found {
		return fmt.Errorf("trace %d has no attribute %q", x.traces, x.keys.Case)
	}
	for _, event := range events {
		if err := x.event(name, event, attributes); err != nil {
			return fmt.Errorf("trace %q: %w", name, err)
		}
	}
	return nil
}

func (x *xesReader) event(unit string, event, trace map[string]string) error {
	e := Event{}
	var found bool
	if e.Name, found = event[x.keys.Activity]; !found {
		return fmt.Errorf("an event has no attribute %q", x.keys.Activity)
	}
	var err error
	if e.At, err = parseTime(event[x.keys.Time]); err != nil {
		return fmt.Errorf("attribute %s: %w", x.keys.Time, err)
	}
	if len(x.properties) > 0 {
		e.Properties = make(map[string]string, len(x.properties))
	}
	for _, property := range x.properties {
		value, found := event[property]
		if !found {
			value = trace[property]
		}
		e.Properties[property] = value
	}
	x.cases.add(unit, e)
	return nil
}

// children hands over what opens within the element at hand, until that ends. use reads each to its end.
func (x *xesReader) children(use func(xml.StartElement) error) error {
	for {
		token, err := x.xml.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if err := use(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		default: // text and comments between attributes mean nothing
		}
	}
}

// attribute keeps one that is asked for; its type is the element's name and doesn't matter here.
func (x *xesReader) attribute(e xml.StartElement, into map[string]string) error {
	key, value := "", ""
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "key":
			key = a.Value
		case "value":
			value = a.Value
		}
	}
	if slices.Contains(append([]string{x.keys.Case, x.keys.Activity, x.keys.Time}, x.properties...), key) {
		into[key] = value
	}
	return x.xml.Skip()
}
