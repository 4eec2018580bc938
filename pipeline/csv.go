package pipeline

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// CSVConfig says how [CSV] reads.
type CSVConfig struct {
	Comma    rune // between fields; default ','. Use '\t' for TSV.
	NoHeader bool // the first line of each file is data, not the names of the columns
}

// A Row is one record of a CSV file.
type Row struct {
	Columns []string // names from the header; nil with NoHeader
	Fields  []string
}

// Bytes returns the size of the fields.
func (r Row) Bytes() int64 {
	n := int64(0)
	for _, f := range r.Fields {
		n += int64(len(f)) + 16 // and where it is
	}
	return n
}

// CSV yields the records of CSV files (RFC 4180), one file after the other, each
// with a header of its own. A record with too many or too few fields is
// a [*SampleError] that names file and line; one with broken quotes ends the
// epoch, since nobody knows where the next begins.
func CSV(fsys fs.FS, paths Stream[string], c CSVConfig) Stream[Line[Row]] {
	return open(fsys, paths, func(p string, r io.Reader, yield func(Line[Row], error) bool) bool {
		cr := csv.NewReader(r)
		if c.Comma != 0 {
			cr.Comma = c.Comma
		}
		var columns []string
		for i := 0; ; i++ {
			fields, err := cr.Read()
			var parse *csv.ParseError
			switch {
			case err == io.EOF:
				return true
			case errors.As(err, &parse):
				l := Line[Row]{File: p, Number: parse.StartLine}
				if !errors.Is(err, csv.ErrFieldCount) {
					yield(l, fmt.Errorf("pipeline: %s:%d: byte %d: %w", p, parse.Line, parse.Column, parse.Err))
					return false
				}
				err = &SampleError{Index: i, Name: l.Name(), Err: fmt.Errorf("%d fields, want %d as in the first record", len(fields), cr.FieldsPerRecord)}
				if !yield(l, err) {
					return false
				}
				continue
			case err != nil:
				yield(Line[Row]{}, fmt.Errorf("pipeline: %s: %w", p, err))
				return false
			}
			if i == 0 {
				fields[0] = strings.TrimPrefix(fields[0], "\ufeff")
				if !c.NoHeader {
					columns = fields
					continue
				}
			}
			n, _ := cr.FieldPos(0)
			if !yield(Line[Row]{p, n, Row{columns, fields}}, nil) {
				return false
			}
		}
	})
}

// Field returns the field of a column.
func (r Row) Field(column string) (string, error) {
	i := slices.Index(r.Columns, column)
	if i < 0 || i >= len(r.Fields) {
		return "", fmt.Errorf("no column %q; the columns are %q", column, r.Columns)
	}
	return r.Fields[i], nil
}

// Floats returns the fields of the columns as numbers; without columns, all.
func (r Row) Floats(columns ...string) ([]float32, error) {
	if len(columns) == 0 {
		x := make([]float32, len(r.Fields))
		for i, f := range r.Fields {
			name := strconv.Itoa(i)
			if i < len(r.Columns) {
				name = r.Columns[i]
			}
			var err error
			if x[i], err = number(name, f); err != nil {
				return nil, err
			}
		}
		return x, nil
	}
	x := make([]float32, len(columns))
	for i, c := range columns {
		f, err := r.Field(c)
		if err != nil {
			return nil, err
		}
		if x[i], err = number(c, f); err != nil {
			return nil, err
		}
	}
	return x, nil
}

func number(column, field string) (float32, error) {
	x, err := strconv.ParseFloat(strings.TrimSpace(field), 32)
	if err != nil {
		return 0, fmt.Errorf("column %q: %q is not a number", column, field)
	}
	return float32(x), nil
}
