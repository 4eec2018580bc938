package augment

import "fmt"

func init() { Register[RandAugment]() }

// RandAugment does NumOps operations, each chosen from fourteen, all of one
// magnitude (Cubuk, Zoph, Shlens and Le, "RandAugment", 2020). Operations,
// magnitudes and their scale of NumMagnitudeBins steps are torchvision's:
// identity, shear x and y to 0.3, translate x and y to 150/331 of the side,
// rotate to 30°, brightness, color, contrast and sharpness to 1±0.9, posterize
// to 4 bits, solarize, autocontrast, equalize.
type RandAugment struct {
	NumOps           int      `default:"2"`
	Magnitude        int      `default:"9"` // 0 … NumMagnitudeBins-1
	NumMagnitudeBins int      `default:"31"`
	FillMode         FillMode `default:"constant"`
	CVal             float64  `keras:"cval"`
	MaskCVal         float64  `keras:"mask_cval"`
	Linear           bool     // mix four pixels instead of taking the nearest one
}

// Validate checks the numbers.
func (a *RandAugment) Validate() error {
	if a.NumOps < 1 {
		return fmt.Errorf("NumOps is %d, want at least 1", a.NumOps)
	}
	if a.NumMagnitudeBins < 2 {
		return fmt.Errorf("NumMagnitudeBins is %d, want at least 2", a.NumMagnitudeBins)
	}
	if a.Magnitude < 0 || a.Magnitude >= a.NumMagnitudeBins {
		return fmt.Errorf("Magnitude is %d, want 0 to %d, one less than NumMagnitudeBins", a.Magnitude, a.NumMagnitudeBins-1)
	}
	if _, err := a.FillMode.check(); err != nil {
		return fmt.Errorf("FillMode is %q, want %w", a.FillMode, err)
	}
	return nil
}

// Draw draws the operations and their directions.
func (a *RandAugment) Draw(r *Rand, h, w int) Op {
	f := Filling{a.FillMode, a.CVal, a.MaskCVal, !a.Linear}
	ops := takeOps(r)
	for range a.NumOps {
		m := &randOperations[r.IntN(len(randOperations))]
		if op := m.draw(r, a.Magnitude, a.NumMagnitudeBins, h, w, f); op != nil {
			*ops = append(*ops, op)
		}
	}
	return ops
}
