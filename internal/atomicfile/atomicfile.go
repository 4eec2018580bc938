// Package atomicfile writes files so that a crash at any moment leaves either
// the old content or all of the new.
package atomicfile

import (
	"io"
	"os"
	"path/filepath"
)

// Write lets write fill a file beside path, syncs it, renames it to path and
// syncs the directory. When anything fails the file beside is removed and path
// is untouched.
func Write(path string, write func(io.Writer) error) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close() // twice is harmless
			os.Remove(f.Name())
		}
	}()
	if err := write(Early(f)); err != nil {
		return err
	}
	// CreateTemp makes files private; what is written is as open as others.
	if err := f.Chmod(mode(path)); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	syncDir(dir)
	return nil
}

// Early is a writer to f that lets the disk begin now and then, so that little is
// left for Sync to wait for.
func Early(f *os.File) io.Writer { return &early{f: f} }

type early struct {
	f       *os.File
	waiting int // bytes that the disk was not told of
}

const earlyBytes = 8 << 20

func (e *early) Write(b []byte) (int, error) {
	n, err := e.f.Write(b)
	if e.waiting += n; e.waiting >= earlyBytes {
		startSync(e.f)
		e.waiting = 0
	}
	return n, err
}

// WriteBytes writes data to path.
func WriteBytes(path string, data []byte) error {
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// mode is that of the file that is replaced, else 0644.
func mode(path string) os.FileMode {
	if info, err := os.Stat(path); err == nil {
		return info.Mode().Perm()
	}
	return 0o644
}

// syncDir makes the new name durable where the system can do so; the file is
// whole either way.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
