package picture

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/antler-ml/antler/cmd/augment/internal/source"
)

// No more than the budget is taken at a time, and what is too large for it is
// let in alone.
func TestBudget(t *testing.T) {
	b := NewBudget(100)
	var used, alone atomic.Int64
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			n := b.take(int64(i%5*30 + 1)) // up to 121
			if u := used.Add(n); u > 100 {
				t.Errorf("%d bytes are taken", u)
			}
			if n == 100 {
				alone.Add(1)
			}
			time.Sleep(time.Microsecond)
			used.Add(-n)
			b.giveBack(n)
		})
	}
	wg.Wait()
	if alone.Load() != 40 || b.used != 0 {
		t.Errorf("%d large ones, %d bytes left", alone.Load(), b.used)
	}
}

// A file that is no picture gives back what it took.
func TestNoPicture(t *testing.T) {
	l := &Loader{Tree: &source.Tree{Dir: t.TempDir()}, Budget: NewBudget(1 << 30)}
	if _, err := l.Open(source.File{Name: "nowhere.png"}); err == nil {
		t.Error("a file that is not there was opened")
	}
	if l.Budget.used != 0 {
		t.Errorf("%d bytes are lost", l.Budget.used)
	}
}
