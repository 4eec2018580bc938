package jpeg

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/antler-ml/antler/internal/kernel/impl"
)

// No input panics, reads out of bounds or takes long; whatever is decoded has
// all its rows.
func FuzzDecode(f *testing.F) {
	for i, c := range goldenCases(f) {
		if i%3 == 0 || c.Name[0] == 's' {
			f.Add(file(f, c.Name), uint8(i))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, how uint8) {
		var d Decoder
		h, err := d.ReadHeader(data)
		if err != nil || h.Width*h.Height > 1<<16 {
			return
		}
		var p picture
		c := Config{Scale: 1 << (how & 3), AllowTruncated: how&4 != 0, Luma: how&8 != 0, MaxScans: 50, Deadline: time.Now().Add(5 * time.Second)}
		err = d.Decode(c, &p)
		if err == nil && (p.rows != p.h || p.w != ceilDiv(h.Width, c.Scale) || p.h != ceilDiv(h.Height, c.Scale)) {
			t.Fatalf("%d of %d rows of %d, from %d×%d", p.rows, p.h, p.w, h.Width, h.Height)
		}
	})
}

// Damaged pictures, too, are the same with every implementation of the kernels.
func TestDamagedIsSame(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	cases := goldenCases(t)
	decoded := 0
	for range 3000 {
		data := bytes.Clone(file(t, cases[r.IntN(len(cases))].Name))
		for range 1 + r.IntN(4) {
			data[2+r.IntN(len(data)-2)] = uint8(r.Uint32())
		}
		if r.IntN(3) == 0 {
			data = data[:r.IntN(len(data))]
		}
		c := Config{Scale: 1 << r.IntN(4), AllowTruncated: r.IntN(4) > 0}
		run := func(name string) (p picture, err error) {
			defer impl.Select("jpeg", name)()
			var d Decoder
			h, err := d.ReadHeader(data)
			if err == nil && h.Width*h.Height < 1<<18 {
				err = d.Decode(c, &p)
			}
			return p, err
		}
		a, errA := run("AVX2")
		b, errB := run("Go")
		if fmt.Sprint(errA) != fmt.Sprint(errB) || !bytes.Equal(a.pix[:a.rows*a.w*a.c], b.pix[:b.rows*b.w*b.c]) {
			t.Fatalf("%v and %v; %d and %d rows", errA, errB, a.rows, b.rows)
		}
		if errA == nil {
			decoded++
		}
	}
	if decoded < 300 {
		t.Errorf("only %d pictures could be decoded", decoded)
	}
}
