package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/tensor"
)

// A contest is one comparison. ours returns the seconds per image, or of the
// whole; peer is what peers.py is asked for.
type contest struct {
	name, peer string
	cores      int
	want       float64
	whole      bool
	ours       func(seconds float64) float64
	label      string                        // of the peer; default the first part of peer
	dir        string                        // that the peer reads
	against    func(seconds float64) float64 // in place of the peer
}

var contests = map[string]func() []contest{
	"warp": warps, "generator": generators, "chain": chains, "policy": policies, "directory": files, "directory-keras": filesKeras, "command": commands, "machine": machine, "zca": zcaOld, "zca-tf_keras": zcaNew,
}

const size = 224

// photos are smooth noise, as peers.py has it.
func photos(n int) *tensor.Tensor {
	r := rand.New(rand.NewPCG(1, 2))
	x := tensor.New(n, size, size, 3)
	d := x.Data()
	for i := range d {
		d[i] = float32(r.IntN(256))
	}
	for _, step := range []int{3, 3 * size} {
		for i := len(d) - 1; i >= 2*step; i-- {
			d[i] = float32(math.Floor(float64(d[i]+d[i-step]+d[i-2*step]) / 3))
		}
	}
	return x
}

// rate is the median time of a turn of f, which does some images, for each image.
func rate(seconds float64, images int, f func()) float64 {
	f()
	var times []float64
	end := time.Now().Add(time.Duration(seconds * 1e9))
	for len(times) < 3 || time.Now().Before(end) {
		start := time.Now()
		f()
		times = append(times, time.Since(start).Seconds()/float64(images))
	}
	return median(times)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func warps() []contest {
	x := photos(1)
	flat := tensor.From(x.Data(), size, size, 3)
	picture := must(image.FromArray(flat, image.ArrayConfig{Scale: new(false)}))
	t := augment.Transform{Theta: 20, Tx: 5, Ty: -8, Zx: 1 / 1.1, Zy: 1 / 1.1}
	var list []contest
	for _, dtype := range []string{"uint8", "float32"} {
		for order, name := range []string{"nearest", "linear"} {
			for _, fill := range []augment.FillMode{augment.FillNearest, augment.FillConstant} {
				f := augment.FunctionConfig{InterpolationOrder: &order, FillMode: fill}
				g := &augment.ImageDataGenerator{InterpolationOrder: &order, FillMode: fill}
				dst, out := new(image.Image), tensor.New(size, size, 3)
				one := func() {
					if err := augment.ApplyAffineImage(dst, picture, t, f); err != nil {
						panic(err)
					}
				}
				if dtype == "float32" {
					one = func() {
						if err := g.ApplyTransformTo(out, flat, t); err != nil {
							panic(err)
						}
					}
				}
				list = append(list, contest{
					name: fmt.Sprintf("%s, %s, outside: %s", dtype, name, fill), cores: 1, want: 1,
					peer: fmt.Sprintf("opencv/%s/%s/%s", dtype, name, fill),
					ours: func(seconds float64) float64 {
						return rate(seconds, 50, func() {
							for range 50 {
								one()
							}
						})
					},
				})
			}
		}
	}
	return list
}

// flow times an epoch of a flow.
func flow(g *augment.ImageDataGenerator, f augment.FlowConfig) func(seconds float64) float64 {
	x := photos(64)
	return func(seconds float64) float64 {
		fl := must(g.Flow(x, nil, f))
		epoch := 0
		return rate(seconds, 64, func() {
			for _, err := range fl.Batches(context.Background(), epoch) {
				if err != nil {
					panic(err)
				}
			}
			epoch++
		})
	}
}

func generators() []contest {
	g := &augment.ImageDataGenerator{RotationRange: 20, WidthShiftRange: 0.1, HeightShiftRange: 0.1, ShearRange: 10, ZoomRange: 0.2, HorizontalFlip: true, Rescale: 1. / 255}
	return []contest{{name: "rotate, shift, shear, zoom, flip, rescale", peer: "keras", cores: 1, want: 20, ours: flow(g, augment.FlowConfig{Workers: 1})}}
}

// normalised subtracts and divides by what ImageNet has.
func normalised(g augment.ImageDataGenerator) *augment.ImageDataGenerator {
	g.Rescale, g.FeaturewiseStdNormalization = 1./255, true
	g.Mean = tensor.From([]float32{0.485, 0.456, 0.406}, 1, 1, 3)
	g.Std = tensor.From([]float32{0.229, 0.224, 0.225}, 1, 1, 3)
	return &g
}

func chains() (list []contest) {
	g := normalised(augment.ImageDataGenerator{RotationRange: 20, WidthShiftRange: 0.1, HeightShiftRange: 0.1, ZoomRange: 0.2, HorizontalFlip: true, FillMode: augment.FillConstant})
	for _, cores := range []int{1, 2} {
		for _, peer := range []string{"albumentations", "torchvision"} {
			list = append(list, contest{name: fmt.Sprintf("rotate, shift, zoom, flip, normalise; cores: %d", cores), peer: fmt.Sprintf("%s/%d", peer, cores), cores: cores, want: 1.5,
				ours: flow(g, augment.FlowConfig{Workers: cores})})
		}
	}
	return list
}

func policies() []contest {
	p := must(augment.NewPolicy(&augment.RandAugment{}))
	g := normalised(augment.ImageDataGenerator{HorizontalFlip: true})
	return []contest{{name: "RandAugment, flip, normalise", peer: "torchvision-randaugment/1", cores: 1, want: 1, ours: flow(g, augment.FlowConfig{Workers: 1, Policy: p})}}
}

func zcaOld() []contest { return whitening(augment.KerasPreprocessing112, "zca/kp") }

func zcaNew() []contest { return whitening(augment.TFKeras, "zca/tfk") }

func whitening(compat augment.Compat, peer string) []contest {
	const n, d = 10000, 3072
	return []contest{{name: fmt.Sprintf("ZCA fit of 10,000 × 32×32×3 (%s)", compat), peer: peer, cores: 1, want: 0.5, whole: true, ours: func(float64) float64 {
		r := rand.New(rand.NewPCG(1, 2))
		x := tensor.New(n, 32, 32, 3)
		for i := range n {
			sum := 0.0
			for k := range d {
				sum += 0.05 * r.NormFloat64()
				x.Data()[i*d+k] = float32(sum)
			}
		}
		start := time.Now()
		g := &augment.ImageDataGenerator{ZCAWhitening: true, Compat: compat}
		if err := g.Fit(x, augment.FitConfig{}); err != nil {
			panic(err)
		}
		return time.Since(start).Seconds()
	}}}
}
