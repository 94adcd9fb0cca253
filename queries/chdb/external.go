package chdb

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"
)

// maxField bounds a form's field; a file may be of any length.
const maxField = 16 << 20

// externalData takes a multipart body: fields are parameters, files are
// temporary tables (ClickHouse's "external data for query processing").
func (c *conn) externalData(q *request) error {
	_, p, err := mime.ParseMediaType(q.http.Header.Get("Content-Type"))
	if err != nil {
		return exception(badArguments, "Cannot parse Content-Type: %v", err)
	}
	form := multipart.NewReader(q.body, p["boundary"])
	for {
		part, err := form.NextRawPart()
		if errors.Is(err, io.EOF) {
			q.body = strings.NewReader("")
			return nil
		}
		if err != nil {
			return bodyError(err)
		}
		if err := c.part(q, part); err != nil {
			return err
		}
	}
}

func (c *conn) part(q *request, part *multipart.Part) error {
	_, disposition, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return exception(badArguments, "Cannot parse Content-Disposition: %v", err)
	}
	name := disposition["name"]
	if _, file := disposition["filename"]; file {
		return c.externalTable(q, name, part)
	}
	b, err := io.ReadAll(io.LimitReader(part, maxField))
	if err != nil {
		return bodyError(err)
	}
	q.values.Set(name, q.values.Get(name)+string(b))
	q.takeArgs(map[string][]string{name: {string(b)}})
	return nil
}

func (c *conn) externalTable(q *request, name string, rows io.Reader) error {
	structure := q.values.Get(name + "_structure")
	if types := q.values.Get(name + "_types"); structure == "" && types != "" {
		for i, t := range strings.Split(types, ",") {
			structure += fmt.Sprintf(", _%d %s", i+1, t)
		}
		structure = structure[2:]
	}
	if structure == "" {
		return exception(badArguments, "Neither structure nor types have not been provided for external table %s. Use fields %s_structure or %s_types to do so.", name, name, name)
	}
	format := q.values.Get(name + "_format")
	if format == "" {
		format = "TabSeparated"
	}
	if err := c.do("CREATE TEMPORARY TABLE " + quoteName(name) + " (" + structure + ") ENGINE = Memory"); err != nil {
		return err
	}
	q.tables = append(q.tables, name)
	ins, err := c.insert("INSERT INTO "+quoteName(name), format, nil)
	if err != nil {
		return err
	}
	if _, err := io.Copy(ins, onlyReader{rows}); err != nil && !errors.Is(err, errInsertStopped) {
		ins.cancel()
		return bodyError(err)
	}
	_, err = ins.done()
	return err
}
