package augment

import (
	"fmt"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/tensor"
)

// maskColumn are the masks of a flow: an array, or read along with the images.
type maskColumn struct {
	ch   int
	data []float32
}

// sample reads, transforms and standardizes one image.
func (fl *Flow) sample(dst []float32, j job, s *scratch) error {
	if fl.masks != nil || fl.f.Policy != nil && !fl.f.NoAugment {
		return fl.wholeSample(dst, j, s)
	}
	var src []float32
	switch {
	case fl.read == nil:
		src = fl.images[j.index*fl.size:][:fl.size]
		if fl.f.NoAugment {
			copy(dst, src)
		}
	case fl.f.NoAugment:
		if err := fl.fetch(dst, j.index); err != nil {
			return fl.unreadable(dst, j, err)
		}
	default:
		s.raw = resized(s.raw, fl.size)
		src = s.raw
		if err := fl.fetch(src, j.index); err != nil {
			return fl.unreadable(dst, j, err)
		}
	}
	t := fl.augmenting.Begin(fl.called(j.index))
	defer t.End()
	if !fl.f.NoAugment {
		fl.c.apply(dst, src, fl.h, fl.w, fl.ch, j.t, fl.finish, s)
		if fl.finish != nil {
			return nil
		}
	}
	return fl.standardize(dst, j, s)
}

// called names a sample where somebody wants to know.
func (fl *Flow) called(i int) string {
	if fl.f.Meter == nil {
		return ""
	}
	return fl.name(i)
}

// fetch reads image i and takes the time.
func (fl *Flow) fetch(dst []float32, i int) error {
	t := fl.loading.Begin(fl.called(i))
	defer t.End()
	return fl.read(dst, i)
}

func (fl *Flow) standardize(dst []float32, j job, s *scratch) error {
	if err := fl.std.run(dst, fl.shape, s); err != nil {
		return fmt.Errorf("%w (%s)", err, fl.name(j.index))
	}
	return nil
}

// unreadable makes a placeholder of a file that cannot be read, or an error.
func (fl *Flow) unreadable(dst []float32, j job, err error) error {
	if fl.f.OnError != Placeholder {
		return err
	}
	clear(dst)
	if m := fl.masks; m != nil {
		n := fl.h * fl.w * m.ch
		clear(j.s.memM[j.row*n:][:n])
	}
	fl.noteBad(j.index, err)
	return nil
}

// wholeSample makes an image and its mask, with the policy.
func (fl *Flow) wholeSample(dst []float32, j job, s *scratch) error {
	if s.sample == nil {
		s.sample, s.rand = new(Sample), NewRand(0)
	}
	p := s.sample
	p.Name = fl.name(j.index)
	if err := fl.begin(p, j.index, s); err != nil {
		return fl.unreadable(dst, j, err)
	}
	t := fl.augmenting.Begin(p.Name)
	defer t.End()
	if fl.f.Policy != nil && !fl.f.NoAugment {
		s.rand.Reset(fl.seed, uint64(j.epoch), uint64(j.index), 2)
		h, w, _ := p.size()
		if err := fl.f.Policy.Draw(s.rand, h, w).Apply(p); err != nil {
			return err
		}
	}
	h, w, ch := p.size()
	if ch != fl.ch {
		return p.fail("the policy made an image of %d channels out of one of %d", ch, fl.ch)
	}
	if h != fl.h || w != fl.w {
		if fl.load == nil {
			return p.fail("the policy made an image of %d × %d (height × width), but the batch holds images of %d × %d; end it with Resize", h, w, fl.h, fl.w)
		}
		if err := (&ResizedCrop{Height: h, Width: w, OutHeight: fl.h, OutWidth: fl.w}).Apply(p); err != nil {
			return err
		}
	}
	if !fl.f.NoAugment {
		c := *fl.c
		c.DataFormat = image.ChannelsLast
		if err := p.keras(&c, j.t, fl.h, fl.w, fl.ch); err != nil {
			return err
		}
	}
	if fl.c.DataFormat == image.ChannelsFirst {
		planes(dst, p.Image.Data(), fl.ch)
	} else {
		copy(dst, p.Image.Data())
	}
	if m := fl.masks; m != nil {
		n := fl.h * fl.w * m.ch
		copy(j.s.memM[j.row*n:][:n], p.Masks[0].Data())
	}
	return fl.standardize(dst, j, s)
}

// begin fills p with image and mask i.
func (fl *Flow) begin(p *Sample, i int, s *scratch) error {
	switch {
	case fl.load != nil:
		t := fl.loading.Begin(p.Name)
		defer t.End()
		return fl.load(p, i)
	case fl.read != nil:
		s.raw = resized(s.raw, fl.size)
		if err := fl.fetch(s.raw, i); err != nil {
			return err
		}
		fl.fromArray(p, s.raw, i)
	default:
		fl.fromArray(p, fl.images[i*fl.size:][:fl.size], i)
	}
	return nil
}

// fromArray fills p with copies of an image and of mask i.
func (fl *Flow) fromArray(p *Sample, src []float32, i int) {
	p.put(&p.Image, fl.h, fl.w, fl.ch)
	if fl.c.DataFormat == image.ChannelsFirst {
		pixels(p.Image.Data(), src, fl.ch)
	} else {
		copy(p.Image.Data(), src)
	}
	if m := fl.masks; m != nil {
		if p.Masks == nil {
			p.Masks = make([]*tensor.Tensor, 1)
		}
		p.put(&p.Masks[0], fl.h, fl.w, m.ch)
		copy(p.Masks[0].Data(), m.data[i*fl.h*fl.w*m.ch:])
	}
}

// put makes room for a picture of a size.
func (s *Sample) put(place **tensor.Tensor, h, w, ch int) {
	t := s.fresh(h, w, ch)
	if *place == nil {
		*place = t
		return
	}
	s.replace(place, t)
}

// planes turns channels last into channels first, pixels the other way.
func planes(dst, src []float32, ch int) {
	n := len(src) / ch
	for k := range ch {
		for i, d := 0, dst[k*n:][:n]; i < n; i++ {
			d[i] = src[i*ch+k]
		}
	}
}

func pixels(dst, src []float32, ch int) {
	n := len(src) / ch
	for k := range ch {
		for i, v := range src[k*n:][:n] {
			dst[i*ch+k] = v
		}
	}
}
