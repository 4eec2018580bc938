package input

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/text"
)

// What a file begins with when it is no text.
var kinds = []struct{ magic, is, fix string }{
	{"BZh", "is compressed with bzip2, which tokenize does not read", "bzip2 -dc %s | tokenize …"},
	{"\xfd7zXZ", "is compressed with xz, which tokenize does not read", "xz -dc %s | tokenize …"},
	{"%PDF", "is a PDF, not text", "pdftotext %s - | tokenize …"},
	{"\x89PNG", "is a picture, not text", "name a text file"},
	{"\xff\xd8\xff", "is a picture, not text", "name a text file"},
	{"\x7fELF", "is a program, not text", "name a text file"},
	{"PAR1", "is a Parquet file, not text", "write the column as lines or JSON Lines first"},
	{"\x89HDF", "is an HDF5 file, not text", "name a text file"},
}

const (
	gzipMagic = "\x1f\x8b"
	zstdMagic = "\x28\xb5\x2f\xfd"
	npyMagic  = "\x93NUMPY"
	zipMagic  = "PK\x03\x04"
)

// open opens a source: unpacked, decoded, and known not to be binary.
func (s *Stream) open(src Source) (io.Reader, io.Closer, error) {
	var f io.ReadCloser = io.NopCloser(s.Stdin)
	if src.Name != Stdin {
		file, err := os.Open(src.Name)
		if err != nil {
			return nil, nil, cli.Errorf(cli.Failed, "%w", err)
		}
		f = file
	}
	r, err := s.sniff(src, f)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return r, f, nil
}

func (s *Stream) sniff(src Source, f io.Reader) (io.Reader, error) {
	if s.Count != nil {
		f = s.Count(f)
	}
	b := bufio.NewReaderSize(f, 1<<16)
	head, err := b.Peek(8)
	if err != nil && err != io.EOF {
		return nil, cli.Errorf(cli.Failed, "%s: %w", src.Name, err)
	}
	z, err := unpack(src.Name, head, b)
	if err != nil {
		return nil, err
	}
	if z != nil {
		b = bufio.NewReaderSize(z, 1<<16)
		if head, err = b.Peek(8); err != nil && err != io.EOF {
			return nil, err
		}
	}
	for _, k := range kinds {
		if bytes.HasPrefix(head, []byte(k.magic)) {
			return nil, cli.Errorf(cli.BadData, "%s %s", src.Name, k.is).Do("%s", strings.Replace(k.fix, "%s", cli.Quote(src.Name), 1))
		}
	}
	array := bytes.HasPrefix(head, []byte(npyMagic)) || bytes.HasPrefix(head, []byte(zipMagic))
	switch {
	case array && !s.Numbers:
		return nil, cli.Errorf(cli.BadData, "%s is an array of numpy or an archive, not text", src.Name).Do("numbers become texts with: tokenize decode -t tok.json %s", cli.Quote(src.Name))
	case bytes.HasPrefix(head, []byte(npyMagic)):
		return numpyLines(src.Name, b)
	case array:
		return archiveLines(src.Name)
	}
	if s.Charset != "" && !strings.EqualFold(s.Charset, "utf-8") && !strings.EqualFold(s.Charset, "utf8") {
		r, err := text.DecodeReader(b, s.Charset)
		if err != nil {
			return nil, cli.Errorf(cli.Usage, "--charset %s: %w", s.Charset, err)
		}
		return r, nil
	}
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return nil, cli.Errorf(cli.BadData, "%s is UTF-16, not UTF-8", src.Name).Do("--charset utf-16")
	}
	if bytes.HasPrefix(head, []byte("\ufeff")) {
		b.Discard(3)
	}
	if beginning, _ := b.Peek(1 << 13); bytes.IndexByte(beginning, 0) >= 0 {
		return nil, cli.Errorf(cli.BadData, "%s is binary: byte %d is zero", src.Name, bytes.IndexByte(beginning, 0)).Do("name a text file; if it is text in another character set, add --charset NAME")
	}
	return b, nil
}

// FormatOf tells the format by a file's name.
func FormatOf(name string) string {
	name = strings.ToLower(name)
	for _, packed := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, packed)
	}
	switch filepath.Ext(name) {
	case ".csv":
		return "csv"
	case ".tsv", ".tab":
		return "tsv"
	case ".jsonl", ".ndjson":
		return "jsonl"
	}
	return "lines"
}

func nearest(name string, names []string) string {
	if near := config.Nearest(name, names); len(near) > 0 {
		return near[0]
	}
	return ""
}

// asError keeps an Error as it is and makes one of others.
func asError(name string, err error) error {
	var e *cli.Error
	if errors.As(err, &e) {
		return err
	}
	return cli.Errorf(cli.Failed, "%s: %w", name, err)
}
