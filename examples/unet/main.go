// Unet finds discs in noisy pictures, pixel by pixel, with a small U-Net. There
// are 32 pictures to learn from; a policy turns, mirrors and moves picture and
// mask by one transform, drawn anew for each sample and epoch.
//
//	go run ./examples/unet
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"strings"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	_ "github.com/antler-ml/antler/nn/all"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

func main() {
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

const size = 24

// picture makes a picture with a disc and a square of one brightness, and the
// mask of the disc.
func picture(r *rand.Rand) *augment.Sample {
	s := &augment.Sample{Image: tensor.New(size, size, 1), Masks: []*tensor.Tensor{tensor.New(size, size)}}
	image, mask := s.Image.Data(), s.Masks[0].Data()
	for i := range image {
		image[i] = float32(60 + 25*r.NormFloat64())
	}
	y, x, radius := 5+14*r.Float64(), 5+14*r.Float64(), 3+2*r.Float64()
	top, left, side := r.IntN(size-6), r.IntN(size-6), 4+r.IntN(3)
	for i := range image {
		row, col := i/size, i%size
		dy, dx := float64(row)-y, float64(col)-x
		inside := dy*dy+dx*dx < radius*radius
		if inside {
			mask[i] = 1
		}
		if inside || row >= top && row < top+side && col >= left && col < left+side {
			image[i] += 120
		}
	}
	return s
}

// source hands out the pictures, moved by the policy: each sample by its own
// random numbers, so that the numbers do not depend on workers.
func source(pictures []*augment.Sample, policy *augment.Policy) pipeline.Source {
	moved := pipeline.Apply(pipeline.List(pictures), pipeline.ApplyConfig[*augment.Sample]{},
		func(_ context.Context, at pipeline.Place, s *augment.Sample) (pipeline.Sample, error) {
			s = s.Clone()
			if policy != nil {
				if _, err := policy.Apply(s, augment.NewRand(1, uint64(at.Epoch), uint64(at.Index))); err != nil {
					return pipeline.Sample{}, err
				}
			}
			for i := range s.Image.Data() {
				s.Image.Data()[i] = s.Image.Data()[i]/100 - 1
			}
			mask := tensor.From(s.Masks[0].Data(), size, size, 1)
			return pipeline.Sample{X: []*tensor.Tensor{s.Image}, Y: []*tensor.Tensor{mask}}, nil
		})
	return pipeline.Batched(moved, pipeline.BatchConfig{BatchSize: 8})
}

// unet goes down twice and up again, and joins what it saw on the way.
// Ronneberger et al., 2015 (arXiv 1505.04597).
func unet() *nn.Model {
	block := func(x *nn.Symbol, filters int) *nn.Symbol {
		for range 2 {
			x = nn.Apply(&layers.Conv2D{Filters: filters, KernelSize: [2]int{3, 3}, Padding: layers.Same, UseBias: new(false)}, x)
			x = nn.Apply(&layers.BatchNormalization{Momentum: new(0.9)}, x)
			x = nn.Apply(&layers.Activation{Activation: activations.ReLU}, x)
		}
		return x
	}
	in := nn.Input(size, size, 1)
	fine := block(in, 8)
	coarse := block(nn.Apply(&layers.MaxPooling2D{}, fine), 16)
	deep := block(nn.Apply(&layers.MaxPooling2D{}, coarse), 32)
	up := func(x, skip *nn.Symbol, filters int) *nn.Symbol {
		x = nn.Apply(&layers.UpSampling2D{Interpolation: layers.Bilinear}, x)
		return block(nn.Apply(&layers.Concatenate{}, x, skip), filters)
	}
	y := up(up(deep, coarse, 16), fine, 8)
	mask := nn.Apply(nn.Name("mask", &layers.Conv2D{Filters: 1, KernelSize: [2]int{1, 1}, Activation: activations.Sigmoid}), y)
	return nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{mask})
}

func run(w io.Writer) error {
	policy, err := augment.NewPolicy(
		&augment.Sometimes{Probability: 0.5, Do: &augment.HorizontalFlip{}},
		&augment.Sometimes{Probability: 0.5, Do: &augment.VerticalFlip{}},
		&augment.ImageDataGenerator{RotationRange: 30},
	)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(1, 0))
	var known, unknown []*augment.Sample
	for range 32 {
		known = append(known, picture(r))
		unknown = append(unknown, picture(r))
	}
	ctx := context.Background()
	m := unet()
	if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.Adam{LearningRate: 0.01}, Loss: losses.BinaryCrossentropy{}}); err != nil {
		return err
	}
	if _, err := m.Fit(ctx, source(known, policy), nn.FitConfig{Epochs: 15}); err != nil {
		return err
	}
	out, err := m.Predict(ctx, source(unknown, nil), nn.PredictConfig{})
	if err != nil {
		return err
	}
	both, either := 0, 0
	for i, p := range out[0].Data() {
		found, there := p > 0.5, unknown[i/(size*size)].Masks[0].Data()[i%(size*size)] == 1
		if found && there {
			both++
		}
		if found || there {
			either++
		}
	}
	fmt.Fprintf(w, "discs of new pictures: %.0f %% of found and true pixels are common\n\n", 100*float64(both)/float64(either))
	show(w, unknown[0].Image.Data(), out[0].Data()[:size*size])
	return nil
}

// show prints the picture and, beside it, what was found.
func show(w io.Writer, image, found []float32) {
	for y := range size {
		var a, b strings.Builder
		for x := range size {
			a.WriteByte(" .:*#"[min(max(int(image[y*size+x]/50), 0), 4)])
			b.WriteByte(" #"[int(found[y*size+x]+0.5)])
		}
		fmt.Fprintln(w, strings.TrimRight(a.String()+"   "+b.String(), " "))
	}
}
