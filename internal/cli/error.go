// Package cli holds what the three commands share: how errors look, exit
// codes, flags read from a struct, the terminal and the progress line.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// The exit codes of all commands.
const (
	OK         = 0
	Failed     = 1
	Usage      = 2  // flags or configuration
	BadData    = 3  // the data are not what they should be
	TryAgain   = 75 // a passing trouble, such as a full disk; the same command may succeed later
	Interrupt  = 130
	Terminated = 143
)

// An Error is what a user reads: what is wrong and where, why, and how to mend it.
type Error struct {
	Code  int
	What  string   // what and where, in one line without the program's name
	Lines []string // why: "found: …", names of files and the like
	Fix   string   // what to do about it; may be empty
	Err   error    // the cause, if it is an error itself
}

// Errorf makes an Error of one line. A %w among the verbs becomes its cause.
func Errorf(code int, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, What: err.Error(), Err: errors.Unwrap(err)}
}

// Why adds a line of explanation.
func (e *Error) Why(format string, args ...any) *Error {
	e.Lines = append(e.Lines, fmt.Sprintf(format, args...))
	return e
}

// Do sets the remedy.
func (e *Error) Do(format string, args ...any) *Error {
	e.Fix = fmt.Sprintf(format, args...)
	return e
}

func (e *Error) Error() string { return e.What }

func (e *Error) Unwrap() error { return e.Err }

// maxLines keeps a message on one screen.
const maxLines = 20

// A Signal is the cause of a context that a signal has ended.
type Signal struct{ os.Signal }

func (s Signal) Error() string { return "stopped by " + s.Signal.String() }

// Code is the exit code that goes with the signal.
func (s Signal) Code() int {
	if s.Signal == syscall.SIGTERM {
		return Terminated
	}
	return Interrupt
}

// Code returns the exit code for an error.
func Code(err error) int {
	var e *Error
	var s Signal
	switch {
	case err == nil:
		return OK
	case errors.As(err, &s):
		return s.Code()
	case errors.As(err, &e):
		return e.Code
	case errors.Is(err, context.Canceled):
		return Interrupt
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return TryAgain
	}
	return Failed
}

// Print writes an error in the form what – why – fix, the most important line last.
func Print(w io.Writer, program string, err error) {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{What: err.Error()}
		if Code(err) == TryAgain {
			e.Fix = "make room on the disk and run the same command again"
		}
	}
	// Causes may bring lines of their own; a stack is never shown.
	what := strings.Split(strings.TrimSpace(e.What), "\n")
	fmt.Fprintf(w, "%s: %s\n", program, what[0])
	lines := e.Lines
	more := 0
	if len(lines) > maxLines {
		more = len(lines) - (maxLines - 1)
		lines = lines[:maxLines-1]
	}
	for _, l := range lines {
		fmt.Fprintf(w, "  %s\n", l)
	}
	if more > 0 {
		fmt.Fprintf(w, "  … and %s more\n", Count(more))
	}
	if e.Fix != "" {
		fmt.Fprintf(w, "  fix:   %s\n", e.Fix)
	}
}
