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

// startSync lets the disk begin with a file. It is a hint, so it cannot fail.
func startSync(f *os.File) {
	_ = unix.SyncFileRange(int(f.Fd()), 0, 0, unix.SYNC_FILE_RANGE_WRITE)
}
