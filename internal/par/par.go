// Package par spreads loops over a few parked goroutines.
//
// A loop is cut into chunks whose borders depend on its length and grain only,
// never on the number of workers, so a body that computes chunk by chunk gives
// the same bits on every machine. Starting a loop allocates nothing and, while
// the workers are still warm from the loop before, costs well under a
// microsecond. A loop that is started while another one runs (from inside a
// body, or from another goroutine) runs inline on its caller.
//
// What it is not: a scheduler for tasks that block. Bodies compute.
package par

import (
	"runtime"
	"sync/atomic"
)

var wanted atomic.Int32 // set by SetWorkers; 0 = GOMAXPROCS

// Workers returns the number of goroutines, the caller's among them, that a
// loop may use. The default is GOMAXPROCS.
func Workers() int {
	if n := wanted.Load(); n > 0 {
		return int(n)
	}
	return runtime.GOMAXPROCS(0)
}

// SetWorkers sets the number that Workers returns; n < 1 restores the default.
// Results never depend on it. Call it between loops, not while one runs.
func SetWorkers(n int) { wanted.Store(int32(max(n, 0))) }

// For calls body for every chunk [c*grain, min(n, (c+1)*grain)). Chunks run in
// any order and at the same time. A panic in body stops the loop and reaches
// the caller with its value. A grain below 1 counts as 1.
func For(n, grain int, body func(lo, hi int)) {
	grain = max(grain, 1)
	if n > grain {
		if w := Workers(); w > 1 && pool.take() {
			pool.run(job{body: body, n: n, grain: grain}, w)
			return
		}
	}
	for lo := 0; lo < n; lo += grain {
		body(lo, min(n, lo+grain))
	}
}

// ForWorker is For for bodies that need scratch memory of their own: worker
// lies in [0, Workers()), and two chunks that run at the same time in this call
// have different workers. Another call may use the same numbers meanwhile, so
// the scratch belongs to the call, not to the package.
func ForWorker(n, grain int, body func(worker, lo, hi int)) {
	grain = max(grain, 1)
	if n > grain {
		if w := Workers(); w > 1 && pool.take() {
			pool.run(job{workerBody: body, n: n, grain: grain}, w)
			return
		}
	}
	for lo := 0; lo < n; lo += grain {
		body(0, lo, min(n, lo+grain))
	}
}
