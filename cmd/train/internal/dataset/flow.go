package dataset

import (
	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/tensor"
)

// Flow is the pictures lo … hi-1 and their classes as a source of batches, made
// by several workers ahead of their use. What a picture goes through depends on
// c.Seed, the epoch and the sample only.
func (p *Pictures) Flow(lo, hi int, g *augment.ImageDataGenerator, c augment.FlowConfig) (*augment.Flow, error) {
	y := tensor.New(hi - lo)
	for i := range y.Data() {
		y.Data()[i] = float32(p.samples[lo+i].Class)
	}
	if p.Column {
		y = tensor.Reshape(y, -1, 1)
	}
	c.Name = func(i int) string {
		if s := p.samples[lo+i]; s.Path != "" {
			return s.Path
		}
		return p.samples[lo+i].Name
	}
	return g.FlowFunc(hi-lo, []int{p.Height, p.Width, p.Channels}, func(dst []float32, i int) error {
		if err := p.Read(dst, lo+i); err != nil {
			e := cli.Errorf(cli.BadData, "%s: %s", p.samples[lo+i].Path, Reason(err))
			e.Err = err
			return e.Do("was it changed while training ran? train --check reads all data; --on-error=skip goes on")
		}
		return nil
	}, y, c)
}
