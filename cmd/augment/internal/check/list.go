package check

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// formats are the extensions of pictures and the format that belongs to each.
var formats = map[string]string{
	"jpg": "jpeg", "jpeg": "jpeg", "jpe": "jpeg", "jfif": "jpeg", "png": "png", "apng": "png", "gif": "gif", "bmp": "bmp", "dib": "bmp",
	"tif": "tiff", "tiff": "tiff", "webp": "webp", "ppm": "ppm", "pgm": "ppm", "pbm": "ppm", "pnm": "ppm", "pam": "ppm",
}

// A file is a picture to be checked.
type File struct {
	Name  string // relative to the root, with slashes
	Class string // the folder it is in; empty: none
	Part  string // train, validation …, where the folders are so named
}

// A Listing is what was found in a folder.
type Listing struct {
	Files []File
	Other map[string]int // files that are no pictures, by extension
}

// parts are names of folders that are parts of a data set rather than classes.
var parts = []string{"train", "training", "validation", "valid", "val", "test", "testing"}

// List lists the pictures below a folder, in the order of their names.
func List(root string) (*Listing, error) {
	if st, err := os.Stat(root); err != nil {
		return nil, fmt.Errorf("check: %w", err)
	} else if !st.IsDir() {
		return nil, fmt.Errorf("check: %s is no folder", root)
	}
	l := &Listing{Other: map[string]int{}}
	top := map[string]bool{} // sub-folders with pictures
	// The separator at the end makes a link of the root itself followed.
	err := filepath.WalkDir(root+string(filepath.Separator), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		t := d.Type()
		if t == fs.ModeSymlink {
			st, err := os.Stat(path)
			if err != nil || !st.Mode().IsRegular() {
				return nil // a link to nowhere, or to a folder
			}
		} else if !t.IsRegular() {
			return nil
		}
		ext := strings.ToLower(strings.TrimPrefix(filepath.Ext(path), "."))
		if formats[ext] == "" {
			l.Other[ext]++
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		l.Files = append(l.Files, File{Name: name})
		first, _, below := strings.Cut(name, "/")
		top[first] = top[first] || below
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	split := len(top) > 1
	for name, folder := range top {
		split = split && folder && slices.Contains(parts, strings.ToLower(name))
	}
	slices.SortFunc(l.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	for i := range l.Files {
		f := &l.Files[i]
		folders := strings.Split(f.Name, "/")
		folders = folders[:len(folders)-1]
		if split {
			f.Part, folders = folders[0], folders[1:]
		}
		if len(folders) > 0 {
			f.Class = folders[0]
		}
	}
	return l, nil
}
