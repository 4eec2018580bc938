package image

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
	"unsafe"
)

// A disk opens files of the operating system, one at a time, without the
// memory that package os takes for each of them: reading a directory of pictures
// over and over allocates nothing.
type disk struct {
	path []byte // ends in a zero
	fd   int
	stat syscall.Stat_t
}

// atCurrent says that paths begin at the current directory: AT_FDCWD.
const atCurrent = ^uintptr(99)

// Open opens a file. What fails is left to package os, which knows to explain.
func (d *disk) Open(name string) (fs.File, error) {
	d.path = append(append(d.path[:0], name...), 0)
	if bytes.IndexByte(d.path, 0) != len(name) {
		return os.Open(name)
	}
	for {
		fd, _, errno := syscall.Syscall6(syscall.SYS_OPENAT, atCurrent, uintptr(unsafe.Pointer(&d.path[0])), syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_LARGEFILE, 0, 0, 0)
		switch errno {
		case 0:
			d.fd = int(fd)
			return d, nil
		case syscall.EINTR:
		default:
			return os.Open(name)
		}
	}
}

func (d *disk) Read(p []byte) (int, error) {
	for {
		n, err := syscall.Read(d.fd, p)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return 0, &fs.PathError{Op: "read", Path: string(d.path[:len(d.path)-1]), Err: err}
		case n == 0 && len(p) > 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

func (d *disk) Close() error { return syscall.Close(d.fd) }

// Stat returns d, which is its own description.
func (d *disk) Stat() (fs.FileInfo, error) {
	return d, syscall.Fstat(d.fd, &d.stat)
}

func (d *disk) Name() string { return string(d.path[:len(d.path)-1]) }
func (d *disk) Size() int64  { return d.stat.Size }
func (d *disk) IsDir() bool  { return d.stat.Mode&syscall.S_IFMT == syscall.S_IFDIR }
func (d *disk) Sys() any     { return &d.stat }

// Mode and ModTime are never asked for here.
func (d *disk) Mode() fs.FileMode {
	if d.IsDir() {
		return fs.ModeDir
	}
	return 0
}
func (d *disk) ModTime() time.Time { return time.Unix(d.stat.Mtim.Unix()) }
