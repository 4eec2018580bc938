package augment

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/printable"
	"github.com/antler-ml/antler/pipeline"
)

// A directory is what was found in one.
type directory struct {
	dir     string
	classes []string
	files   []string // relative to dir
	labels  []int
	skipped map[string]int // files that are no pictures, by extension
}

// scan lists the pictures of every class.
func scan(dir string, f *FlowConfig, split float64) (*directory, error) {
	d := &directory{dir: dir, classes: slices.Clone(f.Classes), skipped: map[string]int{}}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("augment: %w", err)
	}
	if len(d.classes) == 0 {
		for _, e := range entries {
			if st, err := os.Stat(filepath.Join(dir, e.Name())); err == nil && st.IsDir() {
				d.classes = append(d.classes, e.Name())
			} else if err == nil {
				d.skipped[strings.ToLower(filepath.Ext(e.Name()))]++
			}
		}
		slices.Sort(d.classes)
	}
	for k, class := range d.classes {
		if i := slices.Index(d.classes, class); i != k {
			return nil, fmt.Errorf("augment: Classes names %q twice", class)
		}
		root := filepath.Join(dir, class)
		if st, err := os.Stat(root); err != nil || !st.IsDir() {
			return nil, fmt.Errorf("augment: class %q has no directory %s; found %s", class, root, names(entries))
		}
		files, err := d.pictures(root, f.FollowLinks)
		if err != nil {
			return nil, err
		}
		n := float64(len(files))
		switch f.Subset {
		case Validation:
			files = files[:int(split*n)]
		case Training:
			files = files[int(split*n):]
		}
		for _, file := range files {
			d.files = append(d.files, filepath.Join(class, file))
			d.labels = append(d.labels, k)
		}
	}
	return d, nil
}

// pictures returns the picture files below root, relative to it, in Keras'
// order: by the path of their directory, then by name.
func (d *directory) pictures(root string, followLinks bool) ([]string, error) {
	type folder struct {
		path  string
		files []string
	}
	var folders []folder
	visiting := map[string]bool{} // to get out of links that lead in a circle
	var walk func(path string) error
	walk = func(path string) error {
		if followLinks {
			real, err := filepath.EvalSymlinks(path)
			if err != nil {
				return err
			}
			if visiting[real] {
				return nil
			}
			visiting[real] = true
			defer delete(visiting, real)
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			return err
		}
		at := len(folders)
		folders = append(folders, folder{path: path})
		for _, e := range entries {
			name := filepath.Join(path, e.Name())
			mode := e.Type()
			if e.Type()&fs.ModeSymlink != 0 {
				st, err := os.Stat(name)
				if err != nil {
					continue // a link to nowhere
				}
				if st.IsDir() && !followLinks {
					continue
				}
				mode = st.Mode()
			}
			switch {
			case mode.IsDir():
				if err := walk(name); err != nil {
					return err
				}
			case !mode.IsRegular(): // a pipe would make its reader wait for ever
			case image.HasExtension(name, extensions):
				folders[at].files = append(folders[at].files, name)
			default:
				d.skipped[strings.ToLower(filepath.Ext(name))]++
			}
		}
		return nil
	}
	if err := walk(root); err != nil {
		return nil, fmt.Errorf("augment: %w", err)
	}
	slices.SortStableFunc(folders, func(a, b folder) int { return strings.Compare(a.path, b.path) })
	var files []string
	for _, f := range folders {
		slices.Sort(f.files)
		for _, name := range f.files {
			rel, err := filepath.Rel(root, name)
			if err != nil {
				return nil, fmt.Errorf("augment: %w", err)
			}
			files = append(files, rel)
		}
	}
	return files, nil
}

// check reads all files.
func (d *directory) check(ctx context.Context, load image.LoadConfig, workers int) ([]BadFile, error) {
	in := func(yield func(int, error) bool) {
		for i := range d.files {
			if !yield(i, nil) {
				return
			}
		}
	}
	var bad []BadFile
	i := 0
	for _, err := range pipeline.Map(ctx, in, workers, func(_ context.Context, i int) (struct{}, error) {
		_, err := image.Load(filepath.Join(d.dir, d.files[i]), load)
		return struct{}{}, err
	}) {
		if ctx.Err() != nil {
			return bad, ctx.Err()
		}
		if err != nil {
			bad = append(bad, BadFile{filepath.Join(d.dir, d.files[i]), unwrap(err)})
		}
		i++
	}
	return bad, nil
}

// dropBad takes the files that cannot be read off the lists.
func (d *directory) dropBad(load image.LoadConfig, workers int) ([]BadFile, error) {
	bad, err := d.check(context.Background(), load, workers)
	if err != nil {
		return nil, err
	}
	drop := map[string]bool{}
	for _, b := range bad {
		drop[b.Path] = true
	}
	var files []string
	var labels []int
	for i, f := range d.files {
		if !drop[filepath.Join(d.dir, f)] {
			files, labels = append(files, f), append(labels, d.labels[i])
		}
	}
	d.files, d.labels = files, labels
	return bad, nil
}

// nothing explains why there is no picture.
func (d *directory) nothing(f *FlowConfig, bad []BadFile) error {
	switch {
	case len(bad) > 0:
		return fmt.Errorf("augment: none of the %d pictures in %s can be read; the first: %w", len(bad), d.dir, bad[0].Err)
	case len(d.classes) == 0:
		return fmt.Errorf("augment: %s has no sub-directories, want one for each class; it has %s. With a single class put the pictures into one sub-directory and use ClassMode None", d.dir, d.seen())
	case f.Subset != "":
		return fmt.Errorf("augment: subset %q of %s is empty; ValidationSplit is too small or too large for the number of pictures in each class", f.Subset, d.dir)
	}
	return fmt.Errorf("augment: %s has %d sub-directories (%s) but no file with one of the extensions %s in them; found %s",
		d.dir, len(d.classes), list(d.classes), strings.Join(extensions, ", "), d.seen())
}

// seen describes the files that are no pictures.
func (d *directory) seen() string {
	if len(d.skipped) == 0 {
		return "no files at all"
	}
	var parts []string
	for ext, n := range d.skipped {
		if ext == "" {
			ext = "without extension"
		}
		parts = append(parts, fmt.Sprintf("%d %s", n, printable.Name(ext)))
	}
	slices.Sort(parts)
	return "files " + strings.Join(parts, ", ")
}

func names(entries []os.DirEntry) string {
	var s []string
	for _, e := range entries {
		s = append(s, e.Name())
	}
	if len(s) == 0 {
		return "an empty directory"
	}
	return list(s)
}

func list(s []string) string {
	var shown []string
	for _, n := range s[:min(len(s), 8)] {
		shown = append(shown, printable.Name(n))
	}
	if len(s) > 8 {
		shown = append(shown, "…")
	}
	return strings.Join(shown, ", ")
}
