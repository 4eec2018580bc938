//go:build !js && !wasip1 && !plan9

package main

import (
	"os/signal"
	"syscall"
)

// ignoreBrokenPipe lets a write to a closed pipe return an error.
func ignoreBrokenPipe() { signal.Ignore(syscall.SIGPIPE) }
