package npy

import (
	"fmt"
	"strconv"
)

// A DType is an element type: numpy's descr, such as "<f4".
type DType struct {
	Kind byte // 'b' bool, 'i' 'u' integers, 'f' floats, 'S' bytes, 'U' UTF-32 text
	Size int  // bytes of an element
	Big  bool // big-endian
}

// String returns numpy's descr.
func (d DType) String() string {
	order := "<"
	switch {
	case d.Kind == 'b' || d.Kind == 'S' || d.Size == 1 && d.Kind != 'U':
		order = "|"
	case d.Big:
		order = ">"
	}
	n := d.Size
	if d.Kind == 'U' {
		n /= 4
	}
	return fmt.Sprintf("%s%c%d", order, d.Kind, n)
}

// IsText reports whether elements are strings of a fixed size.
func (d DType) IsText() bool { return d.Kind == 'S' || d.Kind == 'U' }

// parseDType understands the descr of the types above.
func parseDType(s string) (DType, error) {
	rest := s
	var d DType
	if rest != "" {
		switch rest[0] {
		case '<', '|', '=':
			rest = rest[1:]
		case '>':
			d.Big = true
			rest = rest[1:]
		}
	}
	if rest == "?" {
		return DType{Kind: 'b', Size: 1}, nil
	}
	if rest == "" {
		return d, bad("unknown element type %q", s)
	}
	switch d.Kind = rest[0]; d.Kind {
	case 'c':
		return d, bad("complex numbers (%q) cannot be read; save the real and the imaginary part", s)
	case 'O':
		return d, bad("object arrays (%q) are pickles, which are never read; save numbers or fixed strings (astype)", s)
	case 'M', 'm':
		return d, bad("dates (%q) cannot be read; save astype('i8')", s)
	case 'V':
		return d, bad("raw records (%q) cannot be read; save each field, bfloat16 as float32", s)
	}
	n, err := strconv.Atoi(rest[1:])
	ok := err == nil
	d.Size = n
	switch d.Kind {
	case 'b':
		ok = ok && n == 1
	case 'i', 'u':
		ok = ok && (n == 1 || n == 2 || n == 4 || n == 8)
	case 'f':
		ok = ok && (n == 2 || n == 4 || n == 8)
	case 'S', 'a': // 'a' is an old name of 'S'
		d.Kind, ok = 'S', ok && n > 0 && n <= maxText
	case 'U':
		d.Size, ok = n*4, ok && n > 0 && n <= maxText
	default:
		ok = false
	}
	if !ok {
		return d, bad("unknown element type %q", s)
	}
	return d, nil
}

// maxText is the longest fixed string, in characters.
const maxText = 1 << 20
