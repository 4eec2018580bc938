package text

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// What a file may hold, so that no file makes memory grow without end.
const (
	maxString  = 64 << 20 // a word, or a setting
	maxSetting = 64 << 20 // what stands behind a key that is not a dictionary
	maxNesting = 100
)

// A reader reads JSON as it comes, in pieces. (encoding/json would want all of
// it in memory, and lose lone surrogates.)
type reader struct {
	buf     []byte
	pos     int
	base    int64                                  // of buf in what is read
	fill    func(buf []byte) (_ []byte, err error) // returns what comes next, in place of buf; err: nothing more comes
	failed  error                                  // why nothing more comes; io.EOF at the end
	scratch []byte
	key     []byte
}

// newReader reads a stream.
func newReader(r io.Reader) *reader {
	return &reader{fill: func(buf []byte) ([]byte, error) {
		if cap(buf) == 0 {
			buf = make([]byte, 1<<16)
		}
		buf = buf[:cap(buf)]
		for {
			n, err := r.Read(buf)
			if n > 0 || err != nil {
				return buf[:n], err
			}
		}
	}}
}

// inner reads what the string that begins here holds, which is JSON too.
func (r *reader) inner() (*reader, error) {
	if err := r.open(); err != nil {
		return nil, err
	}
	done := false
	return &reader{fill: func(buf []byte) ([]byte, error) {
		if done {
			return buf[:0], io.EOF
		}
		var err error
		buf, done, err = r.some(buf[:0], 1<<15)
		return buf, err
	}}, nil
}

func (r *reader) fail(format string, args ...any) error {
	if r.failed != nil && r.failed != io.EOF && r.pos == len(r.buf) {
		return r.failed
	}
	return fmt.Errorf("at byte %d: %s", r.base+int64(r.pos), fmt.Sprintf(format, args...))
}

// more reports whether there is another byte, buf[pos].
func (r *reader) more() bool {
	for r.pos == len(r.buf) {
		if r.failed != nil {
			return false
		}
		r.base += int64(len(r.buf))
		r.pos = 0
		r.buf, r.failed = r.fill(r.buf)
	}
	return true
}

// skip moves past white space and returns the next byte, 0 at the end.
func (r *reader) skip() byte {
	for r.more() {
		switch c := r.buf[r.pos]; c {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return c
		}
	}
	return 0
}

func (r *reader) expect(c byte) error {
	if got := r.skip(); got != c || !r.more() {
		if !r.more() {
			return r.fail("want %q, got the end", c)
		}
		return r.fail("want %q, got %q", c, got)
	}
	r.pos++
	return nil
}

// object calls member for each key with the reader at the value. The key is
// valid until member returns.
func (r *reader) object(member func(key []byte) error) error {
	if err := r.expect('{'); err != nil {
		return err
	}
	if r.skip() == '}' {
		r.pos++
		return nil
	}
	for {
		r.skip()
		key, err := r.bytes()
		if err != nil {
			return err
		}
		r.scratch, r.key = r.key, key
		if err := r.expect(':'); err != nil {
			return err
		}
		r.skip()
		if err := member(key); err != nil {
			return err
		}
		if r.skip() == ',' {
			r.pos++
			continue
		}
		return r.expect('}')
	}
}

func (r *reader) end() error {
	if r.skip(); r.more() {
		return r.fail("more text after the object")
	}
	if r.failed != io.EOF {
		return r.failed
	}
	return nil
}

// integer reads a whole number; 3.0 is one.
func (r *reader) integer() (int, error) {
	start := r.base + int64(r.pos)
	r.scratch = r.scratch[:0]
	for r.more() && len(r.scratch) < 400 {
		c := r.buf[r.pos]
		if c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E' && (c < '0' || c > '9') {
			break
		}
		r.scratch = append(r.scratch, c)
		r.pos++
	}
	n, err := pyInt(r.scratch)
	if err != nil {
		return 0, fmt.Errorf("at byte %d: %w", start, err)
	}
	return n, nil
}

// pyInt reads a JSON number that is whole and fits an int or a float64 exactly.
func pyInt(s []byte) (int, error) {
	if n := len(s); n > 0 && n < 19 && s[0] != '-' { // without a string
		x := 0
		for _, c := range s {
			if c < '0' || c > '9' {
				x = -1
				break
			}
			x = 10*x + int(c-'0')
		}
		if x >= 0 {
			return x, nil
		}
	}
	if n, err := strconv.Atoi(string(s)); err == nil {
		if n == absent {
			return 0, fmt.Errorf("number %s is out of range", s)
		}
		return n, nil
	}
	f, err := strconv.ParseFloat(string(s), 64)
	if err != nil || len(s) == 0 || f != float64(int64(f)) || f > 1<<53 || f < -1<<53 {
		return 0, fmt.Errorf("want a whole number, got %q", s)
	}
	return int(f), nil
}

