// Package pages gives large blocks of memory that the system maps in few, large pages.
//
// A training step of a recurrent layer walks through tens of megabytes in steps
// of several kilobytes. In pages of 4 KiB nearly every step asks for a
// translation that the processor does not remember, and waits for it.
package pages

import "unsafe"

const (
	line  = 64      // bytes of a cache line
	large = 2 << 20 // bytes of a large page, on the machines that have one of this size
	least = 4 * large
)

// Floats returns n zeros that begin at a cache line. From 8 MiB on they begin at
// a large page, and the system is asked for such pages; that it refuses is no
// error. Floats never returns nil.
func Floats(n int) []float32 {
	if 4*n < least {
		return aligned(n, line)
	}
	x := aligned(n, large)
	const floats = large / 4
	whole := x[:n/floats*floats]
	advise(unsafe.Slice((*byte)(unsafe.Pointer(&whole[0])), 4*len(whole)))
	return x
}

// aligned returns n zeros whose address is a multiple of a.
func aligned(n, a int) []float32 {
	s := make([]float32, n+a/4)
	skip := 0
	if past := int(uintptr(unsafe.Pointer(&s[0])) % uintptr(a)); past != 0 {
		skip = (a - past) / 4
	}
	return s[skip : skip+n : skip+n]
}
