package augment

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/golden"
)

func BenchmarkAffine224(b *testing.B) {
	for _, c := range []struct {
		name  string
		g     ImageDataGenerator
		shape [3]int
	}{
		{"linear3", ImageDataGenerator{}, [3]int{224, 224, 3}},
		{"linear1", ImageDataGenerator{}, [3]int{224, 224, 1}},
		{"linear4", ImageDataGenerator{}, [3]int{224, 224, 4}},
		{"linear3first", ImageDataGenerator{DataFormat: image.ChannelsFirst}, [3]int{3, 224, 224}},
		{"reflect3", ImageDataGenerator{FillMode: FillReflect}, [3]int{224, 224, 3}},
		{"constant3", ImageDataGenerator{FillMode: FillConstant}, [3]int{224, 224, 3}},
		{"nearest3", ImageDataGenerator{InterpolationOrder: new(0)}, [3]int{224, 224, 3}},
		{"nearest_constant3", ImageDataGenerator{InterpolationOrder: new(0), FillMode: FillConstant}, [3]int{224, 224, 3}},
		{"cubic3", ImageDataGenerator{InterpolationOrder: new(3)}, [3]int{224, 224, 3}},
	} {
		b.Run(c.name, func(b *testing.B) {
			cfg, err := c.g.resolve()
			if err != nil {
				b.Fatal(err)
			}
			x := noise(c.shape[:]...)
			dst := make([]float32, x.Len())
			h, w, ch, _ := cfg.dims(c.shape[:])
			t := Transform{Theta: 20, Tx: 5, Ty: -8, Shear: 6, Zx: 0.9, Zy: 1.1}
			var s scratch
			n := 0
			for b.Loop() {
				cfg.apply(dst, x.Data(), h, w, ch, t, nil, &s)
				n++
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "images/s")
		})
	}
}

func benchFlow(b *testing.B, fl *Flow, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	n, epoch := 0, 0
	for b.Loop() {
		for _, err := range fl.Batches(b.Context(), epoch) {
			if err != nil {
				b.Fatal(err)
			}
		}
		n += fl.Samples()
		epoch++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "images/s")
}

func BenchmarkFlow(b *testing.B) {
	mnist := ImageDataGenerator{RotationRange: 15, WidthShiftRange: 0.1, HeightShiftRange: 0.1, ZoomRange: 0.1, Rescale: 1. / 255}
	photo := ImageDataGenerator{ShearRange: 0.2, ZoomRange: 0.2, RotationRange: 20, HorizontalFlip: true, Rescale: 1. / 255}
	b.Run("28x28x1", func(b *testing.B) {
		fl, err := mnist.Flow(noise(2048, 28, 28, 1), noise(2048), FlowConfig{})
		benchFlow(b, fl, err)
	})
	b.Run("224x224x3", func(b *testing.B) {
		fl, err := photo.Flow(noise(64, 224, 224, 3), noise(64), FlowConfig{})
		benchFlow(b, fl, err)
	})
	b.Run("directory_jpeg512", func(b *testing.B) {
		root := b.TempDir()
		photoLike, err := image.Load(golden.Path(b, "keras", "image", "pictures", "rgb420.jpg"), image.LoadConfig{TargetSize: [2]int{512, 512}, Interpolation: image.Bicubic})
		if err != nil {
			b.Fatal(err)
		}
		os.Mkdir(filepath.Join(root, "a"), 0o755)
		for i := range 32 {
			if err := image.Save(filepath.Join(root, "a", fmt.Sprintf("%d.jpg", i)), photoLike, image.SaveConfig{Quality: 90}); err != nil {
				b.Fatal(err)
			}
		}
		fl, err := photo.FlowFromDirectory(root, FlowConfig{TargetSize: [2]int{224, 224}, Interpolation: image.Bilinear})
		benchFlow(b, fl, err)
	})
}
