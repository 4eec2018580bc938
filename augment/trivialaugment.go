package augment

import "fmt"

func init() { Register[TrivialAugment]() }

// TrivialAugment does one operation of random magnitude (Müller and Hutter,
// "TrivialAugment", 2021, in its wide form). Operations and magnitudes are
// torchvision's TrivialAugmentWide: as [RandAugment] has, but shear to 0.99,
// translate to 32 pixels, rotate to 135°, colours to 1±0.99, posterize to 2
// bits.
type TrivialAugment struct {
	NumMagnitudeBins int      `default:"31"`
	FillMode         FillMode `default:"constant"`
	CVal             float64  `keras:"cval"`
	MaskCVal         float64  `keras:"mask_cval"`
	Linear           bool     // mix four pixels instead of taking the nearest one
}

// Validate checks the numbers.
func (a *TrivialAugment) Validate() error {
	if a.NumMagnitudeBins < 2 {
		return fmt.Errorf("NumMagnitudeBins is %d, want at least 2", a.NumMagnitudeBins)
	}
	if _, err := a.FillMode.check(); err != nil {
		return fmt.Errorf("FillMode is %q, want %w", a.FillMode, err)
	}
	return nil
}

// Draw draws the operation, its magnitude and its direction.
func (a *TrivialAugment) Draw(r *Rand, h, w int) Op {
	f := Filling{a.FillMode, a.CVal, a.MaskCVal, !a.Linear}
	m := &trivialOperations[r.IntN(len(trivialOperations))]
	return m.draw(r, r.IntN(a.NumMagnitudeBins), a.NumMagnitudeBins, h, w, f)
}
