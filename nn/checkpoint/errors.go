package checkpoint

import "fmt"

// A VersionError says that a file is of another version of the format.
type VersionError struct {
	Format  string
	Version int
}

func (e *VersionError) Error() string {
	if e.Format != formatName {
		return fmt.Sprintf("the format is %q, want %q", e.Format, formatName)
	}
	return fmt.Sprintf("the format has version %d, known here is %d; go on with the program that wrote it", e.Version, Version)
}

// A DamagedError says that a checkpoint cannot be read. [Dir] warns of it and
// goes on from the one before.
type DamagedError struct {
	Path   string
	Err    error
	Before string // the one that takes its place; "": none
}

func (e *DamagedError) Error() string {
	s := fmt.Sprintf("checkpoint: %s is damaged: %v", e.Path, e.Err)
	if e.Before != "" {
		s += "; going on from " + e.Before
	}
	return s
}

func (e *DamagedError) Unwrap() error { return e.Err }

// A WriteError says that a checkpoint could not be written. The ones before are
// as they were. During training [Dir] warns of it and tries again.
type WriteError struct {
	Path string
	Err  error
}

func (e *WriteError) Error() string {
	return fmt.Sprintf("checkpoint: cannot write %s: %v; the checkpoints before it are as they were", e.Path, e.Err)
}

func (e *WriteError) Unwrap() error { return e.Err }
