package augment

import (
	"bytes"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/leaktest"
	"github.com/antler-ml/antler/pipeline"
)

// A budget makes a flow run ahead less, and changes nothing else.
func TestFlowBudget(t *testing.T) {
	gen := &ImageDataGenerator{RotationRange: 20}
	x, y := noise(23, 5, 4, 3), noise(23, 2)
	for _, size := range []int{1, 2, 3, 8, 40} {
		batch := int64(4 * size * (5*4*3 + 2))
		var want []byte
		for _, slots := range []int64{0, 2, 3, 4, 100} {
			for _, workers := range []int{1, 2, 8} {
				f := FlowConfig{BatchSize: size, Workers: workers, Prefetch: 5}
				if slots > 0 {
					f.Budget = pipeline.NewBudget(slots*batch + 3)
				}
				fl, err := gen.Flow(x, y, f)
				if err != nil {
					t.Fatal(err)
				}
				if size == 1 && slots == 2 {
					for _, err = range fl.Batches(t.Context(), 1) {
					}
					if err == nil || !strings.Contains(err.Error(), "a batch of 1 images in use and one under way have 744 bytes, but the flow's part of the Budget is 499") {
						t.Errorf("%v", err)
					}
					continue
				}
				var got []byte
				leaktest.None(t, func() { got = epochBytes(t, fl, 1) })
				if want == nil {
					want = got
				}
				if !bytes.Equal(got, want) {
					t.Errorf("batches of %d, %d slots, %d workers: other bytes", size, slots, workers)
				}
				if b := f.Budget; b != nil && (b.Peak() > slots*batch || b.Peak() < 2*batch) {
					t.Errorf("batches of %d, %d slots: %v", size, slots, b)
				}
			}
		}
	}
}
