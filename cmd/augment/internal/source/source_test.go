package source

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func folderOf(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, n := range names {
		path := filepath.Join(dir, n)
		os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Keras sorts by folder, then by name; classes are the first folders.
func TestScan(t *testing.T) {
	dir := folderOf(t, "b/2.png", "b/10.jpg", "a/z.JPEG", "a/sub/y.bmp", "a.x/1.png", "top.gif", "a/notes.txt", "a/._z.jpg", ".hidden/1.png", "b/1.webp")
	tree, err := Scan(dir, Config{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"top.gif", "a/z.JPEG", "a.x/1.png", "a/sub/y.bmp", "b/1.webp", "b/10.jpg", "b/2.png"}
	if !slices.Equal(tree.Names(), want) {
		t.Errorf("files %v, want %v", tree.Names(), want)
	}
	if !slices.Equal(tree.Classes, []string{"", "a", "a.x", "b"}) || !slices.Equal(tree.Counts, []int{1, 2, 1, 3}) {
		t.Errorf("classes %v, %v", tree.Classes, tree.Counts)
	}
	if tree.Others[".txt"] != 1 {
		t.Errorf("others %v", tree.Others)
	}
	less, err := Scan(dir, Config{Exclude: []string{filepath.Join(dir, "b")}})
	if err != nil || len(less.Files) != 4 {
		t.Errorf("without b: %v, %v", less, err)
	}
	if less.Hash() == tree.Hash() {
		t.Error("other names have the same hash")
	}
}

// Validation is the first part of each class, training the rest; randomness
// goes by the place among all.
func TestSubset(t *testing.T) {
	dir := folderOf(t, "a/1.png", "a/2.png", "a/3.png", "a/4.png", "a/5.png", "b/1.png", "b/2.png", "b/3.png")
	v, err := Scan(dir, Config{Split: 0.4, Subset: "validation"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Scan(dir, Config{Split: 0.4, Subset: "training"})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"a/1.png", "a/2.png", "b/1.png"}; !slices.Equal(v.Names(), want) { // int(0.4·5) and int(0.4·3)
		t.Errorf("validation %v, want %v", v.Names(), want)
	}
	if len(r.Files) != 5 || r.Files[0].Index != 2 || !slices.Equal(r.Counts, []int{3, 2}) {
		t.Errorf("training %v", r.Files)
	}
	if _, err := Scan(dir, Config{Split: 0.1, Subset: "validation"}); err == nil {
		t.Error("an empty subset is accepted")
	}
}

// No two files have the same key, whatever their names and the case of letters.
func TestKeys(t *testing.T) {
	dir := folderOf(t, "x.png", "x.jpg", "X.bmp", "x_png.gif", "y.png", "s/x.png")
	tree, err := Scan(dir, Config{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, f := range tree.Files {
		if other, ok := seen[f.Key]; ok {
			t.Errorf("%s and %s have the key %s", f.Name, other, f.Key)
		}
		seen[f.Key] = f.Name
	}
	for key, want := range map[string]string{"y": "y.png", "s/x": "s/x.png", "x_png": "x_png.gif", "x_jpg": "x.jpg", "x_png_2": "x.png"} {
		if seen[key] != want {
			t.Errorf("key %s is of %q, want %q; all: %v", key, seen[key], want, seen)
		}
	}
}

func TestInside(t *testing.T) {
	dir := folderOf(t, "a/b/c.png")
	for _, c := range []struct {
		path, dir string
		want      bool
	}{
		{"a/b", "a", true}, {"a", "a", false}, {"a", "a/b", false}, {"ab", "a", false}, {"a/new/deep", "a", true}, {"a/../x", "a", false}, {"a/..x", "a", true},
	} {
		if got := Inside(filepath.Join(dir, "q", "..", c.path), filepath.Join(dir, c.dir)); got != c.want {
			t.Errorf("%s inside %s: %v", c.path, c.dir, got)
		}
	}
}
