package par

import (
	"runtime"
	"testing"
)

func TestHelpersAreReused(t *testing.T) {
	withWorkers(t, 2)
	body := func(lo, hi int) {}
	For(8, 1, body)
	before := runtime.NumGoroutine()
	for range 1000 {
		For(8, 1, body)
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Fatalf("goroutines grew from %d to %d", before, after)
	}
}
