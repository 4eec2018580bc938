//go:build !linux || !amd64

package iofault

import (
	"errors"
	"os/exec"
)

// Supported reports whether this system lets Run work.
func Supported() bool { return false }

// Run is only there where Supported is true.
func Run(*exec.Cmd, []string, func(Call) Fault) (int, error) {
	return 0, errors.New("iofault: not on this system")
}
