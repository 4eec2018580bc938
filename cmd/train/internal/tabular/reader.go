package tabular

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/demo"
	"github.com/antler-ml/antler/internal/cli"
)

// A Reader reads the rows of a table, one after the other: CSV with commas,
// semicolons, tabs or bars between the cells and names in its first line, or
// JSON Lines.
type Reader struct {
	Path  string // as messages name it
	Names []string
	Comma rune // 0: JSON Lines
	bytes int64

	in    *bufio.Reader
	csv   *csv.Reader
	lines *lines
	file  io.Closer
}

// Demo is the name of the built-in table.
const Demo = "demo table"

// Open opens a file, or the built-in table. The names of JSON Lines are the keys in it, which takes a
// pass over the file, unless they are given.
func Open(path string, names []string) (*Reader, error) {
	if path == Demo {
		b, err := demo.Penguins()
		if err != nil {
			return nil, err
		}
		return NewReader(bytes.NewReader(b), path, names)
	}
	st, err := os.Stat(path)
	if err == nil && st.IsDir() {
		return nil, cli.Errorf(cli.BadData, "%s is a folder, not a table", path).Do("name a .csv, .tsv or .jsonl file; a folder needs no --target")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, dataset.Missing(path, err, "give a .csv, .tsv or .jsonl file")
	}
	r, err := NewReader(f, path, names)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.file = f
	if st != nil {
		r.bytes = st.Size()
	}
	if r.Comma == 0 && names == nil {
		if err := r.keys(); err != nil {
			f.Close()
			return nil, err
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			f.Close()
			return nil, err
		}
		r.in.Reset(f)
		r.lines = &lines{in: r.in}
	}
	return r, nil
}

// NewReader reads a table from anything. JSON Lines need names.
func NewReader(in io.Reader, name string, names []string) (*Reader, error) {
	r := &Reader{Path: name, in: bufio.NewReaderSize(in, 1<<16)}
	head, err := r.in.Peek(1 << 12)
	if err != nil && err != io.EOF && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, cli.Errorf(cli.Failed, "%s: %w", name, err)
	}
	if bytes.HasPrefix(head, []byte("\ufeff")) {
		r.in.Discard(3) // it was peeked at
		head = head[3:]
	}
	body := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(body) == 0:
		return nil, cli.Errorf(cli.BadData, "%s is empty", name).Do("the names of the columns in the first line, then a row a line")
	case body[0] == '[' && bytes.ContainsAny(body[:min(len(body), 20)], "{"):
		return nil, cli.Errorf(cli.BadData, "%s is a JSON list; want an object a line", name).Do("jq -c '.[]' %s > rows.jsonl", cli.Quote(name))
	case body[0] == '<' && bytes.ContainsAny(body, ">"):
		return nil, cli.Errorf(cli.BadData, "%s is HTML or XML, not a table", name).Do("the server probably sent an error page: download it again")
	}
	if why := dataset.NotText(head[:min(len(head), 8)]); why != "" && !strings.HasPrefix(why, "invalid") {
		return nil, cli.Errorf(cli.BadData, "%s %s", name, why).Do("save it as CSV in UTF-8, with the names of the columns in the first line")
	}
	if body[0] == '{' {
		r.Names, r.lines = names, &lines{in: r.in}
		return r, nil
	}
	return r, r.header(head)
}

