package augment

import (
	"math"
	"strings"
	"testing"

	"github.com/antler-ml/antler/image"
)

// Bytes are what the floats round to.
func TestAffineImage(t *testing.T) {
	dst := new(image.Image)
	for _, ch := range []int{1, 3, 4} {
		src := image.New(23, 31, ch)
		for i, v := range noise(23, 31, ch).Data() {
			src.Pix[i] = uint8(v)
		}
		for _, mode := range []FillMode{FillNearest, FillConstant, FillReflect, FillWrap} {
			for order := range 2 {
				for _, tr := range []Transform{{}, {FlipHorizontal: true}, {Theta: 33, Tx: 2.5, Zx: 0.8, Zy: 1.2}, {Theta: -170, Shear: 12, FlipHorizontal: true, FlipVertical: true}} {
					f := FunctionConfig{FillMode: mode, CVal: 77, InterpolationOrder: &order}
					if err := ApplyAffineImage(dst, src, tr, f); err != nil {
						t.Fatal(err)
					}
					want, err := f.generator().ApplyTransform(image.ToArray(src, ""), tr)
					if err != nil {
						t.Fatal(err)
					}
					for i, v := range want.Data() {
						if d := math.Abs(float64(v) - float64(dst.Pix[i])); d > 0.53 || order == 0 && d != 0 {
							t.Fatalf("%d channels, %s, order %d, %+v: sample %d is %d, want %v", ch, mode, order, tr, i, dst.Pix[i], v)
						}
					}
				}
			}
		}
	}
	grey := image.New(2, 2, 1)
	for want, err := range map[string]error{
		"InterpolationOrder is 3": ApplyAffineImage(dst, grey, Transform{}, FunctionConfig{InterpolationOrder: new(3)}),
		"dst is src":              ApplyAffineImage(grey, grey, Transform{}, FunctionConfig{}),
		"no samples of 8 bits":    ApplyAffineImage(dst, new(image.Image), Transform{}, FunctionConfig{}),
		"not finite":              ApplyAffineImage(dst, grey, Transform{Tx: math.NaN()}, FunctionConfig{}),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func BenchmarkAffineImage224(b *testing.B) {
	src, dst := image.New(224, 224, 3), new(image.Image)
	tr := Transform{Theta: 20, Tx: 5, Ty: -8, Shear: 6, Zx: 0.9, Zy: 1.1}
	for name, f := range map[string]FunctionConfig{"linear": {}, "nearest": {InterpolationOrder: new(0)}, "linear_constant": {FillMode: FillConstant}, "nearest_constant": {InterpolationOrder: new(0), FillMode: FillConstant}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := ApplyAffineImage(dst, src, tr, f); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "images/s")
		})
	}
}
