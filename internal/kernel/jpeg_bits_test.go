package kernel

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/antler-ml/antler/internal/kernel/impltest"
)

// The assembly of jpegCoefs knows where the fields are.
func TestJPEGBitsLayout(t *testing.T) {
	var r JPEGBits
	got := [...]uintptr{unsafe.Offsetof(r.Buf), unsafe.Offsetof(r.Pos), unsafe.Offsetof(r.Acc), unsafe.Offsetof(r.N)}
	if unsafe.Sizeof(uintptr(0)) == 8 && got != [...]uintptr{0, 24, 32, 40} {
		t.Errorf("offsets %v", got)
	}
}

// Every implementation reads the same coefficients of any bits and any table.
func TestJPEGCoefsAreGo(t *testing.T) {
	impltest.All(t, "jpeg", func(t *testing.T) {
		rnd := rand.New(rand.NewPCG(9, 10))
		var zigzag [256]uint8
		for i := range zigzag {
			zigzag[i] = uint8(min(i, 63))
		}
		for range 2000 {
			var look [1 << JPEGLook]uint32
			for i := range look {
				length := uint32(1 + rnd.IntN(JPEGLook))
				switch run := uint32(rnd.IntN(4)); rnd.IntN(12) {
				case 0:
					look[i] = 129<<8 | length
				case 1:
					look[i] = uint32(1+rnd.IntN(10)|int(run)<<4)<<16 | JPEGLater | length
				case 2:
					look[i] = JPEGLater
				default:
					look[i] = rnd.Uint32()<<16 | (run+1)<<8 | length
				}
			}
			r := JPEGBits{Buf: make([]byte, 64+JPEGPadding)}
			for i := range 64 {
				r.Buf[i] = uint8(rnd.Uint32())
			}
			s := r
			var a, b [64]int16
			k := 1 + rnd.IntN(63)
			if x, y := JPEGCoefs(&r, &a, &look, &zigzag, k), jpegCoefsGo(&s, &b, &look, &zigzag, k); x != y || a != b || r.Pos*8-int(r.N) != s.Pos*8-int(s.N) {
				t.Fatalf("place %d, want %d; bit %d, want %d\n%v, want\n%v", x, y, r.Pos*8-int(r.N), s.Pos*8-int(s.N), a, b)
			}
		}
	})
}
