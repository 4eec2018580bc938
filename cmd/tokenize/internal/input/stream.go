package input

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/antler-ml/antler/internal/cli"
)

// Bytes that no valid UTF-8 holds carry what a line cannot say.
const (
	badRow  = '\xff' // alone in a row: it was bad, and is to be skipped
	newLine = '\xfe' // a line feed inside of a row
)

const blockSize = 1 << 18

// A Stream is an io.Reader of the rows of all sources, one a line, each with
// its LF. Rows are valid UTF-8, but for the two bytes above.
type Stream struct {
	Context context.Context
	Sources []Source
	Stdin   io.Reader
	Count   func(io.Reader) io.Reader // counts the bytes of files; may be nil
	Format  string                    // lines, csv, tsv, jsonl, file
	Charset string
	OnError string // fail, skip, replace
	MaxLine int
	Numbers bool  // rows are numbers; arrays of numpy count as text
	Header  *bool // nil: when the column is a name
	Column  string
	Limit   int // rows at most; 0 = all

	mu     sync.Mutex
	places []place
	tall   tallRows
	bad    badRows
	names  []string // of the columns, when there is a header

	next    int // source
	r       io.Reader
	closer  io.Closer
	end     bool // of r
	first   bool // row of a table
	quotes  quotes
	buf     []byte // read, not yet looked at
	scanned int    // bytes of buf without the end of a row
	tooLong bool   // the row goes on, and is thrown away
	ready   []byte // to be given out
	given   int
	row     int64 // rows given out
	column  int
	err     error
}

// Read implements io.Reader.
func (s *Stream) Read(p []byte) (int, error) {
	for s.given == len(s.ready) {
		if s.err != nil {
			return 0, s.err
		}
		s.ready, s.given = s.ready[:0], 0
		if s.err = s.fill(); s.err != nil && s.closer != nil {
			s.closer.Close()
			s.closer = nil
		}
	}
	n := copy(p, s.ready[s.given:])
	s.given += n
	return n, nil
}

// fill makes rows ready. io.EOF comes after the last of them.
func (s *Stream) fill() error {
	if s.Context != nil && s.Context.Err() != nil {
		return context.Cause(s.Context)
	}
	if s.Limit > 0 && s.row >= int64(s.Limit) {
		return io.EOF
	}
	if s.r == nil {
		if s.next == len(s.Sources) {
			return io.EOF
		}
		src := s.Sources[s.next]
		s.next++
		r, c, err := s.open(src)
		if err != nil {
			return s.file(src, err)
		}
		s.r, s.closer, s.end, s.first, s.quotes = r, c, false, true, quotes{}
		s.mu.Lock()
		s.places = append(s.places, place{src.Name, s.row, 1})
		s.mu.Unlock()
	}
	from := len(s.buf)
	if want := from + blockSize; cap(s.buf) < want {
		s.buf = append(make([]byte, 0, want+from/2), s.buf...)
	}
	n, err := io.ReadFull(s.r, s.buf[from:from+blockSize])
	s.buf = s.buf[:from+n]
	if err != nil {
		if err != io.EOF && err != io.ErrUnexpectedEOF {
			return asError(s.source(), err)
		}
		s.end = true
		if s.Format == "file" || len(s.buf) > 0 && s.buf[len(s.buf)-1] != '\n' {
			s.buf = append(s.buf, '\n') // the last row gets its end
		}
	}
	if err := s.cut(); err != nil {
		return err
	}
	if s.end {
		if err := s.unclosed(); err != nil {
			return err
		}
		s.closer.Close()
		s.r, s.closer, s.buf, s.scanned = nil, nil, s.buf[:0], 0
	}
	return nil
}

// unclosed takes what is left at the end of a table: a row whose quote was
// never closed.
func (s *Stream) unclosed() error {
	if s.Format != "csv" || len(s.buf) == 0 || s.Limit > 0 && s.row >= int64(s.Limit) {
		return nil
	}
	row := s.buf[:len(s.buf)-1]
	const why = "a quote opens in this row and is never closed"
	switch {
	case s.tooLong:
		return s.take(row)
	case s.OnError == "fail":
		return cli.Errorf(cli.BadData, "%s: %s", s.Where(s.row), why).Do("close it, or --on-error skip leaves the rest of the file out")
	}
	s.Bad(s.row, why)
	if s.OnError == "replace" {
		s.append(bytes.ToValidUTF8(row[:min(len(row), s.MaxLine)], []byte("\ufffd")))
	} else {
		s.ready = append(s.ready, badRow)
	}
	s.ready = append(s.ready, '\n')
	s.row++
	return nil
}

func (s *Stream) source() string { return s.Sources[s.next-1].Name }

// file decides about a file that cannot be read as what it should be.
func (s *Stream) file(src Source, err error) error {
	if s.OnError == "fail" || cli.Code(err) != cli.BadData {
		return err
	}
	s.mu.Lock()
	s.bad.add(s.row, err.Error)
	s.mu.Unlock()
	return nil
}

