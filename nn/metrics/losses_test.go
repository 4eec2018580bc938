package metrics_test

import (
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn/metrics"
)

// A setting that would do nothing is refused.
func TestSparseAxis(t *testing.T) {
	if _, err := config.Complete(&metrics.SparseCategoricalCrossentropy{}); err != nil {
		t.Error(err)
	}
	_, err := config.Complete(&metrics.SparseCategoricalCrossentropy{Axis: new(1)})
	if err == nil || !strings.Contains(err.Error(), "axis is 1; want -1") {
		t.Errorf("got %v", err)
	}
}
