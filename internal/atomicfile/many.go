package atomicfile

import (
	"os"
	"path/filepath"
)

// WriteMany is [WriteBytes] for one of very many files, without waiting for the
// disk: a killed program leaves the file whole or not there, but a power cut
// may leave it short. The disk begins at once, so that little is left to wait
// for at the end. Who writes so keeps a list of the sizes to check against,
// and calls [SyncTree] at the end.
func WriteMany(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(data); err != nil {
		return err
	}
	startSync(f)
	if err := f.Chmod(mode(path)); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
