package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
)

// rate is what an optimizer begins with where Adam and SGD begin with these.
// Lion's steps are as large as its rate and want a tenth of Adam's (Chen et al.,
// 2023, arXiv 2302.06675); Adagrad's and Ftrl's shrink from the first step on;
// Adadelta's paper has no rate, which is one of 1 (Zeiler, 2012, arXiv 1212.5701).
func rate(optimizer string, adam, sgd float64) float64 {
	switch optimizer {
	case "sgd":
		return sgd
	case "lion":
		return adam / 10
	case "adagrad", "ftrl":
		return adam * 10
	case "adadelta":
		return 1
	}
	return adam
}

// inferPictures sets what was not given for pictures.
func (e *Env) inferPictures(t *task) {
	s := e.Settings
	n := len(t.set.Train)
	e.inferCommon(n, 120_000, 6, 40)
	if !e.has("learning-rate") {
		s.LearningRate = rate(s.Optimizer, 0.001, 0.01)
		if t.set.Source == "demo" && s.Optimizer == "adam" {
			s.LearningRate = 0.002 // its twelve epochs are few
		}
	}
	if s.ModelSize == "" {
		s.ModelSize = "small"
		if min(s.TargetSize[0], s.TargetSize[1]) > 40 {
			s.ModelSize = "medium"
		}
	}
	if !e.has("dropout") {
		s.Dropout = 0.25
	}
	if !s.Augment {
		return
	}
	// Small changes that leave digits and letters what they are.
	for _, f := range []struct {
		flag string
		v    *float64
	}{{"width-shift-range", &s.WidthShiftRange}, {"height-shift-range", &s.HeightShiftRange}, {"zoom-range", &s.ZoomRange}} {
		if !e.has(f.flag) {
			*f.v = 0.05
		}
	}
	if t.set.Source == "demo" && !e.has("horizontal-flip") {
		s.HorizontalFlip = true
	}
}

// inferTexts sets what was not given for texts.
func (e *Env) inferTexts(t *task) {
	s := e.Settings
	e.inferCommon(len(t.set.Train), 30_000, 5, 30)
	if !e.has("learning-rate") {
		s.LearningRate = rate(s.Optimizer, 0.002, 0.05)
	}
	if s.ModelSize == "" {
		s.ModelSize = "small"
		if len(t.set.Train) > 20_000 {
			s.ModelSize = "medium"
		}
	}
	if !e.has("dropout") {
		s.Dropout = 0.3
	}
	var lengths []int
	for _, ids := range t.tok.TextsToSequences(texts(t.set.Train)) {
		lengths = append(lengths, len(ids))
	}
	slices.Sort(lengths)
	longest, usual := lengths[len(lengths)-1], lengths[min(len(lengths)-1, len(lengths)*95/100)]
	if s.MaxLen == 0 {
		s.MaxLen = min(max(usual, 1), 256)
		if longest <= 100 {
			s.MaxLen = max(longest, 1)
		}
	}
	whole, _ := slices.BinarySearch(lengths, s.MaxLen+1)
	t.look = fmt.Sprintf("%d words, 95 %% at most %d; maxlen %d keeps %.1f %% whole", lengths[len(lengths)/2], usual, s.MaxLen, 100*float64(whole)/float64(len(lengths)))
	if s.NumWords == 0 {
		// Words that occur once teach nothing that carries over.
		n := 2 // padding and words that are not known
		for _, c := range t.tok.WordCounts() {
			if c > 1 {
				n++
			}
		}
		s.NumWords = min(max(n, 3), 10_000)
	}
}

// inferCommon sets epochs, batch size and patience by the number of samples:
// about seen samples are shown in all.
func (e *Env) inferCommon(n, seen, least, most int) {
	s := e.Settings
	if s.Epochs == 0 {
		s.Epochs = min(max(seen/max(n, 1), least), most)
	}
	if s.BatchSize == 0 {
		switch {
		case n >= 5000:
			s.BatchSize = 64
		case n >= 400:
			s.BatchSize = 32
		case n >= 60:
			s.BatchSize = 16
		default:
			s.BatchSize = 8
		}
	}
	if !e.has("patience") {
		s.Patience = max(4, s.Epochs/3)
	}
}

// has reports whether a setting was given, on the command line or by the run
// that is resumed.
func (e *Env) has(flag string) bool { return e.Flags.Changed(flag) || e.Settings.Resume != "" }

// augmentation is the random changes in words.
func (e *Env) augmentation() string {
	s := e.Settings
	if !s.Augment {
		return "no augmentation"
	}
	var parts []string
	add := func(on bool, format string, args ...any) {
		if on {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(s.Policy != "" && s.Policy != "none", "%s", s.Policy)
	add(s.RotationRange != 0, "rotation %g°", s.RotationRange)
	add(s.WidthShiftRange != 0 || s.HeightShiftRange != 0, "shift %g/%g", s.WidthShiftRange, s.HeightShiftRange)
	add(s.ShearRange != 0, "shear %g°", s.ShearRange)
	add(s.ZoomRange != 0, "zoom %g", s.ZoomRange)
	add(len(s.BrightnessRange) == 2, "brightness %v", s.BrightnessRange)
	add(s.ChannelShift != 0, "channel shift %g", s.ChannelShift)
	add(s.HorizontalFlip, "horizontal flip")
	add(s.VerticalFlip, "vertical flip")
	if len(parts) == 0 {
		return "no augmentation"
	}
	return "augmentation: " + strings.Join(parts, ", ")
}

// inferred is one line about the settings that training will use.
func (e *Env) inferred(t *task) string {
	s := e.Settings
	line := fmt.Sprintf("train %s, validation %s (%s); ", cli.Count(len(t.set.Train)), cli.Count(len(t.set.Valid)), t.set.Split)
	if t.pictures != nil {
		line += fmt.Sprintf("%d×%d %s, %s", s.TargetSize[0], s.TargetSize[1], s.ColorMode, e.augmentation())
	} else {
		line += fmt.Sprintf("maxlen %d, vocabulary %s", s.MaxLen, cli.Count(t.tok.InputDim()))
	}
	return line
}
