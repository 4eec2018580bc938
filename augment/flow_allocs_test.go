package augment

import (
	"fmt"
	stdimage "image"
	"image/jpeg"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/antler-ml/antler/image"
)

// From files to batches, memory is taken for an epoch, not for an image.
func TestFilesAllocatePerEpoch(t *testing.T) {
	if raceEnabled || runtime.GOOS != "linux" {
		t.Skip("pools forget under the race detector; elsewhere package os takes memory for each file")
	}
	g := &ImageDataGenerator{RotationRange: 20, ZoomRange: 0.1, HorizontalFlip: true, Rescale: 1. / 255}
	epoch := func(n int) float64 {
		dir := filepath.Join(t.TempDir(), "a")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%d.jpg", i)))
			if err != nil {
				t.Fatal(err)
			}
			if err := jpeg.Encode(f, stdimage.NewGray(stdimage.Rect(0, 0, 40, 30)), nil); err != nil {
				t.Fatal(err)
			}
			f.Close()
		}
		fl, err := g.FlowFromDirectory(filepath.Dir(dir), FlowConfig{BatchSize: 4, Workers: 2, Prefetch: 1, TargetSize: [2]int{16, 16}, Interpolation: image.Bilinear, ClassMode: None})
		if err != nil {
			t.Fatal(err)
		}
		return testing.AllocsPerRun(10, func() {
			for _, err := range fl.Batches(t.Context(), 0) {
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	few, many := epoch(8), epoch(80)
	if many > few+10 { // a collection may come in between and empty the pools
		t.Errorf("%v allocations for 8 images, %v for 80", few, many)
	}
}
