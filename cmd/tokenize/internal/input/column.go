package input

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
)

// quotes is the state of the search for the end of a CSV row.
type quotes struct{ inside, field bool } // inside of quotes; past the beginning of a field

func (q *quotes) rowEnd(b []byte, from int) int {
	for i := from; i < len(b); i++ {
		switch c := b[i]; {
		case q.inside:
			// A doubled quote leaves and enters again.
			if c == '"' {
				q.inside = false
			}
		case c == '\n':
			return i
		case c == ',':
			q.field = false
			continue
		case c == '"' && (!q.field || i > 0 && b[i-1] == '"'):
			q.inside = true
		}
		q.field = true
	}
	return -1
}

// field returns field k (from 0) of a row, false when there are not so many.
func field(dst, row []byte, format string, k int) ([]byte, bool) {
	if format == "tsv" {
		for ; k > 0; k-- {
			i := bytes.IndexByte(row, '\t')
			if i < 0 {
				return dst, false
			}
			row = row[i+1:]
		}
		if i := bytes.IndexByte(row, '\t'); i >= 0 {
			row = row[:i]
		}
		return append(dst, row...), true
	}
	for {
		var end int
		start := len(dst)
		if dst, end = csvField(dst, row); k == 0 {
			return dst, true
		}
		dst = dst[:start]
		if end == len(row) {
			return dst, false
		}
		row = row[end+1:]
		k--
	}
}

// csvField appends the first field of a row and returns where it ends.
func csvField(dst, row []byte) ([]byte, int) {
	if len(row) == 0 || row[0] != '"' {
		i := bytes.IndexByte(row, ',')
		if i < 0 {
			i = len(row)
		}
		return append(dst, row[:i]...), i
	}
	i := 1
	for i < len(row) {
		if row[i] != '"' {
			dst = append(dst, row[i])
			i++
			continue
		}
		if i+1 < len(row) && row[i+1] == '"' {
			dst = append(dst, '"')
			i += 2
			continue
		}
		i++
		break
	}
	for i < len(row) && row[i] != ',' { // what follows the closing quote
		dst = append(dst, row[i])
		i++
	}
	return dst, i
}

// header looks at the first row of a table: which column is meant, and whether
// the row is a header.
func (s *Stream) header(row []byte) (bool, error) {
	if s.Numbers {
		return false, nil
	}
	var names []string
	for k := 0; ; k++ {
		f, ok := field(nil, row, s.Format, k)
		if !ok {
			break
		}
		names = append(names, string(f))
	}
	where := s.Where(s.row)
	n, err := strconv.Atoi(s.Column)
	isHeader := err != nil && s.Column != ""
	if s.Header != nil {
		isHeader = *s.Header
	}
	find := func(name string) int {
		for k, f := range names {
			if strings.EqualFold(strings.TrimSpace(f), name) {
				return k
			}
		}
		return -1
	}
	column := -1
	switch {
	case err == nil:
		if n < 1 || n > len(names) {
			return false, cli.Errorf(cli.BadData, "%s: there is no column %d; the row has %d", where, n, len(names)).Do("--column 1 to %d", len(names))
		}
		column = n - 1
	case s.Column != "":
		if column = find(s.Column); column < 0 {
			e := cli.Errorf(cli.BadData, "%s: there is no column %q", where, s.Column).Why("columns: %s", cli.List(quoteAll(names), 20))
			if near := nearest(s.Column, names); near != "" {
				return false, e.Do("did you mean --column %s?", cli.Quote(near))
			}
			return false, e.Do("--column NAME or its number, from 1")
		}
	default:
		switch k := find("text"); {
		case k >= 0:
			column = k
			isHeader = s.Header == nil || *s.Header
		case len(names) == 1:
			column = 0
		default:
			return false, cli.Errorf(cli.Usage, "%s: which of %d columns holds the text?", where, len(names)).Why("columns: %s", cli.List(quoteAll(names), 20)).
				Do("--column NAME (of a header) or its number, from 1")
		}
	}
	if s.names == nil {
		s.column, s.names = column, names // from here on others look at them
	} else if column != s.column {
		return false, cli.Errorf(cli.BadData, "%s: the text is in column %d, but in column %d of the files before", where, column+1, s.column+1).Do("read them one after the other")
	}
	return isHeader, nil
}

func quoteAll(names []string) []string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = strconv.Quote(cli.Short(n, 30))
	}
	return q
}

// Text appends the text of a row to dst. An error says why there is none.
func (s *Stream) Text(dst, row []byte) ([]byte, error) {
	switch s.Format {
	case "csv", "tsv":
		from := len(dst)
		dst, ok := field(dst, row, s.Format, s.column)
		if !ok {
			return dst, fmt.Errorf("there is no column %d in it", s.column+1)
		}
		restore(dst[from:])
		return dst, nil
	case "jsonl":
		return s.jsonText(dst, row)
	case "file":
		from := len(dst)
		dst = append(dst, row...)
		restore(dst[from:])
		return dst, nil
	}
	return append(dst, row...), nil
}

// restore brings line feeds back.
func restore(b []byte) {
	for i, c := range b {
		if c == newLine {
			b[i] = '\n'
		}
	}
}

// jsonText takes a string out of a row of JSON: the row itself, or the member
// that Column names, as text or body.text.
func (s *Stream) jsonText(dst, row []byte) ([]byte, error) {
	raw := json.RawMessage(row)
	if t := bytes.TrimSpace(row); len(t) == 0 || t[0] != '"' {
		column := s.Column
		if column == "" {
			column = "text"
		}
		for _, key := range strings.Split(column, ".") {
			var members map[string]json.RawMessage
			if err := json.Unmarshal(raw, &members); err != nil {
				return dst, fmt.Errorf("not a JSON object: %v", err)
			}
			m, ok := members[key]
			if !ok {
				var names []string
				for k := range members {
					names = append(names, k)
				}
				return dst, noField(key, names)
			}
			raw = m
		}
	}
	var text *string
	if err := json.Unmarshal(raw, &text); err != nil {
		return dst, fmt.Errorf("the field is no string but %s", cli.Short(string(raw), 30))
	}
	if text == nil {
		return dst, fmt.Errorf("the field is null")
	}
	return append(dst, *text...), nil
}
