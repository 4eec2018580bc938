package kernel

import (
	"sync"

	"github.com/antler-ml/antler/internal/par"
)

// gemmISA is one way to compute a tile of C: mr rows by nr columns.
type gemmISA struct {
	name   string
	mr, nr int
	lanes  int // columns in a vector; nr is a multiple of it
	// tiles[v-1][r] computes r rows of v vectors; nil means the Go code.
	tiles *[2][13]gemmTileFunc
	// strips, when not nil, compute everything but Panels, instead of tiles.
	strips *gemmStrips
}

// gemmTileFunc is an assembly kernel:
//
//	for i < r, j < columns: s = Σ_p a[i*aRow+p*aStep] * b[p*bStep+j], p < k
//	c[i*ldc+j] = relu(c[i*ldc+j]·accumulate + s + bias[j])
//
// The last vector has only the lanes of mask. Distances count floats.
type gemmTileFunc func(k int, a *float32, aRow, aStep int, b *float32, bStep int, c *float32, ldc int, bias *float32, mask, flags int)

const (
	gemmAccumulate = 1
	gemmReLU       = 2
)

// A gemmJob is one call of Gemm: what is asked, the plan, and the memory for
// panels. Jobs are recycled, so that calls allocate nothing once warm; the
// loop bodies are made once per job for the same reason.
type gemmJob struct {
	m, n, k int
	a, b    Operand
	c       []float32
	ldc     int
	e       Epilogue
	batch   Batch

	gemmPlan
	vec    vectorProduct
	j0, j1 int // columns of the current pass
	p0, p1 int // inner indices of the current pass

	bufA, bufB []float32 // panels that all workers read
	workers    []gemmWorker
	panelsA    int // in bufA, for each block of kc
	panelsB    int
	packParts  int // tasks that make them

	packBody, vectorBody, segmentBody, thinBody, batchBody func(lo, hi int)
	tileBody                                               func(worker, lo, hi int)
	next                                                   *gemmJob
}

// A gemmWorker is what one worker has to itself.
type gemmWorker struct {
	a, b  []float32 // panels
	strip gemmStrip
	_     [64]byte // no cache line with the next
}

var gemmFree struct {
	sync.Mutex
	first *gemmJob
}

func acquireGemm() *gemmJob {
	gemmFree.Lock()
	j := gemmFree.first
	if j != nil {
		gemmFree.first = j.next
	}
	gemmFree.Unlock()
	if j == nil {
		j = &gemmJob{}
		j.packBody, j.vectorBody, j.thinBody = j.packPanels, j.vectorPart, j.thinPart
		j.segmentBody, j.batchBody, j.tileBody = j.segmentPart, j.batchPart, j.tiles
	}
	return j
}

func (j *gemmJob) release() {
	for i := range j.workers {
		j.workers[i].strip = gemmStrip{} // keeps no memory of the caller's
	}
	j.a, j.b, j.c, j.e, j.batch, j.vec, j.row0 = Operand{}, Operand{}, nil, Epilogue{}, Batch{}, vectorProduct{}, 0
	gemmFree.Lock()
	j.next, gemmFree.first = gemmFree.first, j
	gemmFree.Unlock()
}

// run does the product.
func (j *gemmJob) run() {
	if j.k == 0 {
		j.runEmpty()
		return
	}
	if j.runVector() || j.runThin() {
		return
	}
	j.plan()
	for len(j.workers) < par.Workers() {
		j.workers = append(j.workers, gemmWorker{})
	}
	for j.j0 = 0; j.j0 < j.n; j.j0 = j.j1 {
		j.j1 = min(j.n, j.j0+j.nc)
		for j.p0 = 0; j.p0 < j.k; j.p0 = j.p1 {
			j.p1 = min(j.k, j.p0+j.kg)
			j.packShared()
			if tasks := j.tm * j.tn; tasks == 1 {
				j.tiles(0, 0, 1)
			} else {
				par.ForWorker(tasks, 1, j.tileBody)
			}
		}
	}
}

// runEmpty is the product over no index.
func (j *gemmJob) runEmpty() {
	for i := range j.m {
		if row := j.c[i*j.ldc:][:j.n]; !j.e.Accumulate {
			clear(row)
		}
	}
	j.finish(0, j.m, 0, j.n, true)
}

// runBatch spreads the products over the workers when they are many or small,
// else the work inside each.
func (j *gemmJob) runBatch() {
	work := j.m * j.n * j.k
	if j.batch.Count*work <= gemmSerial {
		j.batchPart(0, j.batch.Count)
		return
	}
	grain := j.batch.Count
	if j.batch.Count >= 16 || work < 16*gemmSerial {
		grain = max(1, min(gemmSerial/max(work, 1), (j.batch.Count+15)/16))
	}
	par.For(j.batch.Count, grain, j.batchBody)
}

func (j *gemmJob) batchPart(lo, hi int) {
	for i := lo; i < hi; i++ {
		a, b, e := j.a, j.b, j.e
		if a.Packer == nil {
			a.Data = a.Data[i*j.batch.StrideA:]
		}
		if b.Packer == nil && b.Packed == nil {
			b.Data = b.Data[i*j.batch.StrideB:]
		}
		if e.RowBias != nil {
			e.RowBias = e.RowBias[i*j.m:]
		}
		g := acquireGemm()
		g.m, g.n, g.k, g.a, g.b, g.c, g.ldc, g.e = j.m, j.n, j.k, a, b, j.c[i*j.batch.StrideC:], j.ldc, e
		g.row0 = i * j.m
		g.run()
		g.release()
	}
}

// grow returns a slice of n floats, b's memory if it suffices. Contents are lost.
func grow(b []float32, n int) []float32 {
	if cap(b) < n {
		return make([]float32, n)
	}
	return b[:n]
}
