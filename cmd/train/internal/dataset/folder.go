package dataset

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/cli"
)

// The endings of files that are taken for pictures and for texts.
var (
	pictureEndings = []string{"jpg", "jpeg", "png", "bmp", "gif"}
	textEndings    = []string{"txt", "text"}
)

// IsPicture reports whether a file name has the ending of a picture.
func IsPicture(name string) bool { return image.HasExtension(name, pictureEndings) }

// IsText reports whether a file name has the ending of a text.
func IsText(name string) bool { return image.HasExtension(name, textEndings) }

// class is a sub-folder.
type class struct {
	name            string
	pictures, texts []string // paths below the folder
	other           map[string]int
}

// folder inspects a folder with one sub-folder a class, or with such folders
// named train and validation.
func folder(dir string, s *settings.Settings) (*Set, error) {
	trainDir, validDir := dir, ""
	if sub := subdir(dir, "train", "training"); sub != "" {
		trainDir = sub
		validDir = subdir(dir, "validation", "valid", "val", "test")
	}
	classes, err := list(trainDir)
	if err != nil {
		return nil, err
	}
	set := &Set{Source: dir, Kind: Images}
	pictures, texts := 0, 0
	for _, c := range classes {
		pictures, texts = pictures+len(c.pictures), texts+len(c.texts)
	}
	if texts > pictures {
		set.Kind = Texts
	}
	used := slices.DeleteFunc(slices.Clone(classes), func(c class) bool { return len(c.files(set.Kind)) == 0 })
	if len(used) < 2 {
		return nil, tooFew(trainDir, classes, used, set.Kind)
	}
	for _, c := range classes {
		if len(c.files(set.Kind)) == 0 {
			set.Notes = append(set.Notes, fmt.Sprintf("left out: folder %s has no %ss", filepath.Join(trainDir, c.name), set.Kind.Noun()))
		}
	}
	set.Notes = append(set.Notes, ignored(used, set.Kind)...)
	index := map[string]int{}
	for i, c := range used {
		index[c.name] = i
		set.Classes = append(set.Classes, c.name)
	}
	all := samples(trainDir, used, set.Kind, index)
	if validDir == "" {
		all = set.read(all)
		return set, set.split(all, s.ValidSplit)
	}
	set.Train = set.read(all)
	held, err := list(validDir)
	if err != nil {
		return nil, err
	}
	for _, c := range held {
		if _, ok := index[c.name]; !ok && len(c.files(set.Kind)) > 0 {
			return nil, cli.Errorf(cli.BadData, "%s has a class %q that %s has not", validDir, c.name, trainDir).
				Why("found: %s", cli.List(set.Classes, 8)).Do("both need the same sub-folders")
		}
	}
	set.Valid = set.read(samples(validDir, held, set.Kind, index))
	set.Split = "the folder " + validDir
	return set, nil
}

// Labelled reads a folder or table for evaluation: its classes must be among
// those that are given, and all its samples are used.
func Labelled(path string, s *settings.Settings, kind Kind, classes []string) (*Set, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, missing(path, err)
	}
	set := &Set{Kind: kind, Source: path, Classes: classes}
	index := map[string]int{}
	for i, c := range classes {
		index[c] = i
	}
	unknown := func(name string) error {
		return cli.Errorf(cli.BadData, "%s has a class %q that the run does not know", path, name).
			Why("the run knows: %s", cli.List(classes, 12))
	}
	if !st.IsDir() {
		if kind != Texts {
			return nil, cli.Errorf(cli.BadData, "%s is a file, but the run classifies pictures", path).
				Do("give a folder with one sub-folder a class")
		}
		t, err := readTable(path, s)
		if err != nil {
			return nil, err
		}
		set.Bad, set.Notes = t.bad, t.notes
		for _, r := range t.rows {
			k, ok := index[r.label]
			if !ok {
				return nil, unknown(r.label)
			}
			set.Valid = append(set.Valid, Sample{Name: fmt.Sprintf("line %d", r.line), Class: k, Text: r.text})
		}
		return set, nil
	}
	if sub := subdir(path, "test", "validation", "valid", "val"); sub != "" {
		path = sub
		set.Notes = append(set.Notes, "evaluated: "+sub)
	}
	held, err := list(path)
	if err != nil {
		return nil, err
	}
	n := 0
	for _, c := range held {
		if len(c.files(kind)) > 0 {
			if _, ok := index[c.name]; !ok {
				return nil, unknown(c.name)
			}
		}
		n += len(c.files(kind))
	}
	if n == 0 {
		e := cli.Errorf(cli.BadData, "%s has no %ss in sub-folders named as the run's classes", path, kind.Noun())
		return nil, e.Why("found: %s", summary(path, held)).Why("the run knows: %s", cli.List(classes, 12))
	}
	set.Valid = set.read(samples(path, held, kind, index))
	return set, nil
}

