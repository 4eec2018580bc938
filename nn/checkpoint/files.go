package checkpoint

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/antler-ml/antler/internal/atomicfile"
)

// files is all that the package does with the disk; tests let each call fail.
type files interface {
	MkdirAll(dir string) error
	ReadDir(dir string) ([]string, error)
	Create(path string) (file, error)
	Open(path string) (reader, error)
	Rename(from, to string) error
	Remove(path string) error
	SyncDir(dir string) error
}

type file interface {
	io.Writer
	Sync() error
	Close() error
}

type reader interface {
	io.ReaderAt
	Size() (int64, error)
	Close() error
}

// disk is the real thing.
type disk struct{}

func (disk) MkdirAll(dir string) error    { return os.MkdirAll(dir, 0o755) }
func (disk) Rename(from, to string) error { return os.Rename(from, to) }
func (disk) Remove(path string) error     { return os.Remove(path) }
func (disk) Create(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	return written{f, atomicfile.Early(f)}, err
}

// written is a file whose bytes are on their way to the disk before Sync.
type written struct {
	*os.File
	early io.Writer
}

func (w written) Write(b []byte) (int, error) { return w.early.Write(b) }

func (disk) ReadDir(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

func (disk) Open(path string) (reader, error) {
	f, err := os.Open(path)
	return diskFile{f}, err
}

// SyncDir makes new names durable, where the system can do so.
func (disk) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}

type diskFile struct{ *os.File }

func (f diskFile) Size() (int64, error) {
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}
