package dataset

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/antler-ml/antler/internal/cli"
)

// rawRow is a row as it stands in the file.
type rawRow struct {
	line  int
	cells []string
}

// noTable explains files that are something else.
func noTable(path string, b []byte) error {
	head := strings.ToLower(string(bytes.TrimLeft(b[:min(len(b), 200)], " \t\r\n")))
	bad := func(what, fix string) error {
		return cli.Errorf(cli.BadData, "%s %s", path, what).Do("%s", fix)
	}
	rows := "one row a sample: the label, a tab, the text"
	switch {
	case IsPicture(path):
		return bad("is a picture; training needs many, in one sub-folder a class", "to classify it with a run: train predict RUN "+cli.Quote(path))
	case strings.HasPrefix(head, "<!doctype"), strings.HasPrefix(head, "<html"), strings.HasPrefix(head, "<?xml"):
		return bad("is HTML or XML, not a table", "the server probably sent an error page: download it again")
	case strings.HasPrefix(head, "{"), strings.HasPrefix(head, "[{"):
		return bad("is JSON, not a table", rows+"; jq -r '[.label,.text]|@tsv' makes such rows")
	}
	if why := NotText(b[:min(len(b), 8)]); why != "" && !strings.HasPrefix(why, "invalid") {
		return bad(why, rows)
	}
	return nil
}

// separator is the tab, or the comma of .csv files without tabs.
func separator(path string, b []byte) rune {
	first, _, _ := bytes.Cut(b, []byte("\n"))
	switch {
	case bytes.ContainsRune(first, '\t'):
		return '\t'
	case strings.EqualFold(filepath.Ext(path), ".csv"), bytes.ContainsRune(first, ',') && !strings.EqualFold(filepath.Ext(path), ".tsv"):
		return ','
	}
	return '\t'
}

// split cuts a file into rows. Rows that are no UTF-8 are bad.
func split(path string, b []byte, comma rune) (rows []rawRow, bad []Bad) {
	if comma == ',' {
		return splitCSV(path, b)
	}
	sc := bufio.NewScanner(bytes.NewReader(b))
	sc.Buffer(nil, len(b)+1)
	for line := 1; sc.Scan(); line++ {
		s := strings.TrimSuffix(sc.Text(), "\r")
		if strings.TrimSpace(s) == "" {
			continue
		}
		if why := badUTF8(s); why != "" {
			bad = append(bad, Bad{path, line, why})
			continue
		}
		rows = append(rows, rawRow{line, strings.Split(s, "\t")})
	}
	return rows, bad
}

func splitCSV(path string, b []byte) (rows []rawRow, bad []Bad) {
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord = -1
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, bad
		}
		var p *csv.ParseError
		if errors.As(err, &p) {
			bad = append(bad, Bad{path, p.StartLine, fmt.Sprintf("%v at column %d", p.Err, p.Column)})
			continue
		}
		if err != nil {
			return rows, append(bad, Bad{Path: path, Reason: err.Error()})
		}
		line, _ := r.FieldPos(0)
		if why := badUTF8(strings.Join(cells, ",")); why != "" {
			bad = append(bad, Bad{path, line, why})
			continue
		}
		rows = append(rows, rawRow{line, cells})
	}
}

func badUTF8(s string) string {
	for i, r := range s {
		if r == 0 {
			return fmt.Sprintf("a zero byte at column %d: the file is binary", i+1)
		}
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return fmt.Sprintf("invalid UTF-8 at column %d (byte 0x%02x); if it is Latin-1: iconv -f ISO-8859-1 -t UTF-8", i+1, s[i])
			}
		}
	}
	return ""
}
