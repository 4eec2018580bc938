//go:build unix

package augment

import (
	"path/filepath"
	"syscall"
	"testing"
)

// A pipe that nobody writes to is no picture.
func TestPipesAreNoPictures(t *testing.T) {
	root := put(t, map[string][]byte{"a/1.png": encoded(t, "png", 1, 6, 5), "b/2.png": encoded(t, "png", 2, 6, 5)})
	if err := syscall.Mkfifo(filepath.Join(root, "a", "pipe.png"), 0o644); err != nil {
		t.Skip(err)
	}
	for _, follow := range []bool{false, true} {
		fl, err := (&ImageDataGenerator{}).FlowFromDirectory(root, FlowConfig{FollowLinks: follow, OnError: Skip, TargetSize: [2]int{4, 4}})
		if err != nil || fl.Samples() != 2 || len(fl.Bad()) != 0 {
			t.Errorf("%v %v", fl, err)
		}
	}
}
