package appendfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// full is a disk that takes only so many bytes.
type full struct {
	*os.File
	room int64
}

func (f *full) WriteAt(b []byte, at int64) (int, error) {
	if at+int64(len(b)) <= f.room {
		return f.File.WriteAt(b, at)
	}
	n, _ := f.File.WriteAt(b[:max(0, f.room-at)], at)
	return n, syscall.ENOSPC
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return string(b)
}

// TestFullDisk: nothing is torn, nothing is lost once there is room again.
func TestFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	must(t, os.WriteFile(path, []byte("old\n"), 0o600))
	f, err := Open(path)
	must(t, err)
	disk := &full{f.f.(*os.File), 9}
	f.f = disk
	f.Append([]byte("one\n"))
	must(t, f.Flush())
	f.Append([]byte("two\n"))
	if err := f.Flush(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v, want that the disk is full", err)
	}
	if got := content(t, path); got != "old\none\n" {
		t.Errorf("the file holds %q", got)
	}
	f.Append([]byte("three\n"))
	if f.Size() != 18 || f.Waiting() != 10 {
		t.Errorf("size %d, waiting %d", f.Size(), f.Waiting())
	}
	disk.room = 100
	must(t, f.Close())
	if got := content(t, path); got != "old\none\ntwo\nthree\n" {
		t.Errorf("the file holds %q", got)
	}
}

// TestNeverWritten: Close says what is missing.
func TestNeverWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	f, err := Open(path)
	must(t, err)
	f.f = &full{f.f.(*os.File), 0}
	f.Append(make([]byte, limit-1))
	f.Append([]byte("ab"))
	if f.Lost() != 1 {
		t.Errorf("lost %d", f.Lost())
	}
	if err := f.Close(); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "the last 16777215 bytes are not in "+path) || !strings.Contains(err.Error(), "1 records") {
		t.Errorf("got %v", err)
	}
}

func TestCut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	f, err := Open(path)
	must(t, err)
	f.Append([]byte("abc"))
	must(t, f.Flush())
	f.Append([]byte("def"))
	for _, n := range []int64{9, 5, 2} {
		must(t, f.Cut(n))
		if f.Size() != min(n, 6) {
			t.Errorf("cut to %d: size %d", n, f.Size())
		}
	}
	f.Append([]byte("x"))
	must(t, f.Close())
	if got := content(t, path); got != "abx" {
		t.Errorf("the file holds %q", got)
	}
}
