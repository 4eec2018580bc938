package text

import (
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
)

// DecodeReader returns a reader of the UTF-8 form of r, whose bytes are in the
// named character set: a name of the IANA registry, as "latin1", "shift_jis",
// "gb18030", "koi8-r" or "utf-16" (byte order from the mark at its beginning,
// else big-endian), or else one that web pages use. "utf-8" removes a byte
// order mark and leaves everything else as it is. Bytes that the set does not
// define become U+FFFD. An unknown name is an error.
func DecodeReader(r io.Reader, charset string) (io.Reader, error) {
	e, err := lookupCharset(charset)
	if err != nil {
		return nil, err
	}
	if e == unicode.UTF8 {
		return &skipBOM{r: r}, nil
	}
	return e.NewDecoder().Reader(r), nil
}

func lookupCharset(name string) (encoding.Encoding, error) {
	clean := strings.ToLower(strings.TrimSpace(name))
	switch clean {
	case "utf-8", "utf8":
		return unicode.UTF8, nil
	case "utf-16", "utf16":
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM), nil
	}
	if e, err := ianaindex.IANA.Encoding(clean); err == nil && e != nil {
		return e, nil
	}
	if e, err := htmlindex.Get(clean); err == nil {
		return e, nil
	}
	return nil, fmt.Errorf(`text: unknown character set %q: want a name like "utf-8", "latin1", "windows-1252", "shift_jis" or "utf-16"`, name)
}

// skipBOM drops a UTF-8 byte order mark from the beginning of a stream.
type skipBOM struct {
	r     io.Reader
	begun bool
	head  []byte
}

func (s *skipBOM) Read(p []byte) (int, error) {
	if !s.begun {
		s.begun = true
		head := make([]byte, 3)
		n, err := io.ReadFull(s.r, head)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return 0, err
		}
		if s.head = head[:n]; string(s.head) == "\ufeff" {
			s.head = nil
		}
	}
	if len(s.head) > 0 {
		n := copy(p, s.head)
		s.head = s.head[n:]
		return n, nil
	}
	return s.r.Read(p)
}
