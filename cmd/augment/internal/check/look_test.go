package check

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/antler-ml/antler/image"
)

// A picture of one wave has only this wave's coefficient, beside its mean.
func TestHashOfAWave(t *testing.T) {
	for _, c := range []struct{ u, v int }{{3, 2}, {1, 0}, {0, 7}, {7, 7}} {
		for _, sign := range []float64{60, -60} {
			m := image.New(32, 32, 3)
			for i := range 32 * 32 {
				x, y := float64(i%32), float64(i/32)
				g := 128 + sign*math.Cos(math.Pi/32*(x+0.5)*float64(c.u))*math.Cos(math.Pi/32*(y+0.5)*float64(c.v))
				for k := range 3 {
					m.Pix[3*i+k] = uint8(math.Round(g))
				}
			}
			bit := uint64(1) << (c.v*8 + c.u)
			l := lookOf(m)
			if l.plain || l.hash&1 == 0 || (l.hash&bit != 0) != (sign > 0) {
				t.Errorf("wave %d, %d × %v: hash %064b", c.u, c.v, sign, l.hash)
			}
		}
	}
	if l := lookOf(image.New(50, 60, 3)); !l.plain {
		t.Error("a black picture has no look")
	}
}

// What is done to pictures on their way changes their look less than another
// picture's differs.
func TestNearAndFar(t *testing.T) {
	const pictures = 60
	worst, least := 0, 1.
	var looks []look
	for i := range pictures {
		m := scene(uint64(i), 120, 160)
		l := lookOf(m)
		looks = append(looks, l)
		small, _ := image.Resize(m, 45, 60, image.Bilinear)
		bright := image.New(120, 160, 3)
		for k, v := range m.Pix {
			bright.Pix[k] = uint8(min(float64(v)*1.1, 255))
		}
		trimmed := image.New(118, 158, 3)
		for y := range 118 {
			copy(trimmed.Pix[y*158*3:][:158*3], m.Pix[((y+1)*160+1)*3:])
		}
		for name, v := range map[string]*image.Image{"small": small, "bright": bright, "trimmed": trimmed, "grey": image.FromImage(image.FromImage(m, image.Grayscale), image.RGB)} {
			k := lookOf(v)
			if d, a := distance(l.hash, k.hash), agreement(&l, &k); d > near || a < alikeness {
				t.Errorf("picture %d, %s: distance %d, agreement %.3f", i, name, d, a)
			} else {
				worst, least = max(worst, d), min(least, a)
			}
		}
	}
	closest := 64
	for i := range looks {
		for j := range i {
			d := distance(looks[i].hash, looks[j].hash)
			closest = min(closest, d)
			if d <= near && agreement(&looks[i], &looks[j]) >= alikeness {
				t.Errorf("pictures %d and %d are taken for the same", i, j)
			}
		}
	}
	t.Logf("the same: distance at most %d, agreement at least %.3f; others: distance at least %d", worst, least, closest)
}

// The index finds what comparing all with all finds.
func TestIndexIsComplete(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, d := range []int{0, 1, 4, 6, 10, 16} {
		x := newIndex(d)
		var hashes []uint64
		found, want := 0, 0
		for n := range 1500 {
			h := r.Uint64()
			if n%3 == 1 { // one that is near
				h = hashes[r.IntN(n)]
				for range r.IntN(2*d + 2) {
					h ^= 1 << r.IntN(64)
				}
			}
			seen := map[int]bool{}
			x.each(h, func(i int) {
				if distance(h, hashes[i]) <= d && !seen[i] {
					seen[i] = true
					found++
				}
			})
			for _, o := range hashes {
				if distance(h, o) <= d {
					want++
				}
			}
			x.add(h, n)
			hashes = append(hashes, h)
		}
		if found != want || want == 0 {
			t.Errorf("d = %d: %d pairs found of %d", d, found, want)
		}
	}
}

// Few pairs are compared: far fewer than all with all.
func TestIndexIsSparse(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const n = 20_000
	x := newIndex(near)
	pairs := 0
	for i := range n {
		h := r.Uint64()
		x.each(h, func(int) { pairs++ })
		x.add(h, i)
	}
	if all := n * (n - 1) / 2; pairs > all/12 {
		t.Errorf("%d of %d pairs were compared", pairs, all)
	}
}

// Pictures that are all of one hash do not make it quadratic.
func TestNearOfOneHash(t *testing.T) {
	all := make([]facts, 4_000)
	for i := range all {
		all[i].Name = fmt.Sprintf("%05d", i)
		all[i].look.hash = 5
		for k := range all[i].look.thumb {
			all[i].look.thumb[k] = uint8(i*7 + k*(i%40+1)) // 40 kinds that do not agree
		}
	}
	g := &groups{all: all}
	of := make([]int, len(all))
	for i := range of {
		of[i] = i
	}
	g.near(of, near)
	if len(g.found) == 0 {
		t.Error("nothing was found")
	}
}

func TestForest(t *testing.T) {
	f := newForest()
	for i := range 6 {
		f.add(i)
	}
	f.join(4, 5, 2)
	f.join(5, 1, 3)
	f.join(0, 3, 1)
	if f.root(4) != 1 || f.root(5) != 1 || f.root(3) != 0 || f.root(2) != 2 || f.far[1] != 3 || f.far[0] != 1 || f.has(9) {
		t.Errorf("%+v", f)
	}
}

func BenchmarkExamine(b *testing.B) {
	root := layOut(b, map[string][]byte{"1.jpg": encoded(b, scene(1, 768, 1024), "jpeg", 85)})
	for b.Loop() {
		if f := examine(root, File{Name: "1.jpg"}, &Options{}); f.kind != "" {
			b.Fatal(f.reason)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
}

func BenchmarkNear100k(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 6))
	all := make([]facts, 100_000)
	of := make([]int, len(all))
	for i := range all {
		all[i].look.hash, of[i] = r.Uint64(), i
	}
	for b.Loop() {
		g := &groups{all: all}
		g.near(of, near)
	}
	b.ReportMetric(float64(b.N)*float64(len(all))/b.Elapsed().Seconds(), "images/s")
}

// The hash is that of the imagehash library for a grey picture of 32 × 32
// pixels, which is not resized: with scipy 1.17,
//
//	d = dct(dct(p, axis=0), axis=1)[:8, :8]; bits = (d > median(d)).flatten()
func TestHashIsImagehash(t *testing.T) {
	for name, c := range map[string]struct {
		pixel func(i int) int
		want  uint64
	}{
		"a": {func(i int) int { return (i*i*7 + i*13) % 251 }, 0x40fe579a7b921b3},
		"b": {func(i int) int { return i%32*5 + i/32*2 + i*i%40 }, 0x763a763a663a6611},
		"c": {func(i int) int {
			if x, y := i%32-12, i/32-20; x*x+y*y < 64 {
				return 255
			}
			return 30
		}, 0x5c0c737c936c6c93},
	} {
		m := image.New(32, 32, 3)
		for i := range 32 * 32 {
			v := uint8(c.pixel(i))
			m.Pix[3*i], m.Pix[3*i+1], m.Pix[3*i+2] = v, v, v
		}
		if l := lookOf(m); l.hash != c.want {
			t.Errorf("%s: %#x, want %#x", name, l.hash, c.want)
		}
	}
}
