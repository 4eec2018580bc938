package pages

import (
	"runtime"
	"testing"
	"unsafe"
)

func TestFloats(t *testing.T) {
	for _, n := range []int{0, 1, 15, 1 << 10, least/4 - 1, least / 4, least/4 + 1, 5*large/4 + 7} {
		for range 3 { // memory of the rounds before comes back
			x := Floats(n)
			if x == nil || len(x) != n || cap(x) != n {
				t.Fatalf("Floats(%d) has length %d and capacity %d", n, len(x), cap(x))
			}
			for i, v := range x {
				if v != 0 {
					t.Fatalf("Floats(%d)[%d] = %v", n, i, v)
				}
				x[i] = 1
			}
			want := uintptr(line)
			if 4*n >= least {
				want = large
			}
			if at := uintptr(unsafe.Pointer(unsafe.SliceData(x))); at%want != 0 {
				t.Errorf("Floats(%d) begins at %#x, no multiple of %d", n, at, want)
			}
			x = nil
			runtime.GC()
		}
	}
}
