package atomicfile

import (
	"os"

	"golang.org/x/sys/unix"
)

// SyncTree brings everything that was written below a directory to the disk.
func SyncTree(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return os.NewSyscallError("syncfs", unix.Syncfs(int(f.Fd())))
}
