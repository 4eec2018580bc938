// Package iofault runs a program and lets one of its calls to the system fail,
// as a full or broken disk would make them. The program is run as it is: its
// calls are intercepted with ptrace, so nothing in it knows of faults. Only tests
// import it.
package iofault

import "syscall"

// A Call is one to the system that concerns a file.
type Call struct {
	N     int    // from 0, among those that Run was asked to look at
	Name  string // openat, write, fsync …
	Path  string // of the file; of a renaming, its new path
	Write bool   // it changes something on the disk
}

// A Fault is what becomes of a call. The zero value lets it be.
type Fault struct {
	Errno syscall.Errno // that the call returns, without being made
	Short bool          // for a write: half of the bytes are written
}