var errSurrogate = errors.New(`unpaired surrogate: only \udc80 to \udcff, which stand for single bytes, have a meaning`)

// str reads a string literal.
func (r *reader) str() (string, error) {
	b, err := r.bytes()
	return string(b), err
}

// bytes is str in memory that is used again.
func (r *reader) bytes() ([]byte, error) {
	if err := r.open(); err != nil {
		return nil, err
	}
	var done bool
	var err error
	r.scratch, done, err = r.some(r.scratch[:0], maxString)
	if err == nil && !done {
		err = r.fail("a string of more than %d bytes", maxString)
	}
	return r.scratch, err
}

func (r *reader) open() error {
	if !r.more() || r.buf[r.pos] != '"' {
		return r.fail("want a string")
	}
	r.pos++
	return nil
}

// some appends what comes of a string, at least n bytes or all of it.
func (r *reader) some(dst []byte, n int) (_ []byte, done bool, err error) {
	for len(dst) < n {
		if !r.more() {
			return dst, false, r.fail("the string does not end")
		}
		rest := r.buf[r.pos:]
		i := 0
		for i < len(rest) && rest[i] != '"' && rest[i] != '\\' && rest[i] >= ' ' {
			i++
		}
		dst = append(dst, rest[:i]...)
		if r.pos += i; i == len(rest) {
			continue
		}
		switch c := rest[i]; {
		case c == '"':
			r.pos++
			return dst, true, nil
		case c < ' ':
			return dst, false, r.fail("control character %#x in a string", c)
		}
		if dst, err = r.escape(dst); err != nil {
			return dst, false, err
		}
	}
	return dst, false, nil
}

// escape reads \n and the like, \uXXXX, or two of them that make a surrogate pair.
func (r *reader) escape(dst []byte) ([]byte, error) {
	r.pos++
	if !r.more() {
		return dst, r.fail("the string does not end")
	}
	c := r.buf[r.pos]
	switch c {
	case 'u':
		return r.unicode(dst)
	case '"', '\\', '/':
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	default:
		return dst, r.fail("unknown escape \\%c", c)
	}
	r.pos++
	return append(dst, c), nil
}

func (r *reader) unicode(dst []byte) ([]byte, error) {
	c, err := r.unit()
	if err != nil {
		return dst, err
	}
	if !utf16.IsSurrogate(c) {
		return utf8.AppendRune(dst, c), nil
	}
	if c < 0xDC00 { // the second half must follow
		if !r.more() || r.buf[r.pos] != '\\' {
			return dst, r.fail("%v", errSurrogate)
		}
		r.pos++
		if !r.more() || r.buf[r.pos] != 'u' {
			return dst, r.fail("%v", errSurrogate)
		}
		low, err := r.unit()
		if err != nil {
			return dst, err
		}
		if low < 0xDC00 || low > 0xDFFF {
			return dst, r.fail("%v", errSurrogate)
		}
		return utf8.AppendRune(dst, utf16.DecodeRune(c, low)), nil
	}
	if c < 0xDC80 || c > 0xDCFF {
		return dst, r.fail("%v", errSurrogate)
	}
	return append(dst, byte(c)), nil
}

// unit reads uXXXX.
func (r *reader) unit() (rune, error) {
	x := rune(0)
	for range 4 {
		r.pos++
		if !r.more() {
			return 0, r.fail("want \\uXXXX, got the end")
		}
		c := r.buf[r.pos]
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, r.fail("want \\uXXXX, got %q in it", c)
		}
		x = x<<4 | rune(c)
	}
	r.pos++
	return x, nil
}

// raw returns the text of any value, which need not be right inside.
func (r *reader) raw() ([]byte, error) {
	var b []byte
	depth := 0
	for quoted := false; r.more(); r.pos++ {
		c := r.buf[r.pos]
		switch {
		case quoted && c == '\\':
			b = append(b, c)
			if r.pos++; !r.more() {
				return nil, r.fail("the string does not end")
			}
			c = r.buf[r.pos]
		case quoted:
			quoted = c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			if depth++; depth > maxNesting {
				return nil, r.fail("nested deeper than %d", maxNesting)
			}
		case depth == 0 && (c == ',' || c == '}' || c == ']'):
			return trimSpace(b), nil
		case c == '}' || c == ']':
			depth--
		}
		if b = append(b, c); len(b) > maxSetting {
			return nil, r.fail("a value of more than %d bytes", maxSetting)
		}
	}
	return nil, r.fail("the value does not end")
}

func trimSpace(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\n' || b[len(b)-1] == '\r' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}
