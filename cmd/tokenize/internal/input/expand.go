// Package input brings files, folders, globs and standard input into one form:
// a stream of valid UTF-8 with one row a line, which says of each row where it
// stood.
package input

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
)

// A Source is one thing to read.
type Source struct {
	Name string
	Size int64 // -1: not known
}

// Stdin is the name of standard input.
const Stdin = "-"

// Expand makes files of names of files, globs and folders (all files below,
// but hidden ones), in the order of the names given, sorted within each.
func Expand(names []string) ([]Source, error) {
	if len(names) == 0 {
		names = []string{Stdin}
	}
	var all []Source
	for _, name := range names {
		if name == Stdin {
			all = append(all, Source{name, -1})
			continue
		}
		info, err := os.Stat(name)
		switch {
		case err == nil && info.IsDir():
			below, err := walk(name)
			if err != nil {
				return nil, err
			}
			if len(below) == 0 {
				return nil, cli.Errorf(cli.BadData, "there is no file in the folder %s", name).Do("name a file, or another folder")
			}
			all = append(all, below...)
		case err == nil:
			all = append(all, source(name, info))
		case strings.ContainsAny(name, "*?["):
			matches, globErr := filepath.Glob(name)
			if globErr != nil {
				return nil, cli.Errorf(cli.Usage, "%s: %w", name, globErr)
			}
			n := len(all)
			for _, m := range matches {
				if info, err := os.Stat(m); err == nil && info.Mode().IsRegular() {
					all = append(all, source(m, info))
				}
			}
			if len(all) == n {
				return nil, cli.Errorf(cli.BadData, "no file matches %s", cli.Quote(name)).Do("look at the folder: ls %s", cli.Quote(filepath.Dir(name)))
			}
		case errors.Is(err, fs.ErrNotExist):
			return nil, missing(name)
		default:
			return nil, cli.Errorf(cli.Failed, "%w", err)
		}
	}
	return all, nil
}

// missing names a file that is nearly called so.
func missing(name string) error {
	e := cli.Errorf(cli.BadData, "there is no file %s", name)
	entries, err := os.ReadDir(filepath.Dir(name))
	if err != nil {
		return e.Do("there is no folder %s either; check the path", filepath.Dir(name))
	}
	var names []string
	for _, d := range entries {
		names = append(names, d.Name())
	}
	if near := nearest(filepath.Base(name), names); near != "" {
		return e.Do("did you mean %s?", filepath.Join(filepath.Dir(name), near))
	}
	return e.Do("look at the folder: ls %s", cli.Quote(filepath.Dir(name)))
}

func source(name string, info fs.FileInfo) Source {
	if !info.Mode().IsRegular() {
		return Source{name, -1}
	}
	return Source{name, info.Size()}
}

func walk(dir string) ([]Source, error) {
	var all []Source
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if hidden := strings.HasPrefix(d.Name(), ".") && path != dir; hidden {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		info, err := os.Stat(path) // through links
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		all = append(all, source(path, info))
		return nil
	})
	if err != nil {
		return nil, cli.Errorf(cli.Failed, "%w", err)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all, nil
}

// Total is the number of bytes of all sources, -1 when not known.
func Total(all []Source) int64 {
	n := int64(0)
	for _, s := range all {
		if s.Size < 0 {
			return -1
		}
		n += s.Size
	}
	return n
}
