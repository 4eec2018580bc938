package hdf5

import (
	"errors"
	"fmt"
)

// ErrNotHDF5 is wrapped by errors about files of another kind.
var ErrNotHDF5 = errors.New("not an HDF5 file")

// ErrNotFound is wrapped by errors about objects and attributes that are not there.
var ErrNotFound = errors.New("not there")

// An Error says what is wrong with a file, and where.
type Error struct {
	Path   string // of the object in the file
	Offset int64  // in bytes; -1: no place
	Err    error
}

func (e *Error) Error() string {
	s := "hdf5: "
	if e.Path != "" {
		s += e.Path + ": "
	}
	if e.Offset >= 0 {
		s += fmt.Sprintf("at byte %d: ", e.Offset)
	}
	return s + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// at is an error at a place of the file.
func at(offset int64, format string, args ...any) error {
	return &Error{Offset: offset, Err: fmt.Errorf(format, args...)}
}

// in adds the path of an object to an error.
func in(path string, err error) error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		if e.Path == "" {
			return &Error{path, e.Offset, e.Err}
		}
		return err
	}
	return &Error{path, -1, err}
}
