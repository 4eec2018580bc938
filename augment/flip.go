package augment

func init() {
	Register[HorizontalFlip]()
	Register[VerticalFlip]()
	Register[Flip]()
}

// HorizontalFlip mirrors left and right, always. See [Sometimes].
type HorizontalFlip struct{}

// Draw draws nothing.
func (HorizontalFlip) Draw(r *Rand, h, w int) Op { return take(r, Flip{Horizontal: true}) }

// VerticalFlip turns upside down, always.
type VerticalFlip struct{}

// Draw draws nothing.
func (VerticalFlip) Draw(r *Rand, h, w int) Op { return take(r, Flip{Vertical: true}) }

// A Flip mirrors.
type Flip struct {
	keeps
	Horizontal, Vertical bool
}

// Apply mirrors the sample.
func (f *Flip) Apply(s *Sample) error {
	h, w, _ := s.size()
	s.move(motion{h: h, w: w, affine: identity, Filling: Filling{FillMode: FillNearest, Nearest: true},
		flip: Transform{FlipHorizontal: f.Horizontal, FlipVertical: f.Vertical}})
	return nil
}
