package text

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// appendPyString appends s as Python's json.dumps writes it: everything but
// printable ASCII is escaped, characters above U+FFFF as surrogate pairs. An
// invalid byte b is written as the lone surrogate U+DC00+b.
func appendPyString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		r, w := decodeChar(s[i:])
		i += w
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case ' ' <= r && r <= '~':
			dst = append(dst, byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r == '\f':
			dst = append(dst, `\f`...)
		case r == '\b':
			dst = append(dst, `\b`...)
		case r > 0xFFFF:
			hi, lo := utf16.EncodeRune(r)
			dst = appendEscape(appendEscape(dst, hi), lo)
		default:
			dst = appendEscape(dst, r)
		}
	}
	return append(dst, '"')
}

func appendEscape(dst []byte, r rune) []byte {
	return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// A reader reads what json.dumps writes: one flat object of strings and
// whole numbers. (encoding/json would lose lone surrogates.)
type reader struct {
	s   string
	pos int
}

func (r *reader) fail(format string, args ...any) error {
	return fmt.Errorf("at byte %d: %s", r.pos, fmt.Sprintf(format, args...))
}

// skip moves past white space and returns the next byte, 0 at the end.
func (r *reader) skip() byte {
	for r.pos < len(r.s) {
		switch c := r.s[r.pos]; c {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return c
		}
	}
	return 0
}

func (r *reader) expect(c byte) error {
	if got := r.skip(); got != c || r.pos == len(r.s) {
		if r.pos == len(r.s) {
			return r.fail("want %q, got the end", c)
		}
		return r.fail("want %q, got %q", c, got)
	}
	r.pos++
	return nil
}

// object calls member for each key with the reader at the value.
func (r *reader) object(member func(key string) error) error {
	if err := r.expect('{'); err != nil {
		return err
	}
	if r.skip() == '}' {
		r.pos++
		return r.end()
	}
	for {
		r.skip()
		key, err := r.str()
		if err != nil {
			return err
		}
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
		if err := r.expect('}'); err != nil {
			return err
		}
		return r.end()
	}
}

func (r *reader) end() error {
	if r.skip(); r.pos < len(r.s) {
		return r.fail("more text after the object")
	}
	return nil
}

// integer reads a whole number; 3.0 is one.
func (r *reader) integer() (int, error) {
	start := r.pos
	for r.pos < len(r.s) {
		c := r.s[r.pos]
		if c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E' && (c < '0' || c > '9') {
			break
		}
		r.pos++
	}
	n, err := pyInt(r.s[start:r.pos])
	if err != nil {
		r.pos = start
		return 0, r.fail("%v", err)
	}
	return n, nil
}

// pyInt reads a JSON number that is whole and fits an int32 or a float64 exactly.
func pyInt(s string) (int, error) {
	if n, err := strconv.Atoi(s); err == nil {
		if n == absent {
			return 0, fmt.Errorf("number %s is out of range", s)
		}
		return n, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || s == "" || f != float64(int64(f)) || f > 1<<53 || f < -1<<53 {
		return 0, fmt.Errorf("want a whole number, got %q", s)
	}
	return int(f), nil
}

var errSurrogate = errors.New(`unpaired surrogate: only \udc80 to \udcff, which stand for single bytes, have a meaning`)

// str reads a string literal.
func (r *reader) str() (string, error) {
	if r.pos == len(r.s) || r.s[r.pos] != '"' {
		return "", r.fail("want a string")
	}
	r.pos++
	start := r.pos
	for r.pos < len(r.s) && r.s[r.pos] != '"' && r.s[r.pos] != '\\' && r.s[r.pos] >= ' ' {
		r.pos++
	}
	buf := []byte(r.s[start:r.pos])
	for r.pos < len(r.s) {
		switch c := r.s[r.pos]; {
		case c == '"':
			r.pos++
			return string(buf), nil
		case c < ' ':
			return "", r.fail("control character %#x in a string", c)
		case c != '\\':
			buf = append(buf, c)
			r.pos++
			continue
		}
		if r.pos+1 == len(r.s) {
			break
		}
		c := r.s[r.pos+1]
		if c == 'u' {
			var err error
			if buf, err = r.escape(buf); err != nil {
				return "", err
			}
			continue
		}
		switch c {
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
			return "", r.fail("unknown escape \\%c", c)
		}
		buf = append(buf, c)
		r.pos += 2
	}
	return "", r.fail("the string does not end")
}

// escape reads \uXXXX, or two of them that make a surrogate pair.
func (r *reader) escape(buf []byte) ([]byte, error) {
	c, err := r.unit(r.pos)
	if err != nil {
		return nil, err
	}
	if !utf16.IsSurrogate(c) {
		r.pos += 6
		return utf8.AppendRune(buf, c), nil
	}
	if c < 0xDC00 {
		if lo, err := r.unit(r.pos + 6); err == nil && lo >= 0xDC00 && lo < 0xE000 {
			r.pos += 12
			return utf8.AppendRune(buf, utf16.DecodeRune(c, lo)), nil
		}
	}
	if c < 0xDC80 || c > 0xDCFF {
		return nil, r.fail("%v", errSurrogate)
	}
	r.pos += 6
	return append(buf, byte(c)), nil
}

func (r *reader) unit(pos int) (rune, error) {
	if pos+6 > len(r.s) || r.s[pos] != '\\' || r.s[pos+1] != 'u' {
		return 0, r.fail("want \\uXXXX")
	}
	n, err := strconv.ParseUint(r.s[pos+2:pos+6], 16, 16)
	if err != nil {
		return 0, r.fail("want \\uXXXX, got %q", r.s[pos:pos+6])
	}
	return rune(n), nil
}
