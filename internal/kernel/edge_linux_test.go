package kernel

import (
	"sync"
	"syscall"
	"unsafe"
)

// edges are pieces of memory, each before a page that must not be read.
var edges = sync.OnceValue(func() (e [2][]byte) {
	page := syscall.Getpagesize()
	for i := range e {
		m, err := syscall.Mmap(-1, 0, 17*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			panic(err)
		}
		if err := syscall.Mprotect(m[16*page:], syscall.PROT_NONE); err != nil {
			panic(err)
		}
		e[i] = m[:16*page]
	}
	return e
})

// atEdge copies x to the end of piece i: reading on ends the program.
func atEdge(i int, x []float32) []float32 {
	if len(x) == 0 {
		return x
	}
	e := edges()[i]
	y := unsafe.Slice((*float32)(unsafe.Pointer(&e[len(e)-4*len(x)])), len(x))
	copy(y, x)
	return y
}
