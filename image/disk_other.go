//go:build !linux

package image

import (
	"io/fs"
	"os"
)

// A disk opens any file of the operating system, unlike os.DirFS.
type disk struct{}

func (*disk) Open(name string) (fs.File, error) { return os.Open(name) }
