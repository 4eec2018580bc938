// Package tags reads sentences whose words have tags, makes batches of them, and
// measures how well tags are found: words one by one, and the entities that BIO
// tags mark.
package tags

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
)

// A Sentence is words, and the tag of each, if they were given.
type Sentence struct {
	Line   int // at which it begins
	Tokens []string
	Tags   []string
}

// A Form is how sentences stand in a file.
type Form string

// The forms.
const (
	Lines   Form = "a word and its tag on each line, an empty line between sentences"
	Rows    Form = "a sentence on each line: its words, a tab, their tags"
	Objects Form = `JSON Lines with "tokens" and "tags"`
	Plain   Form = "a sentence on each line" // without tags
)

// FormOf says how the beginning of a file looks; "" if not like tagged sentences.
func FormOf(head []byte) Form {
	head = bytes.TrimPrefix(head, []byte("\ufeff"))
	first := bytes.TrimLeft(head, " \t\r\n")
	if bytes.HasPrefix(first, []byte("{")) {
		line, _, _ := bytes.Cut(first, []byte("\n"))
		var o object
		if json.Unmarshal(line, &o) == nil && o.Tokens != nil && o.Tags != nil {
			return Objects
		}
		return ""
	}
	lines := strings.Split(strings.TrimRight(string(head), "\r\n\t "), "\n")
	if len(lines) > 400 {
		lines = lines[:400]
	}
	empty, words, rows, width, several := 0, 0, 0, 0, 0
	for _, l := range lines {
		l = strings.TrimRight(l, "\r")
		if strings.TrimSpace(l) == "" {
			empty++
			continue
		}
		if comment(l) {
			continue
		}
		cells := columns(l)
		if rows++; width == 0 {
			width = len(cells)
		}
		if len(cells) == width && width >= 2 && !strings.Contains(cells[0], " ") && !strings.Contains(cells[width-1], " ") {
			words++
		}
		if a, b, ok := strings.Cut(l, "\t"); ok && len(strings.Fields(a)) == len(strings.Fields(b)) && !strings.Contains(b, "\t") {
			if several++; len(strings.Fields(a)) == 1 {
				several--
			}
		}
	}
	switch {
	case rows == 0:
		return ""
	case empty > 0 && (words*10 >= rows*9 || words >= 2 && rows-words <= 1):
		return Lines
	case empty == 0 && several*10 >= rows*8 && rows > 1:
		return Rows
	}
	return ""
}

type object struct {
	Tokens []string `json:"tokens"`
	Tags   []string `json:"tags"`
}

// comment is a line that CoNLL's formats do not count.
func comment(l string) bool {
	return strings.HasPrefix(l, "-DOCSTART-") || strings.HasPrefix(l, "# ") && !strings.Contains(l, "\t")
}

// columns are a line's cells, between tabs or, without any, spaces.
func columns(l string) []string {
	if strings.Contains(l, "\t") {
		return strings.Split(l, "\t")
	}
	return strings.Fields(l)
}

// Head is how much of a file tells its form.
func Head(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	b := make([]byte, 64<<10)
	n, _ := f.Read(b)
	if n == len(b) { // the last line may be cut
		if i := bytes.LastIndexByte(b, '\n'); i > 0 {
			n = i
		}
	}
	return b[:n]
}

// Read reads sentences from a file's content. Those that cannot be used are bad.
// Sentences without tags are fine unless tagged is set.
func Read(path string, content []byte, form Form, tagged bool) (all []Sentence, bad []dataset.Bad) {
	r := &reader{path: path, tagged: tagged}
	sc := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(content, []byte("\ufeff"))))
	sc.Buffer(nil, len(content)+1)
	for line := 1; sc.Scan(); line++ {
		text := strings.TrimRight(sc.Text(), "\r")
		if !utf8.ValidString(text) {
			r.no(line, "invalid UTF-8; if it is Latin-1: iconv -f ISO-8859-1 -t UTF-8")
			r.now = Sentence{}
			continue
		}
		r.line(line, text, form)
	}
	r.end()
	return r.all, r.bad
}

type reader struct {
	path   string
	tagged bool
	now    Sentence
	broken bool // the sentence has a bad line: none of it counts
	width  int
	all    []Sentence
	bad    []dataset.Bad
}

func (r *reader) no(line int, format string, args ...any) {
	r.bad = append(r.bad, dataset.Bad{Path: r.path, Line: line, Reason: fmt.Sprintf(format, args...)})
}

func (r *reader) line(n int, text string, form Form) {
	switch {
	case form == Lines && strings.TrimSpace(text) == "":
		r.end()
	case form == Lines && comment(text), strings.TrimSpace(text) == "":
	case form == Lines:
		r.word(n, text)
	case form == Rows:
		words, tags, ok := strings.Cut(text, "\t")
		if !ok && r.tagged {
			r.no(n, "no tab: want the words of the sentence, a tab, their tags")
			return
		}
		r.add(Sentence{n, strings.Fields(words), strings.Fields(tags)})
	case form == Objects:
		var o object
		if err := json.Unmarshal([]byte(text), &o); err != nil {
			r.no(n, "no JSON of {\"tokens\": […], \"tags\": […]}: %v", err)
			return
		}
		r.add(Sentence{n, o.Tokens, o.Tags})
	default:
		r.add(Sentence{n, strings.Fields(text), nil})
	}
}

// word adds a line of a word and its tag, the first and the last of its columns.
func (r *reader) word(n int, text string) {
	cells := columns(text)
	if r.now.Line == 0 {
		r.now.Line = n
	}
	if r.width == 0 {
		r.width = len(cells)
	}
	switch last := strings.TrimSpace(cells[len(cells)-1]); {
	case r.tagged && len(cells) == 1:
		r.no(n, "%q has no tag: want the word, a tab, its tag", cells[0])
		r.broken = true
	case r.tagged && len(cells) != r.width:
		r.no(n, "has %d columns, the lines before have %d", len(cells), r.width)
		r.broken = true
	case strings.TrimSpace(cells[0]) == "":
		r.no(n, "the word is empty")
		r.broken = true
	case r.tagged && last == "":
		r.no(n, "the tag of %q is empty", cells[0])
		r.broken = true
	default:
		r.now.Tokens = append(r.now.Tokens, strings.TrimSpace(cells[0]))
		if len(cells) > 1 {
			r.now.Tags = append(r.now.Tags, last)
		}
	}
}

func (r *reader) end() {
	if r.now.Line > 0 && !r.broken {
		r.add(r.now)
	}
	r.now, r.broken = Sentence{}, false
}

func (r *reader) add(s Sentence) {
	switch {
	case len(s.Tokens) == 0:
		r.no(s.Line, "the sentence has no words")
	case (r.tagged || len(s.Tags) > 0) && len(s.Tags) != len(s.Tokens):
		r.no(s.Line, "%d words, but %d tags", len(s.Tokens), len(s.Tags))
	default:
		r.all = append(r.all, s)
	}
}
