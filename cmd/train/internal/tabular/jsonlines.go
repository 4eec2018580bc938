package tabular

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/antler-ml/antler/internal/cli"
)

// absent stands for a key that an object does not have, as null does not.
const absent = "\x00absent"

// maxLine is the longest line of JSON Lines.
const maxLine = 16 << 20

// lines are the lines of JSON Lines, and room for one row.
type lines struct {
	in    *bufio.Reader
	n     int
	buf   []byte
	cells []string
}

// next returns the next line that is not empty.
func (l *lines) next() ([]byte, error) {
	for {
		l.buf = l.buf[:0]
		for {
			part, err := l.in.ReadSlice('\n')
			l.buf = append(l.buf, part...)
			if err == nil || err == io.EOF && len(l.buf) > 0 {
				break
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				return nil, err
			}
			if len(l.buf) > maxLine {
				return nil, cli.Errorf(cli.BadData, "line %d has more than %s", l.n+1, cli.Bytes(maxLine))
			}
		}
		l.n++
		if b := bytes.TrimSpace(l.buf); len(b) > 0 {
			return b, nil
		}
	}
}

// keys collects the names of the columns: all keys, in the order in which they
// come first.
func (r *Reader) keys() error {
	seen := map[string]bool{}
	for {
		b, err := r.lines.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		// What cannot be read is reported with its row later on.
		each(b, func(key, _ string) {
			if !seen[key] {
				seen[key] = true
				r.Names = append(r.Names, key)
			}
		})
	}
}

// object reads the next line as a row.
func (r *Reader) object() (line int, cells []string, bad string, err error) {
	b, err := r.lines.next()
	if err != nil {
		if err != io.EOF {
			err = fmt.Errorf("%s: %w", r.Path, err)
		}
		return 0, nil, "", err
	}
	l := r.lines
	if why := badText(string(b)); why != "" {
		return l.n, nil, why, nil
	}
	if len(l.cells) != len(r.Names) {
		l.cells = make([]string, len(r.Names))
	}
	for i := range l.cells {
		l.cells[i] = absent
	}
	twice := ""
	bad = each(b, func(key, value string) {
		i := slices.Index(r.Names, key)
		if i < 0 {
			return // a column that training did not know
		}
		if l.cells[i] != absent {
			twice = key
		}
		l.cells[i] = value
	})
	if bad == "" && twice != "" {
		bad = fmt.Sprintf("key %q is there twice", twice)
	}
	return l.n, l.cells, bad, nil
}

// each calls do for the keys of an object and their values as text; it says
// what is wrong with the object.
func each(line []byte, do func(key, value string)) (bad string) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	broken := func(err error) string {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return "is no JSON: it ends too early"
		}
		return fmt.Sprintf("is no JSON: %v", err)
	}
	if t, err := d.Token(); err != nil {
		return broken(err)
	} else if t != json.Delim('{') {
		return "is no JSON object; want {\"column\": value, …}"
	}
	for d.More() {
		k, err := d.Token()
		if err != nil {
			return broken(err)
		}
		key := k.(string) // the decoder allows nothing else here
		v, err := d.Token()
		if err != nil {
			return broken(err)
		}
		switch v := v.(type) {
		case json.Delim:
			return fmt.Sprintf("column %q holds a list or an object; want a number, a text, true, false or null", key)
		case nil:
			do(key, "")
		default:
			do(key, fmt.Sprint(v))
		}
	}
	if _, err := d.Token(); err != nil {
		return broken(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return "has something after the object"
	}
	return ""
}
