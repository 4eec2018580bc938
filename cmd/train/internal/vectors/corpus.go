package vectors

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
)

// A Corpus is a text that can be read again and again: a file, the text files
// of a folder, or a string. Files may be packed with gzip or bzip2.
//
// A passage is a line. Where lines were broken to fit a page, as in books, a
// passage is what stands between blank lines.
type Corpus struct {
	Files []string
	Text  string // in place of files
}

// OpenCorpus finds the files of a path.
func OpenCorpus(path string) (*Corpus, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !st.IsDir() {
		return &Corpus{Files: []string{path}}, nil
	}
	c := &Corpus{Files: []string{}}
	err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error { // in lexical order
		if err == nil && !d.IsDir() && dataset.IsText(strings.TrimSuffix(strings.TrimSuffix(p, ".gz"), ".bz2")) {
			c.Files = append(c.Files, p)
		}
		return err
	})
	return c, err
}

const (
	maxLine = 16 << 20 // bytes of the longest line that is read
	peeked  = 64 << 10 // bytes by which a file is judged
	short   = 120      // bytes of the longest line of a text with wrapped lines
)

// Read calls each for every passage, until it returns false, and bad for every
// line and file that is no text; those are left out.
func (c *Corpus) Read(ctx context.Context, each func(passage string) bool, bad func(dataset.Bad)) error {
	if c.Files == nil {
		_, err := passages(ctx, "", strings.NewReader(c.Text), each, bad)
		return err
	}
	for _, path := range c.Files {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		more, err := passages(ctx, path, f, each, bad)
		f.Close()
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// passages reads one file and reports whether to go on.
func passages(ctx context.Context, path string, r io.Reader, each func(string) bool, bad func(dataset.Bad)) (more bool, err error) {
	in := bufio.NewReaderSize(r, peeked)
	switch head, _ := in.Peek(3); {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		z, err := gzip.NewReader(in)
		if err != nil {
			bad(dataset.Bad{Path: path, Reason: err.Error()})
			return true, nil
		}
		in = bufio.NewReaderSize(z, peeked)
	case string(head) == "BZh":
		in = bufio.NewReaderSize(bzip2.NewReader(in), peeked)
	}
	head, _ := in.Peek(peeked)
	if bytes.HasPrefix(head, []byte("\ufeff")) {
		in.Discard(3)
	} else if why := dataset.NotText(head[:min(len(head), 8)]); why != "" && !strings.HasPrefix(why, "invalid") {
		bad(dataset.Bad{Path: path, Reason: why})
		return true, nil
	}
	p := &paragraphs{wrapped: wrapped(head), each: each}
	for n := 1; ; n++ {
		line, err := readLine(in)
		if err != nil && err != io.EOF {
			bad(dataset.Bad{Path: path, Line: n, Reason: err.Error()})
			return p.end(), nil
		}
		if e := ctx.Err(); e != nil {
			return false, context.Cause(ctx)
		}
		if why := notLine(line); why != "" {
			bad(dataset.Bad{Path: path, Line: n, Reason: why})
		} else if !p.add(strings.TrimSpace(string(line))) {
			return false, nil
		}
		if err == io.EOF {
			return p.end(), nil
		}
	}
}

// readLine reads a line with its end. With io.EOF it is the last one.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if line == nil && err == nil {
			return part, nil
		}
		if line = append(line, part...); len(line) > maxLine {
			return nil, fmt.Errorf("has more than %d MiB; break the text into lines", maxLine>>20)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

func notLine(line []byte) string {
	switch at := bytes.IndexByte(line, 0); {
	case at >= 0:
		return fmt.Sprintf("is binary: a zero byte at column %d", at+1)
	case !utf8.Valid(line):
		// As of whole files, but the line is known.
		return strings.Replace(dataset.NotText(line), " at line 1, column", " at column", 1)
	}
	return ""
}

// wrapped reports whether the lines of a text were broken to fit a page: none
// is long, and either blank ones stand between paragraphs, or the next line's
// first word would nearly never have fitted.
func wrapped(head []byte) bool {
	var lines [][]byte
	longest, blank := 0, false
	for line := range bytes.Lines(head) {
		line = bytes.TrimSpace(line)
		if longest = max(longest, len(line)); longest > short {
			return false
		}
		if blank = blank || len(line) == 0; len(line) > 0 {
			lines = append(lines, line)
		}
	}
	full := 0
	for i, line := range lines[:max(0, len(lines)-1)] {
		first, _, _ := bytes.Cut(lines[i+1], []byte(" "))
		if len(line)+1+len(first) > longest {
			full++
		}
	}
	return len(lines) > 0 && blank || len(lines) > 20 && full*10 >= len(lines)*9
}

// paragraphs joins lines where that is asked for.
type paragraphs struct {
	wrapped bool
	each    func(string) bool
	lines   []string
}

// add takes a line and reports whether to go on.
func (p *paragraphs) add(line string) bool {
	switch {
	case line == "":
		return p.end()
	case p.wrapped && len(p.lines) < 10_000:
		p.lines = append(p.lines, line)
		return true
	case p.wrapped:
		more := p.end()
		p.lines = append(p.lines, line)
		return more
	}
	return p.each(line)
}

func (p *paragraphs) end() bool {
	if len(p.lines) == 0 {
		return true
	}
	s := strings.Join(p.lines, " ")
	p.lines = p.lines[:0]
	return p.each(s)
}
