package command

import (
	"cmp"

	"slices"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// guess fills in what a plain file does not say: pictures, of the size of the
// input, and numbered classes, unless train convert noted other things.
func (e *Env) guess(r *loaded, meta map[string][]byte) error {
	notes, err := readNotes(meta)
	if err != nil {
		return err
	}
	m := r.model
	no := func(format string, args ...any) error {
		return cli.Errorf(cli.BadData, "%s cannot classify pictures: "+format, append([]any{r.dir}, args...)...).
			Do("use it from a program: saving.Load, then Predict")
	}
	if !m.Built() || len(m.Inputs()) != 1 || len(m.Outputs()) != 1 {
		return no("want one input and one output, got %v and %v", m.InputShapes(), m.OutputShapes())
	}
	in, out := m.InputShapes()[0], m.OutputShapes()[0]
	if len(in) != 4 {
		return no("its input is %v, not (None, height, width, channels)", in)
	}
	if len(out) != 2 || out[1] < 1 {
		return no("its output is %v, not (None, classes)", out)
	}
	mode, ok := map[int]string{1: "grayscale", 3: "rgb", 4: "rgba"}[in[3]]
	if !ok {
		return no("its input is %v; want 1, 3 or 4 channels as the last axis", in)
	}
	p := &rundir.Preprocessing{ColorMode: mode, Interpolation: e.Settings.Interpolation, Draft: e.Flags.Changed("draft") && e.Settings.Draft, Orient: e.Settings.Orient, Rescale: 1}
	switch size := e.Settings.TargetSize; {
	case in[1] != nn.Unknown && in[2] != nn.Unknown:
		if e.Flags.Changed("target-size") && !slices.Equal(size, in[1:3]) {
			return cli.Errorf(cli.Usage, "--target-size is %v, but the input of %s is %v", size, r.dir, in)
		}
		p.TargetSize = []int{in[1], in[2]}
	case e.Flags.Changed("target-size"):
		p.TargetSize = size
	default:
		return cli.Errorf(cli.Usage, "%s takes pictures of any size: %v", r.dir, in).Do("say which: --target-size 224x224")
	}
	r.scaling = scalingOf(m)
	if mode := cmp.Or(e.Settings.Preprocess, notes.Preprocess); mode != "" {
		r.scaling = scalingModes[mode]
	}
	r.kind = dataset.Images
	r.Stored = &rundir.Stored{Run: rundir.Run{V: 1, Task: string(dataset.Images), Preprocessing: p}}
	classes := out[1]
	if classes == 1 { // a probability: of class 1
		classes, r.binary = 2, true
	}
	named := "numbered"
	switch file := e.Settings.Classes; {
	case file != "":
		if r.Classes, err = readClasses(file, classes); err != nil {
			return err
		}
		named = "named by " + file
	case len(notes.Classes) == classes:
		r.Classes, named = notes.Classes, "named in the file"
	default:
		for k := range classes {
			r.Classes = append(r.Classes, strconv.Itoa(k))
		}
	}
	says := "does not say what goes in and out"
	if notes.V != 0 {
		says = "comes without a run"
	}
	e.Console.Printf("note       %s %s: pictures %dx%d, %s, %s; classes %s", r.dir, says, p.TargetSize[0], p.TargetSize[1], mode, r.scaling.about, named)
	return nil
}

// A scaling makes the numbers that a model was trained with of pixels.
type scaling struct {
	mode  string // its name in scalingModes
	about string
	bgr   bool       // blue first
	by    float32    // each value
	mean  [3]float32 // subtracted after that, in the model's order of channels
	std   [3]float32 // divided by, if not 0
}

// scalingModes are those of keras.applications (preprocess_input of
// imagenet_utils), and two more.
var scalingModes = map[string]scaling{
	"caffe": {mode: "caffe", about: "BGR without the mean of ImageNet (caffe)", bgr: true, by: 1, mean: [3]float32{103.939, 116.779, 123.68}},
	"tf":    {mode: "tf", about: "-1 to 1 (tf)", by: 1. / 127.5, mean: [3]float32{1, 1, 1}},
	"torch": {mode: "torch", about: "without the mean of ImageNet, in its deviations (torch)", by: 1. / 255, mean: [3]float32{0.485, 0.456, 0.406}, std: [3]float32{0.229, 0.224, 0.225}},
	"unit":  {mode: "unit", about: "0 to 1", by: 1. / 255},
	"none":  {mode: "none", about: "0 to 255", by: 1},
}

// scalings say which models of keras.applications take which, by the beginning of
// the model's name. The first that fits counts.
var scalings = []struct {
	mode     string
	prefixes []string
}{
	{"none", []string{"efficientnet", "convnext", "regnet", "mobilenetv3"}}, // these scale by themselves
	{"torch", []string{"densenet"}},
	{"tf", []string{"resnet50v2", "resnet101v2", "resnet152v2", "mobilenet", "inception", "xception", "nasnet"}},
	{"caffe", []string{"resnet", "vgg"}},
}

// scalingOf looks at the name of a model and at its first layers; 0 to 1 when
// they say nothing.
func scalingOf(m *nn.Model) scaling {
	name := strings.ToLower(m.Name())
	for _, s := range scalings {
		if slices.ContainsFunc(s.prefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
			return scalingModes[s.mode]
		}
	}
	for _, l := range m.AllLayers() {
		if c := nn.ClassName(l); c == "Rescaling" || c == "Normalization" {
			return scalingModes["none"]
		}
	}
	return scalingModes["unit"]
}

// generator scales pictures as s says; rescale is the factor where it says nothing.
func (s scaling) generator(g *augment.ImageDataGenerator, rescale float64) {
	if g.Rescale = rescale; s.by != 0 {
		g.Rescale = 1
		g.PreprocessingFunction = func(x *tensor.Tensor) *tensor.Tensor {
			s.apply(x.Data(), x.Shape()[2])
			return x
		}
	}
}

// undo is the way back to 0 to 1, for people to look at.
func (s scaling) undo(pixels []float32, channels int) {
	for at := 0; s.by != 0 && at+channels <= len(pixels); at += channels {
		px := pixels[at : at+channels]
		for c := range px {
			if c < 3 {
				if s.std[c] != 0 {
					px[c] *= s.std[c]
				}
				px[c] += s.mean[c]
			}
			px[c] /= 255 * s.by
		}
		if s.bgr && channels >= 3 {
			px[0], px[2] = px[2], px[0]
		}
	}
}

// apply scales pictures with so many channels.
func (s scaling) apply(pixels []float32, channels int) {
	for at := 0; at+channels <= len(pixels); at += channels {
		px := pixels[at : at+channels]
		if s.bgr && channels >= 3 {
			px[0], px[2] = px[2], px[0]
		}
		for c := range px {
			px[c] *= s.by
			if c < 3 {
				px[c] -= s.mean[c]
				if s.std[c] != 0 {
					px[c] /= s.std[c]
				}
			}
		}
	}
}
