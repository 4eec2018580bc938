package settings

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/cli"
)

// usual are the changes that are made when flags turn none on.
var usual = []struct{ flag, value string }{
	{"rotation-range", "15"}, {"width-shift-range", "0.1"}, {"height-shift-range", "0.1"}, {"zoom-range", "0.1"},
	{"brightness-range", "0.8,1.2"}, {"horizontal-flip", "true"}, {"fill-mode", "reflect"},
}

// Complete sets the usual changes if no flag turns a change on. Flags that turn
// one off (--horizontal-flip=false) are heeded. It returns the flags that it
// set, as words of a command line.
func (s *Settings) Complete(f *cli.Flags) ([]string, error) {
	g, err := s.Generator()
	if err != nil {
		return nil, err
	}
	if s.Policy == "none" && !f.Changed("per-image") {
		s.PerImage = 1
	}
	if s.Policy != "" || Changes(g) {
		return nil, nil
	}
	var words []string
	for _, u := range usual {
		if f.Changed(u.flag) {
			continue
		}
		if err := f.Set(u.flag, u.value); err != nil {
			return nil, err
		}
		words = append(words, "--"+u.flag)
		if u.value != "true" {
			words = append(words, u.value)
		}
	}
	return words, nil
}

// Changes reports whether a generator moves or recolours pictures.
func Changes(g *augment.ImageDataGenerator) bool {
	return g.RotationRange != 0 || g.WidthShiftRange != 0 || g.WidthShiftInt > 1 || len(g.WidthShiftList) > 0 ||
		g.HeightShiftRange != 0 || g.HeightShiftInt > 1 || len(g.HeightShiftList) > 0 || g.ShearRange != 0 ||
		g.ZoomRange != 0 || g.ZoomInterval != [2]float64{} || g.BrightnessRange != [2]float64{} ||
		g.ChannelShiftRange != 0 || g.HorizontalFlip || g.VerticalFlip
}

// Generator returns the generator that the flags describe.
func (s *Settings) Generator() (*augment.ImageDataGenerator, error) {
	g := &augment.ImageDataGenerator{
		FeaturewiseCenter: s.FeaturewiseCenter, SamplewiseCenter: s.SamplewiseCenter,
		FeaturewiseStdNormalization: s.FeaturewiseStdNormalization, SamplewiseStdNormalization: s.SamplewiseStdNormalization,
		ZCAWhitening: s.ZCAWhitening, ZCAEpsilon: s.ZCAEpsilon,
		RotationRange: s.RotationRange, ShearRange: s.ShearRange, ChannelShiftRange: s.ChannelShiftRange,
		FillMode: augment.FillMode(s.FillMode), CVal: s.CVal, HorizontalFlip: s.HorizontalFlip, VerticalFlip: s.VerticalFlip,
		Rescale: s.Rescale, DataFormat: image.DataFormat(s.DataFormat), ValidationSplit: s.ValidationSplit,
		InterpolationOrder: &s.InterpolationOrder, DType: augment.DType(s.DType), Compat: augment.TFKeras,
	}
	if s.Compat == "keras-preprocessing" {
		g.Compat = augment.KerasPreprocessing112
	}
	if slices.Equal(s.BrightnessRange, []float64{0, 0}) { // the generator's zero value: no change
		return nil, cli.Errorf(cli.Usage, "--brightness-range 0,0 would make every picture black").Do("for example --brightness-range 0.8,1.2")
	}
	if len(s.BrightnessRange) == 2 {
		g.BrightnessRange = [2]float64(s.BrightnessRange)
	}
	var err error
	if g.WidthShiftRange, g.WidthShiftInt, g.WidthShiftList, err = shift("width-shift-range", s.WidthShiftRange); err != nil {
		return nil, err
	}
	if g.HeightShiftRange, g.HeightShiftInt, g.HeightShiftList, err = shift("height-shift-range", s.HeightShiftRange); err != nil {
		return nil, err
	}
	switch z, ok := numbers(s.ZoomRange); {
	case !ok || len(z) > 2:
		return nil, cli.Errorf(cli.Usage, "--zoom-range %s: want one number or two", cli.Quote(s.ZoomRange)).Do("for example --zoom-range 0.2, or --zoom-range 0.8,1.1")
	case len(z) == 2 && z[0] == 0 && z[1] == 0: // the generator's zero value: no change
		return nil, cli.Errorf(cli.Usage, "--zoom-range 0,0: a zoom of 0 makes no picture").Do("for example --zoom-range 0.2, or --zoom-range 0.8,1.1; 1 changes nothing")
	case len(z) == 2:
		g.ZoomInterval = [2]float64(z)
	case len(z) == 1:
		g.ZoomRange = z[0]
	}
	if err := g.Check(); err != nil {
		return nil, explain(err)
	}
	return g, nil
}

