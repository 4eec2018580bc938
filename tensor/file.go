package tensor

import (
	"io"
	"os"
	"path/filepath"
)

// writeFile lets write fill a file beside path, syncs it and renames it, so
// that path always holds either its old content or all of the new.
func writeFile(path string, write func(io.Writer) error) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return wrap(err)
	}
	defer func() {
		if err != nil {
			f.Close() // twice is harmless
			os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	// CreateTemp makes files private; a written array is as open as others.
	if err := f.Chmod(mode(path)); err != nil {
		return wrap(err)
	}
	if err := f.Sync(); err != nil {
		return wrap(err)
	}
	if err := f.Close(); err != nil {
		return wrap(err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return wrap(err)
	}
	syncDir(dir)
	return nil
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
