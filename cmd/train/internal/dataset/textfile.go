package dataset

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/antler-ml/antler/internal/cli"
)

// maxText is the largest text file that is read.
const maxText = 16 << 20

// read reads the texts of text files; pictures stay on disk.
func (set *Set) read(all []Sample) []Sample {
	if set.Kind != Texts {
		return all
	}
	good := all[:0]
	for _, x := range all {
		text, err := ReadText(x.Path)
		if err != "" {
			set.Bad = append(set.Bad, Bad{Path: x.Path, Reason: err})
			continue
		}
		x.Text = text
		good = append(good, x)
	}
	return good
}

// ReadText reads a text file; the reason says why it is not one.
func ReadText(path string) (text, reason string) {
	st, err := os.Stat(path)
	if err != nil {
		return "", plain(err)
	}
	if st.IsDir() {
		return "", "is a folder"
	}
	if st.Size() > maxText {
		return "", fmt.Sprintf("has %s, more than the %s of the largest text", cli.Bytes(st.Size()), cli.Bytes(maxText))
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", plain(err)
	}
	if why := NotText(b); why != "" {
		return "", why
	}
	return strings.TrimPrefix(string(b), "\ufeff"), ""
}

// NotText says why bytes are no text in UTF-8; "" if they are one.
func NotText(b []byte) string {
	head := func(p string) bool { return strings.HasPrefix(string(b[:min(len(b), 8)]), p) }
	switch {
	case head("\xff\xfe"), head("\xfe\xff"):
		return "is UTF-16 text; convert it: iconv -f UTF-16 -t UTF-8"
	case head("PK\x03\x04"):
		return "is a zip archive or an office document, not text; save it as .csv or .tsv"
	case head("\x1f\x8b"):
		return "is compressed with gzip; unpack it first: gunzip"
	case head("\xff\xd8\xff"), head("\x89PNG"), head("GIF8"):
		return "is a picture, not text"
	case head("%PDF"):
		return "is PDF, not text; convert it first: pdftotext"
	}
	line, start := 1, 0
	for i := 0; i < len(b); {
		if b[i] == 0 {
			return fmt.Sprintf("is binary: a zero byte at line %d, column %d", line, i-start+1)
		}
		if b[i] == '\n' {
			line, start = line+1, i+1
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return fmt.Sprintf("invalid UTF-8 at line %d, column %d (byte 0x%02x); if it is Latin-1: iconv -f ISO-8859-1 -t UTF-8", line, i-start+1, b[i])
		}
		i += n
	}
	return ""
}

// plain is an error without the path.
func plain(err error) string {
	if p, ok := err.(*fs.PathError); ok {
		err = p.Err
	}
	return err.Error()
}
