package kernel

import (
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/antler-ml/antler/internal/par"
)

func TestGemmStripLayout(t *testing.T) {
	var s gemmStrip
	for i, f := range []struct {
		name   string
		offset uintptr
	}{
		{"a", unsafe.Offsetof(s.a)},
		{"b", unsafe.Offsetof(s.b)},
		{"c", unsafe.Offsetof(s.c)},
		{"bias", unsafe.Offsetof(s.bias)},
		{"aStep", unsafe.Offsetof(s.aStep)},
		{"bStep", unsafe.Offsetof(s.bStep)},
		{"cStep", unsafe.Offsetof(s.cStep)},
		{"next", unsafe.Offsetof(s.next)},
		{"k", unsafe.Offsetof(s.k)},
		{"count", unsafe.Offsetof(s.count)},
		{"mask", unsafe.Offsetof(s.mask)},
		{"flags", unsafe.Offsetof(s.flags)},
		{"ahead", unsafe.Offsetof(s.ahead)},
		{"aheadStep", unsafe.Offsetof(s.aheadStep)},
	} {
		if want := uintptr(8 * i); f.offset != want {
			t.Errorf("offset of gemmStrip.%s is %d, the assembly reads %d", f.name, f.offset, want)
		}
	}
}

// Panels cover all columns, are two or three vectors wide, and none at the end
// of several has one vector alone.
func TestStripsCutColumns(t *testing.T) {
	for n := 1; n < 500; n++ {
		var p gemmPlan
		p.cutColumns(n)
		if p.column(0) != 0 || p.column(p.panels) != n {
			t.Fatalf("%d columns: panels from %d to %d", n, p.column(0), p.column(p.panels))
		}
		for q := range p.panels {
			w, last := p.column(q+1)-p.column(q), q == p.panels-1
			if !last && w != 2*stripLanes && w != stripCols || w < 1 || w > stripCols || last && q > 0 && w <= stripLanes {
				t.Fatalf("%d columns: panel %d of %d has %d", n, q, p.panels, w)
			}
		}
	}
}

// Where a panel of B comes from (packed by the task, long before, or not at
// all) does not change a bit.
func TestStripsFromAnyPanel(t *testing.T) {
	if chooseGemm().strips == nil {
		t.Skip("no strips")
	}
	defer par.SetWorkers(0)
	const rows, n, k = 300, 210, 600
	r := rand.New(rand.NewPCG(20, 21))
	g := newGemmCase(r, rows, n, k, false, false, 0)
	bias := randomFloats(r, n)
	product := func(m int, b Operand, workers int) []float32 {
		par.SetWorkers(workers)
		c := make([]float32, m*n)
		Gemm(m, n, k, g.a, b, c, n, Epilogue{Bias: bias, ReLU: true})
		return c
	}
	want := product(rows, Operand{Packed: PackB(k, n, g.b)}, 1)
	for _, m := range []int{rows, stripPlace + 1, stripPlace, 2} {
		for workers := 1; workers <= 2; workers++ {
			if !slices.Equal(product(m, g.b, workers), want[:m*n]) {
				t.Fatalf("%d rows, %d workers: other bits than with B packed before", m, workers)
			}
		}
	}
}
