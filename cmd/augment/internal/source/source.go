// Package source finds the pictures below a folder and their classes.
package source

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/cli"
)

// Extensions are those of pictures: Keras' and those of all formats that are read.
var Extensions = append(slices.Clone(image.Extensions), "webp", "pbm", "pgm", "pnm")

// A File is a picture.
type File struct {
	Name  string // slash path below the folder
	Class int    // number of its class
	Key   string // the name without extension, different for all files
	Index int    // place among all files that were found, from which randomness is drawn
}

// A Tree is what was found.
type Tree struct {
	Dir     string
	Files   []File
	Classes []string       // the folders in Dir, sorted; one empty name when pictures lie in Dir itself
	Counts  []int          // pictures of each class
	Bad     []Bad          // files whose names cannot be written down
	Others  map[string]int // files that are no pictures, by extension
	Loops   []string       // links that lead back to where they are
}

// Bad is a file that cannot be used.
type Bad struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// Config says what is looked for.
type Config struct {
	FollowLinks bool
	Exclude     []string // folders that are left out, such as one of masks
	Split       float64  // part of each class that is for validation
	Subset      string   // "", training or validation
}

// Scan finds all pictures. They are sorted by folder, then by name, as Keras
// sorts them.
func Scan(dir string, c Config) (*Tree, error) {
	if err := Folder(dir); err != nil {
		return nil, err
	}
	w := &walker{Tree: &Tree{Dir: dir, Others: map[string]int{}}, c: c, visiting: map[string]bool{}}
	if err := w.walk(dir, ""); err != nil {
		return nil, cli.Errorf(cli.Failed, "cannot list %s: %w", cli.Quote(dir), err)
	}
	w.finish()
	if len(w.Files) == 0 {
		return nil, w.nothing()
	}
	return w.Tree, nil
}

// Folder refuses what is no folder.
func Folder(dir string) error {
	switch st, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return cli.Errorf(cli.BadData, "there is no folder %s", cli.Quote(dir)).Do("augment IN OUT: IN holds the pictures, in one sub-folder a class or all together")
	case err != nil:
		return cli.Errorf(cli.Failed, "%s: %w", cli.Quote(dir), err)
	case !st.IsDir():
		return cli.Errorf(cli.BadData, "%s is a file, not a folder", cli.Quote(dir)).Do("put the pictures into a folder: augment photos out")
	}
	return nil
}

type walker struct {
	*Tree
	c        Config
	visiting map[string]bool // to get out of links that lead in a circle
}