// shift reads a shift as Python would: 0.2 and 20.0 are numbers, 20 is of type
// int, 5,10 or [5, 10] a list.
func shift(flag, text string) (x float64, n int, list []float64, err error) {
	v, ok := numbers(text)
	switch {
	case !ok:
		return 0, 0, nil, cli.Errorf(cli.Usage, "--%s %s: want a number, or several", flag, cli.Quote(text)).Do("for example --%s 0.2", flag)
	case len(v) == 0:
		return 0, 0, nil, nil
	case len(v) > 1 || strings.Contains(text, "["):
		return 0, 0, v, nil
	}
	if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil {
		return 0, n, nil, nil
	}
	return v[0], 0, nil, nil
}

func numbers(text string) (list []float64, ok bool) {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", []()", r) }) {
		x, ok := number(w)
		if !ok {
			return nil, false
		}
		list = append(list, x)
	}
	return list, true
}

func number(text string) (float64, bool) {
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil && x-x == 0
}

// explain makes an error of the generator speak of flags.
func explain(err error) error {
	text := strings.TrimPrefix(err.Error(), "augment: ")
	text = strings.TrimPrefix(text, "ImageDataGenerator: ")
	field, rest, _ := strings.Cut(text, " ")
	if flag := flagOf(field); flag != "" {
		got, want, _ := strings.Cut(strings.ReplaceAll(rest, field, "X"), ", want ")
		return cli.Errorf(cli.Usage, "--%s %s", flag, got).Do("want %s", want)
	}
	return cli.Errorf(cli.Usage, "%s", text)
}

// flagOf returns the flag of a field: RotationRange is rotation-range.
func flagOf(field string) string {
	if field == "ZoomInterval" {
		field = "ZoomRange"
	}
	s := Default()
	for _, w := range []string{
		"RotationRange", "WidthShiftRange", "HeightShiftRange", "ShearRange", "ZoomRange", "BrightnessRange", "ChannelShiftRange",
		"FillMode", "InterpolationOrder", "Rescale", "ValidationSplit", "DataFormat",
	} {
		if w != field && strings.Replace(w, "Range", "Int", 1) != field {
			continue
		}
		var b strings.Builder
		for i, r := range w {
			if r >= 'A' && r <= 'Z' {
				if i > 0 {
					b.WriteByte('-')
				}
				r += 'a' - 'A'
			}
			b.WriteRune(r)
		}
		if Flags(s).Group(b.String()) != "" {
			return b.String()
		}
	}
	switch field {
	case "CVal":
		return "cval"
	case "DType":
		return "dtype"
	case "ZCAEpsilon":
		return "zca-epsilon"
	}
	return ""
}

// Policies are what --policy knows by name.
var Policies = []string{"randaugment", "trivialaugment", "none"}

// ReadPolicy returns the policy that --policy names, nil for none. Named ones
// keep the size of a picture; See Whole.
func (s *Settings) ReadPolicy() (p *augment.Policy, err error) {
	switch name := strings.ToLower(strings.TrimSpace(s.Policy)); name {
	case "", "none":
		return nil, nil
	case "randaugment":
		p, err = augment.NewPolicy(&augment.RandAugment{})
		return p, err
	case "trivialaugment":
		p, err = augment.NewPolicy(&augment.TrivialAugment{})
		return p, err
	}
	text, where := s.Policy, "--policy"
	if t := strings.TrimSpace(text); !strings.HasPrefix(t, "[") && !strings.HasPrefix(t, "{") && !strings.HasPrefix(t, `"`) {
		b, err := os.ReadFile(text)
		switch {
		case errors.Is(err, os.ErrNotExist) && !strings.ContainsAny(text, "/.\\"):
			// The bare name of an augmentation.
			text = strconv.Quote(text)
		case err != nil:
			return nil, cli.Errorf(cli.Usage, "--policy %s: %w", cli.Quote(text), err).
				Do("name a JSON file, or one of %s", cli.List(Policies, 5))
		default:
			where, text = s.Policy, string(b)
		}
	}
	p, err = augment.ParsePolicy([]byte(text))
	if err != nil {
		e := cli.Errorf(cli.Usage, "%s: %s", where, strings.TrimPrefix(err.Error(), "augment: "))
		if !strings.Contains(err.Error(), "did you mean") {
			e.Why("augmentations: %s", strings.Join(augment.Augmentations(), ", "))
		}
		return nil, e.Do(`for example --policy '["HorizontalFlip", {"class_name": "Cutout", "config": {"length": 0.3}}]'`)
	}
	return p, nil
}

// Whole reports whether the policy may change the size of pictures, and so is
// shown them in their own size: all but the named ones.
func (s *Settings) Whole() bool {
	name := strings.ToLower(strings.TrimSpace(s.Policy))
	return name != "" && !slices.Contains(Policies, name)
}
