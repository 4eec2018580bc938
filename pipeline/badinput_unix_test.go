//go:build unix

package pipeline_test

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/antler-ml/antler/pipeline"
)

// Pipes that nobody writes to, links in circles and to nowhere hold nothing up.
func TestFindLeavesPipesOut(t *testing.T) {
	root := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(root, "pipe.png"), 0o644); err != nil {
		t.Skip(err)
	}
	os.Mkdir(filepath.Join(root, "sub"), 0o755)
	os.WriteFile(filepath.Join(root, "sub", "a.png"), []byte("a"), 0o644)
	for link, to := range map[string]string{"sub/up": "..", "self.png": "self.png", "none.png": "nowhere", "folder.png": "sub", "b.png": "sub/a.png", "to-pipe.png": "pipe.png"} {
		if err := os.Symlink(to, filepath.Join(root, filepath.FromSlash(link))); err != nil {
			t.Skip(err)
		}
	}
	fsys := os.DirFS(root)
	found, err := pipeline.Find(fsys, ".", ".png")
	if err != nil || !slices.Equal(found, []string{"b.png", "sub/a.png"}) {
		t.Errorf("%q %v", found, err)
	}
	n := 0
	for f, err := range pipeline.ReadFiles(fsys, pipeline.List(found), 0).Items(t.Context(), 0) {
		if err != nil || string(f.Data) != "a" {
			t.Errorf("%v %v", f, err)
		}
		n++
	}
	if n != len(found) {
		t.Errorf("%d files were read", n)
	}
}
