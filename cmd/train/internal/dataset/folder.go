package dataset

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/cli"
)

// The endings of files that are taken for pictures and for texts.
var (
	pictureEndings = []string{"jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff", "ppm", "pgm", "pbm", "pnm"}
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
		if set.Kind == Images {
			set.trace(trainDir, all)
		}
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
			// A pipe or a socket would be waited for for ever.
			if t := d.Type(); !t.IsRegular() && t != fs.ModeSymlink || strings.HasPrefix(d.Name(), ".") {
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
