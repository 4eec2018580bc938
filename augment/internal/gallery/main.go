// Command gallery makes the pictures of docs/augment.md: one for each
// augmentation, from a computed scene.
//
//	go generate ./augment
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/tensor"
)

func main() {
	out := flag.String("out", "../docs/images/augment", "the directory of the pictures")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// panel is one picture: the augmentation, drawn with some seeds side by side.
type panel struct {
	name  string
	seeds []uint64
	a     augment.Augmentation
}

func panels() []panel {
	three := []uint64{1, 2, 3}
	black := augment.FillConstant
	return []panel{
		{"rotation", three, &augment.ImageDataGenerator{RotationRange: 40}},
		{"shift", three, &augment.ImageDataGenerator{WidthShiftRange: 0.25, HeightShiftRange: 0.25}},
		{"shear", three, &augment.ImageDataGenerator{ShearRange: 35}},
		{"zoom", three, &augment.ImageDataGenerator{ZoomInterval: [2]float64{0.5, 1.4}}},
		{"channel_shift", three, &augment.ImageDataGenerator{ChannelShiftRange: 90}},
		{"brightness_range", three, &augment.ImageDataGenerator{BrightnessRange: [2]float64{0.3, 1.7}}},
		{"all_of_keras", three, &augment.ImageDataGenerator{RotationRange: 25, WidthShiftRange: 0.1, HeightShiftRange: 0.1, ShearRange: 15, ZoomRange: 0.2, HorizontalFlip: true}},
		{"fill_nearest", []uint64{2}, &augment.ImageDataGenerator{RotationRange: 60, FillMode: augment.FillNearest}},
		{"fill_constant", []uint64{2}, &augment.ImageDataGenerator{RotationRange: 60, FillMode: black}},
		{"fill_reflect", []uint64{2}, &augment.ImageDataGenerator{RotationRange: 60, FillMode: augment.FillReflect}},
		{"fill_wrap", []uint64{2}, &augment.ImageDataGenerator{RotationRange: 60, FillMode: augment.FillWrap}},
		{"flip", []uint64{1}, &augment.HorizontalFlip{}},
		{"vertical_flip", []uint64{1}, &augment.VerticalFlip{}},
		{"center_crop", []uint64{1}, &augment.CenterCrop{Height: 110, Width: 150}},
		{"resize", []uint64{1}, &augment.Resize{Height: 60, Width: 120}},
		{"compose", []uint64{1, 2, 3, 4, 5, 6}, &augment.Sequence{All: []augment.Augmentation{&augment.Sometimes{Probability: 0.5, Do: &augment.HorizontalFlip{}},
			&augment.OneOf{Of: []augment.Augmentation{&augment.GaussianBlur{Sigma: [2]float64{2, 4}}, &augment.GaussianNoise{Sigma: [2]float64{30, 45}}}}}}},
		{"crop", three, &augment.RandomCrop{Height: 110, Width: 150}},
		{"resized_crop", three, &augment.RandomResizedCrop{Height: 135, Width: 180, Scale: [2]float64{0.2, 0.9}}},
		{"perspective", three, &augment.RandomPerspective{}},
		{"elastic", three, &augment.ElasticDeformation{Alpha: 180, Sigma: 7}},
		{"color_jitter", three, &augment.ColorJitter{Brightness: 0.4, Contrast: 0.5, Saturation: 0.7, Hue: 0.2}},
		{"hue", three, &augment.ColorJitter{Hue: 0.5}},
		{"gamma", three, &augment.RandomGamma{Range: [2]float64{0.4, 2.5}}},
		{"grayscale", []uint64{1}, &augment.RandomGrayscale{Probability: 1}},
		{"blur", three, &augment.GaussianBlur{Sigma: [2]float64{0.5, 4}}},
		{"noise", three, &augment.GaussianNoise{Sigma: [2]float64{8, 45}}},
		{"jpeg", three, &augment.JPEGCompression{Quality: [2]int{3, 25}}},
		{"cutout", three, &augment.Cutout{Length: 0.3, Holes: 2}},
		{"erasing", three, &augment.RandomErasing{Scale: [2]float64{0.05, 0.3}}},
		{"randaugment", []uint64{1, 2, 3, 4, 5, 6}, &augment.RandAugment{Magnitude: 15, Linear: true}},
		{"trivialaugment", []uint64{1, 2, 3, 4, 5, 6}, &augment.TrivialAugment{Linear: true}},
	}
}

func run(out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	plain := scene()
	if err := save(out, "scene", plain.Image); err != nil {
		return err
	}
	for _, p := range panels() {
		policy, err := augment.NewPolicy(p.a)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		var images []*tensor.Tensor
		for _, seed := range p.seeds {
			s := plain.Clone()
			if _, err := policy.Apply(s, augment.NewRand(seed)); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			images = append(images, s.Image)
		}
		if err := save(out, p.name, images...); err != nil {
			return err
		}
	}
	if err := operated(out, plain); err != nil {
		return err
	}
	if err := together(out, plain); err != nil {
		return err
	}
	return mixed(out, plain)
}

// together shows that mask, boxes and points move as the picture does.
func together(out string, plain *augment.Sample) error {
	policy, err := augment.NewPolicy(&augment.ImageDataGenerator{RotationRange: 30, ZoomInterval: [2]float64{0.7, 1}, HorizontalFlip: true}, &augment.ElasticDeformation{Alpha: 120, Sigma: 8})
	if err != nil {
		return err
	}
	images := []*tensor.Tensor{}
	for seed := range uint64(3) {
		s := plain.Clone()
		if seed > 0 {
			if _, err := policy.Apply(s, augment.NewRand(seed+3)); err != nil {
				return err
			}
		}
		draw(s)
		images = append(images, s.Image)
	}
	return save(out, "together", images...)
}

// draw paints mask, boxes and points into the picture.
func draw(s *augment.Sample) {
	x := s.Image.Data()
	d := s.Image.Shape()
	tint := [][3]float32{{}, {255, 60, 200}, {60, 255, 90}}
	for i, m := range s.Masks[0].Data() {
		for k := range 3 {
			if m > 0 {
				x[3*i+k] = x[3*i+k]*0.55 + tint[int(m)][k]*0.45
			}
		}
	}
	dot := func(px, py float64, c [3]float32) {
		r, q := int(py), int(px)
		if r >= 0 && r < d[0] && q >= 0 && q < d[1] {
			copy(x[3*(r*d[1]+q):], c[:])
		}
	}
	for _, b := range s.Boxes {
		for v := b.Left; v < b.Right; v++ {
			dot(v, b.Top, [3]float32{255, 255, 0})
			dot(v, b.Bottom-1, [3]float32{255, 255, 0})
		}
		for v := b.Top; v < b.Bottom; v++ {
			dot(b.Left, v, [3]float32{255, 255, 0})
			dot(b.Right-1, v, [3]float32{255, 255, 0})
		}
	}
	for _, p := range s.Points {
		for v := -3.0; v <= 3; v++ {
			dot(p.X+v, p.Y, [3]float32{0, 255, 255})
			dot(p.X, p.Y+v, [3]float32{0, 255, 255})
		}
	}
}

// mixed shows batches of two: the scene, and the scene in other colours.
func mixed(out string, plain *augment.Sample) error {
	other := plain.Clone()
	if err := (augment.Ops{&augment.Flip{Horizontal: true}, &augment.Hue{Shift: 0.45}, &augment.Rotate{Angle: 20, FillMode: augment.FillReflect}}).Apply(other); err != nil {
		return err
	}
	for name, op := range map[string]augment.BatchOp{"mixup": &augment.Blend{Lambda: 0.6}, "cutmix": &augment.Paste{Top: 50, Left: 100, Height: 95, Width: 110}} {
		n := plain.Image.Len()
		batch := tensor.New(2, height, width, 3)
		copy(batch.Data(), plain.Image.Data())
		copy(batch.Data()[n:], other.Image.Data())
		if err := op.ApplyBatch(batch, nil, image.ChannelsLast); err != nil {
			return err
		}
		if err := save(out, name, tensor.From(batch.Data()[:n], height, width, 3), tensor.From(batch.Data()[n:], height, width, 3)); err != nil {
			return err
		}
	}
	return nil
}

// save puts pictures side by side, at most three in a row.
func save(out, name string, images ...*tensor.Tensor) error {
	const gap = 4
	h, w := 0, 0
	for _, m := range images {
		h, w = max(h, m.Shape()[0]), max(w, m.Shape()[1])
	}
	columns := min(len(images), 3)
	rows := (len(images) + columns - 1) / columns
	sheet := image.New(rows*(h+gap)-gap, columns*(w+gap)-gap, 3)
	for i := range sheet.Pix {
		sheet.Pix[i] = 255
	}
	for i, m := range images {
		d := m.Shape()
		for y := range d[0] {
			row := sheet.Pix[((i/columns*(h+gap)+y)*sheet.Width+i%columns*(w+gap))*3:][:d[1]*3]
			for k, v := range m.Data()[y*d[1]*3:][:d[1]*3] {
				row[k] = uint8(min(max(v, 0), 255) + 0.5)
			}
		}
	}
	return image.Save(filepath.Join(out, name+".jpg"), sheet, image.SaveConfig{Quality: 85})
}
