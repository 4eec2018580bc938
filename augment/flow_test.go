package augment

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/leaktest"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

func noise(shape ...int) *tensor.Tensor {
	t := tensor.New(shape...)
	v := uint32(1)
	for i := range t.Data() {
		v = v*1664525 + 1013904223
		t.Data()[i] = float32(v >> 24)
	}
	return t
}

// epochBytes returns all numbers of an epoch.
func epochBytes(t *testing.T, src pipeline.Source, epoch int) []byte {
	t.Helper()
	var b bytes.Buffer
	for batch, err := range src.Batches(t.Context(), epoch) {
		if err != nil {
			t.Fatal(err)
		}
		for _, ts := range [][]*tensor.Tensor{batch.X, batch.Y, batch.W} {
			for _, x := range ts {
				binary.Write(&b, binary.LittleEndian, x.Data())
			}
		}
	}
	return b.Bytes()
}

var everything = ImageDataGenerator{
	RotationRange: 30, WidthShiftRange: 0.2, HeightShiftInt: 3, ShearRange: 10, ZoomRange: 0.3, ChannelShiftRange: 20,
	BrightnessRange: [2]float64{0.5, 1.5}, HorizontalFlip: true, VerticalFlip: true, Rescale: 1. / 255,
	SamplewiseStdNormalization: true, FillMode: FillReflect,
}

// The same bytes for any number of workers and processors, batch size by batch
// size; epochs differ.
func TestFlowIsReproducible(t *testing.T) {
	x, y := noise(37, 9, 8, 3), noise(37, 2)
	root := layOut(t, map[string]string{"a/1.png": "rgb.png", "a/2.png": "rgba.png", "b/1.jpg": "rgb420.jpg", "b/2.gif": "rgb.gif", "b/3.bmp": "rgb.bmp"})
	for _, numpy := range []bool{false, true} {
		g := everything
		g.NumPyRandom = numpy
		for _, size := range []int{1, 5, 64} {
			var want, wantDir [2][]byte
			for _, workers := range []int{1, 2, 7} {
				for _, procs := range []int{1, 2} {
					old := runtime.GOMAXPROCS(procs)
					fl, err := g.Flow(x, y, FlowConfig{BatchSize: size, Workers: workers, Seed: new(4), SampleWeight: noise(37), Misc: []*tensor.Tensor{noise(37, 3)}})
					if err != nil {
						t.Fatal(err)
					}
					dir, err := g.FlowFromDirectory(root, FlowConfig{BatchSize: size, Workers: workers, TargetSize: [2]int{8, 9}, Interpolation: image.Bilinear})
					if err != nil {
						t.Fatal(err)
					}
					for e := range want {
						got, gotDir := epochBytes(t, fl, e), epochBytes(t, dir, e)
						if want[e] == nil {
							want[e], wantDir[e] = got, gotDir
						}
						if !bytes.Equal(got, want[e]) || !bytes.Equal(gotDir, wantDir[e]) {
							t.Errorf("batch size %d, %d workers, %d processors: other bytes", size, workers, procs)
						}
					}
					runtime.GOMAXPROCS(old)
				}
			}
			if bytes.Equal(want[0], want[1]) {
				t.Error("two epochs are the same")
			}
		}
	}
}

// A batch keeps its contents until the loop body ends, however far the workers
// have run ahead.
func TestFlowKeepsTheHeldBatch(t *testing.T) {
	x := noise(200, 2, 2, 1)
	for _, size := range []int{1, 3, 10} {
		fl, err := (&ImageDataGenerator{}).Flow(x, nil, FlowConfig{BatchSize: size, Workers: 5, Shuffle: new(false)})
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		for b, err := range fl.Batches(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			for range 100 {
				runtime.Gosched()
			}
			d := b.X[0].Data()
			if !slices.Equal(d, x.Data()[at:at+len(d)]) {
				t.Fatalf("batch size %d: the batch at %d was overwritten", size, at)
			}
			at += len(d)
		}
		if at != x.Len() {
			t.Errorf("%d numbers, want %d", at, x.Len())
		}
	}
}

func TestFlowEndsCleanly(t *testing.T) {
	g := everything
	fl, err := g.Flow(noise(100, 6, 6, 3), noise(100), FlowConfig{BatchSize: 4, Workers: 3})
	if err != nil {
		t.Fatal(err)
	}
	for stop := range 12 {
		leaktest.None(t, func() {
			n := 0
			for range fl.Batches(t.Context(), 0) {
				if n == stop {
					break
				}
				n++
			}
		})
		leaktest.None(t, func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			n := 0
			var last error
			for _, err := range fl.Batches(ctx, 0) {
				if n == stop {
					cancel()
				}
				n++
				last = err
			}
			if !errors.Is(last, context.Canceled) {
				t.Errorf("last error %v", last)
			}
		})
	}
	leaktest.None(t, func() {
		defer func() { recover() }()
		for range fl.Batches(t.Context(), 0) {
			panic("consumer")
		}
	})
}