// subdir returns the first of the names that is a folder in dir.
func subdir(dir string, names ...string) string {
	for _, n := range names {
		p := filepath.Join(dir, n)
		if st, err := os.Stat(p); err == nil && st.IsDir() {
			return p
		}
	}
	return ""
}

// list reads the sub-folders of dir in the order of their bytes.
func list(dir string) ([]class, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, missing(dir, err)
	}
	var classes []class
	for _, e := range entries {
		p := filepath.Join(dir, e.Name())
		if st, err := os.Stat(p); err != nil || !st.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		c := class{name: e.Name(), other: map[string]int{}}
		// The slash follows a link to a folder.
		err := filepath.WalkDir(p+string(filepath.Separator), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return missing(path, err)
			}
			if d.IsDir() || strings.HasPrefix(d.Name(), ".") {
				return nil
			}
			rel, _ := filepath.Rel(p, path)
			switch {
			case IsPicture(path):
				c.pictures = append(c.pictures, rel)
			case IsText(path):
				c.texts = append(c.texts, rel)
			default:
				c.other[strings.ToLower(filepath.Ext(path))]++
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		classes = append(classes, c)
	}
	return classes, nil
}

func (c *class) files(k Kind) []string {
	if k == Images {
		return c.pictures
	}
	return c.texts
}

func samples(dir string, classes []class, k Kind, index map[string]int) []Sample {
	var all []Sample
	for _, c := range classes {
		for _, f := range c.files(k) {
			all = append(all, Sample{Name: filepath.ToSlash(filepath.Join(c.name, f)), Class: index[c.name], Path: filepath.Join(dir, c.name, f)})
		}
	}
	return all
}

// tooFew explains a folder with fewer than two classes.
func tooFew(dir string, all, used []class, k Kind) error {
	var e *cli.Error
	switch {
	case len(used) == 1:
		e = cli.Errorf(cli.BadData, "%s has 1 class folder (%q); need at least 2", dir, used[0].name)
		e.Why("found: %s (%s)", filepath.Join(dir, used[0].name), cli.Plural(len(used[0].files(k)), "file"))
	case len(all) > 0:
		e = cli.Errorf(cli.BadData, "%s has no pictures (.%s) and no texts (.txt) in its %s", dir, strings.Join(pictureEndings, ", ."), cli.Plural(len(all), "sub-folder"))
	default:
		e = cli.Errorf(cli.BadData, "%s has no class folders; need at least 2", dir)
	}
	if len(used) != 1 {
		e.Why("found: %s", summary(dir, all))
	}
	a, b := "cat", "dog"
	if len(used) == 1 && used[0].name == "cat" {
		a, b = "cat", "other"
	}
	return e.Do("one sub-folder a class, e.g. %s, %s", filepath.Join(dir, a), filepath.Join(dir, b))
}

// summary says what is in a folder.
func summary(dir string, classes []class) string {
	endings := map[string]int{}
	add := func(ext string, n int) {
		if ext == "" {
			ext = "no ending"
		}
		endings[ext] += n
	}
	files := 0
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if !e.IsDir() {
			add(strings.ToLower(filepath.Ext(e.Name())), 1)
			files++
		}
	}
	for _, c := range classes {
		for x, n := range c.other {
			add(x, n)
			files += n
		}
		for _, f := range append(slices.Clone(c.pictures), c.texts...) {
			add(strings.ToLower(filepath.Ext(f)), 1)
			files++
		}
	}
	if files == 0 {
		return fmt.Sprintf("%s, no files", cli.Plural(len(classes), "sub-folder"))
	}
	var parts []string
	for x, n := range endings {
		parts = append(parts, fmt.Sprintf("%s %s", cli.Count(n), x))
	}
	sort.Strings(parts)
	return fmt.Sprintf("%s, %s (%s)", cli.Plural(len(classes), "sub-folder"), cli.Plural(files, "file"), cli.List(parts, 6))
}

// ignored notes the files that are neither.
func ignored(classes []class, k Kind) []string {
	total := map[string]int{}
	for _, c := range classes {
		for x, n := range c.other {
			total[x] += n
		}
		if k == Images && len(c.texts) > 0 {
			total[".txt"] += len(c.texts)
		}
		if k == Texts && len(c.pictures) > 0 {
			total["pictures"] += len(c.pictures)
		}
	}
	if len(total) == 0 {
		return nil
	}
	var parts []string
	for x, n := range total {
		if x == "" {
			x = "without ending"
		}
		parts = append(parts, fmt.Sprintf("%s %s", cli.Count(n), x))
	}
	sort.Strings(parts)
	return []string{"left out: files that are no " + k.Noun() + "s: " + cli.List(parts, 6)}
}

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
