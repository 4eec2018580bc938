//go:build !linux

package atomicfile

import (
	"io/fs"
	"os"
	"path/filepath"
)

// SyncTree brings everything that was written below a directory to the disk.
func SyncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		return f.Sync()
	})
}

func startSync(*os.File) {}