// cut moves all whole rows from buf to ready.
func (s *Stream) cut() error {
	if s.Format == "lines" || s.Format == "jsonl" || s.Format == "tsv" && !s.first {
		if last := bytes.LastIndexByte(s.buf[s.scanned:], '\n'); last >= 0 && !s.tooLong && s.Limit == 0 {
			whole := s.buf[:s.scanned+last+1]
			if len(whole) <= s.MaxLine && utf8.Valid(whole) { // nothing to look for in it
				s.ready = append(s.ready, whole...)
				s.row += int64(bytes.Count(whole, []byte{'\n'}))
				n := copy(s.buf, s.buf[len(whole):])
				s.buf, s.scanned = s.buf[:n], n
				return nil
			}
		}
	}
	at := 0
	for {
		end := s.rowEnd(at)
		if end < 0 {
			break
		}
		row := s.buf[at:end]
		at, s.scanned = end+1, end+1
		s.quotes = quotes{}
		if s.Limit > 0 && s.row >= int64(s.Limit) {
			break
		}
		if err := s.take(row); err != nil {
			return err
		}
	}
	n := copy(s.buf, s.buf[at:])
	s.buf, s.scanned = s.buf[:n], n
	if n > s.MaxLine+1 { // no need to keep what will not be used
		if s.OnError == "fail" {
			return s.tooLongHere()
		}
		s.tooLong = true
		s.buf, s.scanned = s.buf[:s.MaxLine], s.MaxLine
	}
	return nil
}

// rowEnd returns where the row that begins at at ends, -1 when that is not in buf.
func (s *Stream) rowEnd(at int) int {
	from := max(at, s.scanned)
	switch s.Format {
	case "file":
		if s.end && at < len(s.buf) {
			return len(s.buf) - 1
		}
		return -1
	case "csv":
		return s.quotes.rowEnd(s.buf, from)
	}
	if i := bytes.IndexByte(s.buf[from:], '\n'); i >= 0 {
		return from + i
	}
	return -1
}

// take makes one row ready.
func (s *Stream) take(row []byte) error {
	if s.Format != "file" && len(row) > 0 && row[len(row)-1] == '\r' {
		row = row[:len(row)-1]
	}
	tooLong := s.tooLong || len(row) > s.MaxLine
	s.tooLong = false
	if tooLong && s.OnError == "fail" {
		return s.tooLongHere()
	}
	if s.first && (s.Format == "csv" || s.Format == "tsv") {
		s.first = false
		isHeader, err := s.header(row)
		if err != nil {
			return err
		}
		if isHeader {
			s.mu.Lock()
			s.places[len(s.places)-1].line += 1 + int64(bytes.Count(row, []byte{'\n'}))
			s.mu.Unlock()
			return nil
		}
	}
	why := ""
	if tooLong {
		why = fmt.Sprintf("the row is longer than --max-line %d bytes", s.MaxLine)
	} else if !utf8.Valid(row) {
		why = invalid(row)
	}
	switch {
	case why == "":
		s.append(row)
	case s.OnError == "fail":
		return cli.Errorf(cli.BadData, "%s: %s", s.Where(s.row), why).Do("--on-error replace (puts U+FFFD), --on-error skip, or --charset NAME if it is another character set")
	default:
		s.Bad(s.row, why)
		if s.OnError == "skip" {
			s.ready = append(s.ready, badRow)
		} else {
			s.append(bytes.ToValidUTF8(row[:min(len(row), s.MaxLine)], []byte("\ufffd")))
		}
	}
	s.ready = append(s.ready, '\n')
	if s.Format == "csv" {
		if more := bytes.Count(row, []byte{'\n'}); more > 0 {
			s.mu.Lock()
			s.tall.add(s.row, more)
			s.mu.Unlock()
		}
	}
	s.row++
	return nil
}

func (s *Stream) append(row []byte) {
	from := len(s.ready)
	s.ready = append(s.ready, row...)
	if s.Format == "csv" || s.Format == "file" {
		for i := from; i < len(s.ready); i++ {
			if s.ready[i] == '\n' {
				s.ready[i] = newLine
			}
		}
	}
}

func (s *Stream) tooLongHere() error {
	quote := ""
	if s.quotes.inside {
		quote = " (is a quote open in it that is never closed?)"
	}
	return cli.Errorf(cli.BadData, "%s: the row is longer than %s bytes%s", s.Where(s.row), cli.Count(s.MaxLine), quote).
		Do("--max-line N if that is right; --on-error skip leaves such rows out, replace cuts them")
}

// invalid says which byte is no UTF-8.
func invalid(row []byte) string {
	for i := 0; i < len(row); {
		r, n := utf8.DecodeRune(row[i:])
		if r == utf8.RuneError && n == 1 {
			return fmt.Sprintf("byte %d (0x%02x) is not UTF-8", i+1, row[i])
		}
		i += n
	}
	return "not UTF-8"
}