// header finds what is between the cells and reads the names.
func (r *Reader) header(head []byte) error {
	r.Comma = separator(r.Path, head)
	r.csv = csv.NewReader(r.in) // keeps r.in, which is large enough
	r.csv.Comma, r.csv.ReuseRecord, r.csv.FieldsPerRecord = r.Comma, true, -1
	first, err := r.csv.Read()
	if err != nil {
		return cli.Errorf(cli.BadData, "%s:1: %w", r.Path, err).Do("the first line has the names of the columns")
	}
	at := map[string]int{}
	numbers := 0
	for i, n := range first {
		if why := badText(n); why != "" {
			return cli.Errorf(cli.BadData, "%s:1: column %d: %s", r.Path, i+1, why)
		}
		if _, ok := number(n, r.decimalComma()); ok {
			numbers++
		}
		n = cmp.Or(strings.TrimSpace(n), fmt.Sprintf("Unnamed: %d", i)) // as pandas
		if k, ok := at[n]; ok {
			return cli.Errorf(cli.BadData, "%s:1: columns %d and %d have the same name %q", r.Path, k+1, i+1, n).Do("give each column a name of its own")
		}
		at[n] = i
		r.Names = append(r.Names, strings.Clone(n))
	}
	if numbers > 0 && numbers*2 >= len(first) {
		return cli.Errorf(cli.BadData, "%s:1: the first line has numbers, not the names of columns: %s", r.Path, cli.Short(strings.Join(r.Names, string(r.Comma)), 60)).
			Do("put a line with names first, such as %s", names(len(first), r.Comma))
	}
	return nil
}

func names(n int, comma rune) string {
	var all []string
	for i := range min(n, 3) {
		all = append(all, fmt.Sprintf("c%d", i+1))
	}
	if n > 3 {
		all = append(all, "…")
	}
	return strings.Join(all, string(comma))
}

// separator is what the first line has most of.
func separator(path string, head []byte) rune {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	if ext := strings.ToLower(filepath.Ext(path)); (ext == ".tsv" || ext == ".tab") && bytes.ContainsRune(line, '\t') {
		return '\t'
	}
	best, most := ',', 0
	for _, c := range []rune{',', ';', '\t', '|'} {
		n, quoted := 0, false
		for _, x := range string(line) {
			switch {
			case x == '"':
				quoted = !quoted
			case x == c && !quoted:
				n++
			}
		}
		if n > most {
			best, most = c, n
		}
	}
	return best
}

// decimalComma reports whether 1,5 may be a number: where semicolons separate.
func (r *Reader) decimalComma() bool { return r.Comma == ';' }

// Next returns the next row; cells are valid until the call after. bad says why
// a row cannot be used. The error is io.EOF at the end.
func (r *Reader) Next() (line int, cells []string, bad string, err error) {
	if r.Comma == 0 {
		return r.object()
	}
	cells, err = r.csv.Read()
	var p *csv.ParseError
	switch {
	case errors.As(err, &p):
		return p.StartLine, nil, fmt.Sprintf("%v at byte %d", p.Err, p.Column), nil
	case err != nil && err != io.EOF:
		return 0, nil, "", cli.Errorf(cli.Failed, "%s: %w", r.Path, err)
	case err != nil:
		return 0, nil, "", err
	}
	line, _ = r.csv.FieldPos(0)
	if len(cells) != len(r.Names) {
		return line, nil, fmt.Sprintf("has %s, want %d as in the first line", cli.Plural(len(cells), "cell"), len(r.Names)), nil
	}
	for i, c := range cells {
		if why := badText(c); why != "" {
			return line, nil, fmt.Sprintf("column %q: %s", r.Names[i], why), nil
		}
		cells[i] = strings.TrimSpace(c)
	}
	return line, cells, "", nil
}

// Waiting reports whether the next row has to be waited for.
func (r *Reader) Waiting() bool { return r.in.Buffered() == 0 }

// Close closes the file.
func (r *Reader) Close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}

// badText says why a cell is no text.
func badText(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return ""
	}
	for i, c := range s {
		if c == 0 {
			return "a zero byte: the file is binary"
		}
		if c == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return fmt.Sprintf("invalid UTF-8 (byte 0x%02x); if it is Latin-1: iconv -f ISO-8859-1 -t UTF-8", s[i])
			}
		}
	}
	return ""
}

// Separator is what stands between the cells, in words.
func (r *Reader) Separator() string {
	return map[rune]string{0: "JSON Lines", ',': "commas", ';': "semicolons", '\t': "tabs", '|': "bars"}[r.Comma]
}
