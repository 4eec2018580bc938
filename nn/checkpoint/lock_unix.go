//go:build unix && !solaris && !aix

package checkpoint

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// lock makes sure that no other training writes into dir. It is the system's
// lock on the directory itself: it leaves nothing behind, however a program ends.
func lock(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("another training keeps its checkpoints in %s; wait until it ends, or use another directory", dir)
		}
		return func() {}, nil // a file system without locks
	}
	return func() { f.Close() }, nil
}