func (w *walker) walk(path, rel string) error {
	if slices.ContainsFunc(w.c.Exclude, func(e string) bool { return Same(e, path) }) {
		return nil
	}
	if w.c.FollowLinks {
		real, err := filepath.EvalSymlinks(path)
		if err != nil {
			return err
		}
		if w.visiting[real] {
			w.Loops = append(w.Loops, rel)
			return nil
		}
		w.visiting[real] = true
		defer delete(w.visiting, real)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	var folders []string
	for _, e := range entries {
		name, full := join(rel, e.Name()), filepath.Join(path, e.Name())
		mode := e.Type()
		if mode&fs.ModeSymlink != 0 {
			st, err := os.Stat(full)
			if err != nil {
				if image.HasExtension(name, Extensions) && utf8.ValidString(name) {
					w.Bad = append(w.Bad, Bad{name, "it is a link to nothing, or to itself"})
				}
				continue
			}
			if mode = st.Mode().Type(); mode.IsDir() && !w.c.FollowLinks {
				continue
			}
		}
		switch {
		case mode.IsDir():
			if !strings.HasPrefix(e.Name(), ".") {
				folders = append(folders, e.Name())
			}
		case !mode.IsRegular():
			// Pipes, sockets and devices would block.
		case strings.HasPrefix(e.Name(), "."):
			// Such as ._cat.jpg, which macOS leaves on other disks.
		case !image.HasExtension(name, Extensions):
			w.Others[strings.ToLower(filepath.Ext(name))]++
		case !utf8.ValidString(name):
			w.Bad = append(w.Bad, Bad{fmt.Sprintf("%q", name), "its name is not UTF-8; rename it"})
		default:
			w.Files = append(w.Files, File{Name: name})
		}
	}
	for _, f := range folders {
		if err := w.walk(filepath.Join(path, f), join(rel, f)); err != nil {
			return err
		}
	}
	return nil
}

func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// finish sorts the files and gives them classes, keys and numbers.
func (w *walker) finish() {
	slices.SortFunc(w.Files, func(a, b File) int {
		if c := strings.Compare(folder(a.Name), folder(b.Name)); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	for i := range w.Files {
		w.Files[i].Index = i
	}
	w.keys()
	at := map[string]int{}
	for _, f := range w.Files {
		at[class(f.Name)] = 0
	}
	for c := range at {
		w.Classes = append(w.Classes, c)
	}
	slices.Sort(w.Classes)
	for i, c := range w.Classes {
		at[c] = i
	}
	for i := range w.Files {
		w.Files[i].Class = at[class(w.Files[i].Name)]
	}
	w.Counts = w.count()
	if w.c.Subset != "" {
		w.keep()
		w.Counts = w.count()
	}
}

func (w *walker) count() []int {
	n := make([]int, len(w.Classes))
	for _, f := range w.Files {
		n[f.Class]++
	}
	return n
}

// keep leaves the files of the subset: of each class, as in Keras, the first
// ones are for validation.
func (w *walker) keep() {
	seen := make([]int, len(w.Classes))
	w.Files = slices.DeleteFunc(w.Files, func(f File) bool {
		n := seen[f.Class]
		seen[f.Class]++
		return (n < int(w.c.Split*float64(w.Counts[f.Class]))) != (w.c.Subset == "validation")
	})
}

func folder(name string) string {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i]
	}
	return ""
}

func class(name string) string {
	c, _, ok := strings.Cut(name, "/")
	if !ok {
		return ""
	}
	return c
}

// keys gives each file the name of what is made of it: its own without the
// extension, with the extension where two files differ only in that, or in
// the case of letters, which not all disks tell apart.
func (w *walker) keys() {
	used := make(map[string]int, len(w.Files))
	stem := func(name string) string { return strings.TrimSuffix(name, filepath.Ext(name)) }
	for _, f := range w.Files {
		used[strings.ToLower(stem(f.Name))]++
	}
	taken := make(map[string]bool, len(w.Files))
	for i := range w.Files {
		f := &w.Files[i]
		f.Key = stem(f.Name)
		if used[strings.ToLower(f.Key)] > 1 {
			f.Key += "_" + strings.TrimPrefix(filepath.Ext(f.Name), ".")
		}
		for n := 2; taken[strings.ToLower(f.Key)] || f.Key != stem(f.Name) && used[strings.ToLower(f.Key)] > 0; n++ {
			f.Key = fmt.Sprintf("%s_%s_%d", stem(f.Name), strings.TrimPrefix(filepath.Ext(f.Name), "."), n)
		}
		taken[strings.ToLower(f.Key)] = true
	}
}

// Hash is one for the names of all files, to see whether the folder is the same.
func (t *Tree) Hash() string {
	h := sha256.New()
	for _, f := range t.Files {
		h.Write([]byte(f.Name))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Names returns the paths of all files.
func (t *Tree) Names() []string {
	names := make([]string, len(t.Files))
	for i, f := range t.Files {
		names[i] = f.Name
	}
	return names
}

// Path returns where a file is.
func (t *Tree) Path(f File) string { return filepath.Join(t.Dir, filepath.FromSlash(f.Name)) }

// nothing explains why there is no picture.
func (w *walker) nothing() error {
	if w.c.Subset != "" && len(w.Counts) > 0 {
		return cli.Errorf(cli.BadData, "the %s subset of %s has no pictures: --validation-split %g of so few is none", w.c.Subset, cli.Quote(w.Dir), w.c.Split).
			Do("choose another --validation-split")
	}
	e := cli.Errorf(cli.BadData, "%s has no pictures", cli.Quote(w.Dir))
	var found []string
	for ext, n := range w.Others {
		if ext == "" {
			ext = "files without extension"
		}
		found = append(found, fmt.Sprintf("%s %s", cli.Count(n), ext))
	}
	slices.Sort(found)
	switch {
	case len(w.Bad) > 0:
		for _, b := range w.Bad {
			e.Why("%s: %s", b.Name, b.Reason)
		}
		return e.Do("rename or replace these files")
	case len(w.Loops) > 0:
		return e.Why("found: links that lead in a circle: %s", cli.List(w.Loops, 5)).Do("name the folder that they should lead to")
	case len(found) == 0:
		e.Why("found: nothing")
	default:
		e.Why("found: %s", cli.List(found, 8))
	}
	return e.Why("want:  files ending in %s", strings.Join(Extensions, ", ")).Do("name the folder that holds them, or --follow-links if it holds links to folders")
}
