package main

import (
	"context"
	"fmt"
	"runtime"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/image"
)

// files are the whole way from a directory of JPEGs to augmented batches.
func files() []contest {
	return filesBeside([]fileContest{
		{"2 workers, whole pictures decoded", "dataloader/io/2", "DataLoader, decode_image", 2, false, 1.3},
		{"2 workers, whole pictures decoded", "dataloader/pil/2", "DataLoader, Pillow", 2, false, 1.3},
		{"2 workers, decoded at 1/2 (draft)", "dataloader/draft/2", "DataLoader, Pillow's draft", 2, true, 1.3},
		{"2 workers, whole pictures decoded", "", "ours, 1 worker", 2, false, 1.8},
		{"2 workers, decoded at 1/2 (draft)", "", "ours, 1 worker", 2, true, 1.8},
	})
}

func filesKeras() []contest {
	return filesBeside([]fileContest{
		{"1 worker, whole pictures decoded", "keras-directory/1", "Keras, one process", 1, false, 5},
		{"2 workers, whole pictures decoded", "keras-directory/2", "Keras, OrderedEnqueuer, 2 processes", 2, false, 5},
	})
}

type fileContest struct {
	what, peer, label string // without a peer: one worker of ours
	workers           int
	draft             bool
	want              float64
}

func filesBeside(fcs []fileContest) (list []contest) {
	dir := directory()
	g := normalised(augment.ImageDataGenerator{RotationRange: 20, WidthShiftRange: 0.1, HeightShiftRange: 0.1, ZoomRange: 0.2, HorizontalFlip: true, FillMode: augment.FillConstant})
	ours := func(workers int, draft bool) func(float64) float64 {
		f := augment.FlowConfig{BatchSize: 32, TargetSize: [2]int{size, size}, Interpolation: image.Bilinear, ClassMode: augment.Sparse, Draft: draft, Workers: workers, Prefetch: 2}
		return func(seconds float64) float64 {
			old := runtime.GOMAXPROCS(workers)
			defer runtime.GOMAXPROCS(old)
			fl := must(g.FlowFromDirectory(dir, f))
			epoch := 0
			return rate(seconds, fl.Samples(), func() {
				for _, err := range fl.Batches(context.Background(), epoch) {
					if err != nil {
						panic(err)
					}
				}
				epoch++
			})
		}
	}
	for _, c := range fcs {
		k := contest{name: c.what, peer: c.peer, label: c.label, dir: dir, cores: 2, want: c.want, ours: ours(c.workers, c.draft)}
		if c.peer == "" {
			k.against = ours(1, c.draft)
		}
		list = append(list, k)
	}
	return list
}

// A toll is what the way from files to batches takes beside time.
type toll struct {
	Allocs, Bytes float64 // of an epoch
	PerImage      float64 // by how many allocations a picture more makes it
	Grown, Ring   float64 // MiB: of the heap at its largest, and of the batches under way
}

func (t toll) String() string {
	return fmt.Sprintf("Memory: an epoch of %d pictures makes %.0f allocations (%.0f KB), %.2g more for each further picture; the heap grew by %.0f MiB, of which the batches under way are %.0f MiB", photoCount, t.Allocs, t.Bytes/1000, t.PerImage, t.Grown, t.Ring)
}

// filesToll runs some epochs with two workers and looks at the memory.
func filesToll() toll {
	const prefetch, batch = 2, 32
	whole := tollOf(0, prefetch, batch)
	half := tollOf(0.5, prefetch, batch)
	whole.PerImage = max(0, (whole.Allocs-half.Allocs)/(photoCount/2))
	return whole
}

// tollOf leaves out a part of the pictures.
func tollOf(without float64, prefetch, batch int) (t toll) {
	g := normalised(augment.ImageDataGenerator{RotationRange: 20, WidthShiftRange: 0.1, HeightShiftRange: 0.1, ZoomRange: 0.2, HorizontalFlip: true, FillMode: augment.FillConstant, ValidationSplit: without})
	f := augment.FlowConfig{BatchSize: batch, TargetSize: [2]int{size, size}, Interpolation: image.Bilinear, ClassMode: augment.Sparse, Draft: true, Workers: 2, Prefetch: prefetch}
	if without > 0 {
		f.Subset = augment.Training
	}
	fl := must(g.FlowFromDirectory(directory(), f))
	runtime.GC()
	var before, m runtime.MemStats
	runtime.ReadMemStats(&before)
	top := uint64(0)
	epoch := func(e int) {
		for _, err := range fl.Batches(context.Background(), e) {
			if err != nil {
				panic(err)
			}
			runtime.ReadMemStats(&m)
			top = max(top, m.HeapInuse)
		}
	}
	epoch(0)
	var start, end runtime.MemStats
	runtime.ReadMemStats(&start)
	epoch(1)
	epoch(2)
	runtime.ReadMemStats(&end)
	t.Allocs, t.Bytes = float64(end.Mallocs-start.Mallocs)/2, float64(end.TotalAlloc-start.TotalAlloc)/2
	t.Grown, t.Ring = float64(top-before.HeapInuse)/(1<<20), float64((prefetch+2)*batch*size*size*3*4)/(1<<20)
	return t
}
