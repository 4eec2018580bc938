package check

import (
	"math"
	"math/bits"
	"slices"

	"github.com/antler-ml/antler/image"
)

// A look is how a picture looks from afar: a hash that changes little when the
// picture does, and a thumbnail to make sure.
type look struct {
	hash  uint64
	thumb [side * side]uint8
	plain bool // too little contrast to tell it from others
}

const (
	coarse = 32 // pixels along a side of what is transformed
	side   = 16 // of a thumbnail
	low    = 8  // frequencies in each direction
)

// waves are the cosines of the frequencies 0 to 7 at 32 places.
var waves = func() (w [low][coarse]float64) {
	for u := range low {
		for x := range coarse {
			w[u][x] = math.Cos(math.Pi / coarse * (float64(x) + 0.5) * float64(u))
		}
	}
	return w
}()

// lookOf shrinks a picture to 32 × 32 grey pixels and takes the signs of its 64
// lowest frequencies against their median: the DCT hash of pHash (C. Zauner,
// "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010) as
// the imagehash library takes it.
func lookOf(m *image.Image) (l look) {
	small, err := image.Resize(m, coarse, coarse, image.Box)
	if err != nil {
		l.plain = true // cannot be: both sizes are positive
		return l
	}
	var g [coarse * coarse]float64
	for i := range g {
		p := small.Pix[i*small.Channels:]
		g[i] = 0.299*float64(p[0]) + 0.587*float64(p[1]) + 0.114*float64(p[2])
	}
	for y := range side {
		for x := range side {
			k := 2*y*coarse + 2*x
			l.thumb[y*side+x] = uint8((g[k]+g[k+1]+g[k+coarse]+g[k+coarse+1])/4 + 0.5)
		}
	}
	_, spread := l.moments()
	const least = 2 // levels of standard deviation
	if l.plain = spread < least*least; l.plain {
		return l
	}
	var rows [coarse][low]float64
	for y := range coarse {
		for u := range low {
			for x, v := range g[y*coarse:][:coarse] {
				rows[y][u] += v * waves[u][x]
			}
		}
	}
	var f, sorted [low * low]float64
	for v := range low {
		for u := range low {
			for y := range coarse {
				f[v*low+u] += rows[y][u] * waves[v][y]
			}
		}
	}
	sorted = f
	slices.Sort(sorted[:])
	median := (sorted[low*low/2-1] + sorted[low*low/2]) / 2
	for i, v := range f {
		if v > median {
			l.hash |= 1 << i
		}
	}
	return l
}

// moments returns the mean and the variance of the thumbnail.
func (l *look) moments() (mean, variance float64) {
	var sum, squares float64
	for _, v := range l.thumb {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	const n = side * side
	mean = sum / n
	return mean, squares/n - mean*mean
}

// agreement is the correlation of two thumbnails.
func agreement(a, b *look) float64 {
	ma, va := a.moments()
	mb, vb := b.moments()
	sum := 0.0
	for i, v := range a.thumb {
		sum += (float64(v) - ma) * (float64(b.thumb[i]) - mb)
	}
	return sum / (side * side) / math.Sqrt(va*vb)
}

// alikeness is the least correlation of near duplicates.
const alikeness = 0.95

func distance(a, b uint64) int { return bits.OnesCount64(a ^ b) }

// An index finds hashes that differ in at most d bits. It cuts the 64 bits into
// d+1 bands: of two such hashes at least one band is the same.
type index struct {
	d     int
	bands []map[uint64][]int
	edges []int // where bands begin, and 64
}

func newIndex(d int) *index {
	x := &index{d: d}
	for i := range d + 2 {
		x.edges = append(x.edges, i*64/(d+1))
	}
	for range d + 1 {
		x.bands = append(x.bands, map[uint64][]int{})
	}
	return x
}

func (x *index) band(hash uint64, k int) uint64 {
	lo, hi := x.edges[k], x.edges[k+1]
	return hash >> lo & (1<<(hi-lo) - 1)
}

// add enters number i.
func (x *index) add(hash uint64, i int) {
	for k, m := range x.bands {
		b := x.band(hash, k)
		m[b] = append(m[b], i)
	}
}

// each calls do for the numbers that share a band with a hash; some come more
// than once.
func (x *index) each(hash uint64, do func(i int)) {
	for k, m := range x.bands {
		for _, i := range m[x.band(hash, k)] {
			do(i)
		}
	}
}
