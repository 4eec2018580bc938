package jpeg

import (
	"errors"
	"fmt"
)

// The kinds of errors, for errors.Is.
var (
	ErrFormat      = errors.New("not a sound JPEG")
	ErrUnsupported = errors.New("a kind of JPEG that is not read")
	ErrTruncated   = errors.New("the data end early")
	ErrScans       = errors.New("too many scans")
	ErrDeadline    = errors.New("decoding takes too long")
)

func damaged(format string, a ...any) error {
	return fmt.Errorf("%w: %s", ErrFormat, fmt.Sprintf(format, a...))
}

func unsupported(format string, a ...any) error {
	return fmt.Errorf("%w: %s", ErrUnsupported, fmt.Sprintf(format, a...))
}

// frameName says what the frames are that are not decoded.
func frameName(marker byte) string {
	switch marker {
	case 0xC3:
		return "lossless"
	case 0xC5, 0xC6, 0xC7:
		return "hierarchical"
	case 0xC9, 0xCA:
		return "arithmetic coding"
	case 0xCB:
		return "lossless with arithmetic coding"
	}
	return "hierarchical with arithmetic coding"
}