// Memory of an epoch does not grow with its samples.
func TestFlowRecycles(t *testing.T) {
	if raceEnabled {
		t.Skip("counts allocations")
	}
	g := everything
	allocs := func(n int) float64 {
		fl, err := g.Flow(noise(n, 16, 16, 3), noise(n), FlowConfig{BatchSize: 8, Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		epoch := func() {
			for _, err := range fl.Batches(t.Context(), 0) {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		epoch()
		return testing.AllocsPerRun(5, epoch)
	}
	if a, b := allocs(64), allocs(512); b > a+60 {
		t.Errorf("%v allocations for 64 samples, %v for 512", a, b)
	}
}

func TestFlowSubsets(t *testing.T) {
	x := noise(10, 2, 2, 1)
	y := tensor.New(10)
	for i := range 10 {
		y.Data()[i] = float32(i % 2)
	}
	w := noise(10)
	g := &ImageDataGenerator{ValidationSplit: 0.25}
	for subset, want := range map[Subset][2]int{Validation: {0, 2}, Training: {2, 10}, "": {0, 10}} {
		fl, err := g.Flow(x, y, FlowConfig{Subset: subset, Shuffle: new(false), SampleWeight: w})
		if err != nil {
			t.Fatal(err)
		}
		for b, err := range fl.Batches(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			lo, hi := want[0], want[1]
			if !slices.Equal(b.X[0].Data(), x.Data()[4*lo:4*hi]) || !slices.Equal(b.Y[0].Data(), y.Data()[lo:hi]) || !slices.Equal(b.W[0].Data(), w.Data()[lo:hi]) {
				t.Errorf("subset %q: wrong samples", subset)
			}
		}
	}
	sorted := tensor.From([]float32{0, 0, 0, 0, 0, 1, 1, 1, 1, 1}, 10)
	if _, err := g.Flow(x, sorted, FlowConfig{Subset: Training}); err == nil || !strings.Contains(err.Error(), "shuffle") {
		t.Errorf("%v", err)
	}
	if _, err := g.Flow(x, sorted, FlowConfig{Subset: Training, IgnoreClassSplit: true}); err != nil {
		t.Error(err)
	}
}

func TestNoAugment(t *testing.T) {
	x := noise(6, 5, 5, 3)
	g := &ImageDataGenerator{RotationRange: 90, Rescale: 2}
	fl, err := g.Flow(x, nil, FlowConfig{NoAugment: true, Shuffle: new(false)})
	if err != nil {
		t.Fatal(err)
	}
	for b, err := range fl.Batches(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range b.X[0].Data() {
			if v != 2*x.Data()[i] {
				t.Fatal("augmented, or not rescaled")
			}
		}
	}
}

func TestErrorsTeach(t *testing.T) {
	x := noise(4, 3, 3, 3)
	for want, g := range map[string]*ImageDataGenerator{
		"call Fit with sample images first": {FeaturewiseCenter: true},
		"needs ZCAWhiteningMatrix":          {ZCAWhitening: true, Mean: tensor.New(1, 1, 3)},
		"Mean has shape [1 1 2]":            {FeaturewiseCenter: true, Mean: tensor.New(1, 1, 2)},
		"FillMode is bend":                  {FillMode: "bend"},
		"DataFormat is sideways":            {DataFormat: "sideways"},
		"InterpolationOrder is 6":           {InterpolationOrder: new(6)},
		"ValidationSplit is 1":              {ValidationSplit: 1},
		"give one of WidthShiftRange":       {WidthShiftRange: 0.1, WidthShiftInt: 2},
		"HeightShiftInt is -1":              {HeightShiftInt: -1},
		"want 0 when ZoomInterval":          {ZoomRange: 0.1, ZoomInterval: [2]float64{1, 2}},
		"must return an image of the shape": {PreprocessingFunction: func(x *tensor.Tensor) *tensor.Tensor { return tensor.New(1) }},
		"panic: oops":                       {PreprocessingFunction: func(x *tensor.Tensor) *tensor.Tensor { panic("oops") }},
		`Compat is 3, want "tf_keras"`:      {Compat: "3"},
	} {
		fl, err := g.Flow(x, nil, FlowConfig{})
		if err == nil {
			for _, err = range fl.Batches(t.Context(), 0) {
				break
			}
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	g := &ImageDataGenerator{}
	for want, f := range map[string]FlowConfig{
		"BatchSize is -1":                   {BatchSize: -1},
		`Subset is "test"`:                  {Subset: "test"},
		"SampleWeight has shape [3]":        {SampleWeight: tensor.New(3)},
		"Misc[0] has shape [5 1]":           {Misc: []*tensor.Tensor{tensor.New(5, 1)}},
		"is empty with ValidationSplit = 0": {Subset: Validation},
	} {
		if _, err := g.Flow(x, nil, f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if _, err := g.Flow(noise(4, 3, 3), nil, FlowConfig{}); err == nil || !strings.Contains(err.Error(), "rank 4") {
		t.Errorf("%v", err)
	}
	if _, err := (&ImageDataGenerator{BrightnessRange: [2]float64{1, 2}}).Flow(noise(4, 3, 3, 2), nil, FlowConfig{}); err == nil || !strings.Contains(err.Error(), "brightness") {
		t.Errorf("%v", err)
	}
}

func ExampleImageDataGenerator_Flow() {
	gen := &ImageDataGenerator{Rescale: 1. / 255, HorizontalFlip: true}
	x := tensor.New(10, 8, 8, 3) // ten pictures
	y := tensor.New(10)
	train, err := gen.Flow(x, y, FlowConfig{BatchSize: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch, err := range train.Batches(context.Background(), 0) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(batch.X[0].Shape(), batch.Y[0].Shape())
	}
	// Output:
	// [4 8 8 3] [4]
	// [4 8 8 3] [4]
	// [2 8 8 3] [2]
}
