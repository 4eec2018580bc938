package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/antler-ml/antler/internal/kernel/impltest"
)

// The generator in _asm/conv reads the fields of tile at these offsets.
func TestTileLayout(t *testing.T) {
	var x tile
	for _, f := range []struct {
		name      string
		got, want uintptr
	}{
		{"a", unsafe.Offsetof(x.a), 0},
		{"arow", unsafe.Offsetof(x.arow), 24},
		{"tab", unsafe.Offsetof(x.tab), 48},
		{"b", unsafe.Offsetof(x.b), 72},
		{"ldb", unsafe.Offsetof(x.ldb), 96},
		{"c", unsafe.Offsetof(x.c), 104},
		{"crow", unsafe.Offsetof(x.crow), 128},
		{"bias", unsafe.Offsetof(x.bias), 152},
		{"m", unsafe.Offsetof(x.m), 176},
		{"init", unsafe.Offsetof(x.init), 184},
		{"relu", unsafe.Offsetof(x.relu), 192},
		{"mask", unsafe.Offsetof(x.mask), 200},
		{"maskv", unsafe.Offsetof(x.maskv), 208},
		{"lane", unsafe.Offsetof(x.lane), 216},
		{"amask", unsafe.Offsetof(x.amask), 224},
		{"amaskv", unsafe.Offsetof(x.amaskv), 232},
		{"whole", unsafe.Offsetof(x.whole), 240},
	} {
		if f.got != f.want {
			t.Errorf("offset of tile.%s is %d, the assembly reads %d", f.name, f.got, f.want)
		}
	}
}

// Every height, width, source and beginning of a tile against the definition
// in float64. What is read ends where the last needed element is, at a page that nobody
// may read where the system has such, so that a lane too many shows.
func TestTile(t *testing.T) {
	impltest.All(t, "conv", func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		isa := bestTileISA()
		for _, src := range []tileSource{srcBroadcast, srcVector, srcPermute, srcGather} {
			cols := 2 * isa.lanes()
			if src >= srcPermute {
				cols = isa.lanes()
			}
			for n := 1; n <= cols; n++ {
				most := isa.rows(src)
				if isa == isaAVX2 && src == srcVector {
					most = 20 // it goes on by itself, six or nine rows at a time
				}
				for m := 1; m <= most; m++ {
					k := r.IntN(20)
					for begin := range 4 {
						if err := checkTile(r, isa, src, m, n, k, begin); err != nil {
							t.Fatalf("source %d: %d rows, %d columns, depth %d, begin %d: %v", src, m, n, k, begin, err)
						}
					}
				}
			}
		}
	})
}

func checkTile(r *rand.Rand, isa tileISA, src tileSource, m, n, k, begin int) error {
	const mult = 3
	var lane [16]int32
	span := 1 // elements of a that one step of one row reads
	var amask int
	switch src {
	case srcVector:
		span = n
	case srcPermute:
		for j := range lane {
			lane[j] = int32(j / mult)
		}
		span = (n-1)/mult + 1
		amask = span
	case srcGather:
		for j := range lane {
			lane[j] = int32(j * mult)
		}
		span = (n-1)*mult + 1
	}
	x := &tile{isa: isa, m: m, ldb: n + r.IntN(3), init: begin % 2, relu: r.IntN(2), lane: &lane}
	if begin > 1 {
		x.bias = random(r, n)
	}
	x.setCols(n)
	x.amask, x.amaskv = 1<<amask-1, &laneMasks[amask]
	x.b = random(r, max(0, (k-1)*x.ldb+n))
	if r.IntN(2) == 0 { // rows of two vectors, of which only n columns count
		x.ldb, x.whole = 2*isa.lanes(), 1
		x.b = random(r, k*x.ldb)
		for i := range x.b {
			if i%x.ldb >= n {
				x.b[i] = float32(math.NaN())
			}
		}
	}
	x.a, x.b = atEdge(0, random(r, 100+span)), atEdge(1, x.b)
	x.c = random(r, 64*m)
	h := m + tileRows
	x.arow, x.crow, x.tab = make([]int, h), make([]int, h), make([]int, k)
	perm := r.Perm(m)
	for i := range h {
		x.arow[i], x.crow[i] = 50+r.IntN(51), 64*perm[min(i, m-1)]
		if i < m {
			x.crow[i] = 64*perm[i] + r.IntN(64-n+1)
		}
	}
	for i := range x.tab {
		x.tab[i] = -r.IntN(51)
	}
	want := make([]float64, len(x.c))
	written := make([]bool, len(x.c))
	for i, v := range x.c {
		want[i] = float64(v)
	}
	for i := range m {
		for j := range n {
			var sum float64
			if x.init == initC {
				sum = want[x.crow[i]+j]
			}
			if x.bias != nil {
				sum += float64(x.bias[j])
			}
			for p, off := range x.tab {
				at := x.arow[i] + off
				switch src {
				case srcVector:
					at += j
				case srcPermute, srcGather:
					at += int(lane[j])
				}
				sum += float64(x.a[at]) * float64(x.b[p*x.ldb+j])
			}
			if x.relu != 0 {
				sum = max(sum, 0)
			}
			want[x.crow[i]+j] = sum
			written[x.crow[i]+j] = true
		}
	}
	tileDispatch(x, src)
	for i, w := range want {
		if d := math.Abs(float64(x.c[i]) - w); !(d <= 1e-5) || !written[i] && d != 0 {
			return fmt.Errorf("element %d is %g, want %g", i, x.c[i], w)
		}
	}
	return nil
}

func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = r.Float32()*2 - 1
	}
	return x
}

func BenchmarkConvTile(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	isa := bestTileISA()
	high, wide := isa.rows(srcBroadcast), 2*isa.lanes()
	for _, k := range []int{9, 27, 192, 256} {
		b.Run(fmt.Sprint("k=", k), func(b *testing.B) {
			x := &tile{isa: isa, ldb: wide, a: random(r, high*k), b: random(r, wide*k), c: random(r, high*wide)}
			x.setCols(wide)
			x.arow, x.crow, x.tab = make([]int, high), make([]int, high), make([]int, k)
			for i := range high {
				x.arow[i], x.crow[i] = k*i, wide*i
			}
			for i := range x.tab {
				x.tab[i] = i
			}
			for b.Loop() {
				x.run(srcBroadcast, x.arow, x.crow, high)
			}
			b.ReportMetric(2*float64(high*wide*k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
