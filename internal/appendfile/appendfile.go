// Package appendfile writes logs that grow record by record and must outlive a
// full disk: what could not be written is kept and tried again, and a torn tail
// is taken back.
package appendfile

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// limit is how much may wait for the disk.
const limit = 16 << 20

// A File is a file that only grows. It is not safe for concurrent use.
type File struct {
	f interface {
		io.WriterAt
		Truncate(size int64) error
		Sync() error
		Close() error
	}
	name    string
	size    int64 // written whole
	pending []byte
	lost    int
}

// Open opens or makes a file. What it holds stays until [File.Cut].
func Open(path string) (*File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	return &File{f: f, name: path, size: st.Size()}, nil
}

// Size returns how long the file is once all is written.
func (f *File) Size() int64 { return f.size + int64(len(f.pending)) }

// Waiting returns how many bytes wait for [File.Flush].
func (f *File) Waiting() int { return len(f.pending) }

// Lost returns how many records were dropped, since too much waited for the disk.
func (f *File) Lost() int { return f.lost }

// Cut keeps the first n bytes only; n beyond the end changes nothing.
func (f *File) Cut(n int64) error {
	f.pending = f.pending[:max(0, min(int64(len(f.pending)), n-f.size))]
	if n >= f.size {
		return nil
	}
	if err := f.f.Truncate(n); err != nil {
		return err
	}
	f.size = n
	return nil
}

// Append adds a record, which Flush writes. When 16 MB wait already it is lost.
func (f *File) Append(record []byte) {
	if len(f.pending)+len(record) > limit {
		f.lost++
		return
	}
	f.pending = append(f.pending, record...)
}

// Flush writes what waits. After an error all of it waits still, and the file
// ends where it ended before, as far as the disk allows.
func (f *File) Flush() error {
	if len(f.pending) == 0 {
		return nil
	}
	if _, err := f.f.WriteAt(f.pending, f.size); err != nil {
		_ = f.f.Truncate(f.size) // what stays behind is written over by the next Flush
		return err
	}
	f.size += int64(len(f.pending))
	f.pending = f.pending[:0]
	return nil
}

// Close writes what waits, syncs and closes. Its error says what never came to
// the file.
func (f *File) Close() error {
	err := f.Flush()
	if err == nil {
		err = f.f.Sync()
	}
	if n := len(f.pending); n > 0 {
		err = fmt.Errorf("the last %d bytes are not in %s: %w", n, f.name, err)
	}
	if f.lost > 0 {
		err = errors.Join(err, fmt.Errorf("%d records are not in %s, which could not be written for long", f.lost, f.name))
	}
	return errors.Join(err, f.f.Close())
}
