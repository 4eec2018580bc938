package leaktest

import (
	"testing"

	"github.com/antler-ml/antler/internal/par"
)

func TestMain(m *testing.M) { Main(m) }

// A failing is a test that may fail without failing this one.
type failing struct {
	testing.TB
	failed bool
}

func (f *failing) Helper()               {}
func (f *failing) Error(...any)          { f.failed = true }
func (f *failing) Errorf(string, ...any) { f.failed = true }

func TestNoneSeesALeak(t *testing.T) {
	end := make(chan struct{})
	ended := make(chan struct{})
	f := &failing{TB: t}
	None(f, func() {
		go func() { <-end; close(ended) }()
	})
	if !f.failed {
		t.Error("a goroutine that waits for ever was not found")
	}
	close(end)
	<-ended
}

func TestParkedHelpersMayStay(t *testing.T) {
	par.SetWorkers(3)
	defer par.SetWorkers(0)
	None(t, func() { par.For(64, 1, func(lo, hi int) {}) })
}
