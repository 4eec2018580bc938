// Package settings is the configuration of the train command: one struct from
// which flags, defaults, help, the printed inference and run.json are made.
package settings

import (
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
)

// Settings are all flags. The names are Keras' arguments with dashes. What has
// an auto tag is inferred from the data unless it is given.
type Settings struct {
	Epochs        int      `flag:"epochs" short:"e" group:"main" auto:"inferred" help:"N: passes over the data"`
	BatchSize     int      `flag:"batch-size" short:"b" group:"main" auto:"inferred" help:"N: samples in a step"`
	LearningRate  float64  `flag:"learning-rate" group:"main" auto:"inferred" help:"X: size of the steps at the start"`
	Optimizer     string   `flag:"optimizer" group:"main" choices:"adam|adamw|nadam|adamax|adagrad|adadelta|adafactor|ftrl|lion|rmsprop|sgd" help:"NAME: how weights follow gradients: Keras' eleven, in small letters"`
	ModelSize     string   `flag:"model-size" group:"main" auto:"inferred" help:"small|medium|large: layers and units"`
	ValidSplit    float64  `flag:"validation-split" group:"main" auto:"0.2; words 0.05" help:"X: part held out, by a hash of the name"`
	Out           string   `flag:"out" short:"o" group:"main" auto:"runs/N-NAME" help:"DIR: the run directory"`
	Seed          uint64   `flag:"seed" group:"main" help:"N: same seed, same bytes"`
	Workers       int      `flag:"workers" group:"main" auto:"one a processor" help:"N: for data and computing; results do not depend on it"`
	ClassWeight   string   `flag:"class-weight" group:"main" help:"HOW: none, balanced (rare classes count more) or NAME=WEIGHT,…"`
	EarlyStopping bool     `flag:"early-stopping" group:"main" auto:"on" help:": stop when validation no longer improves"`
	Patience      int      `flag:"patience" group:"main" auto:"inferred" help:"N: epochs without improvement before that"`
	OnError       string   `flag:"on-error" group:"main" help:"fail|skip|placeholder: what to do about samples that cannot be read"`
	Resume        string   `flag:"resume" group:"more" help:"RUN: go on with a run; the same as: train resume RUN"`
	DryRun        bool     `flag:"dry-run" group:"main" help:": one step of everything, then clean up"`
	Check         bool     `flag:"check" group:"main" help:": read all data and say what is wrong, no training"`
	Force         bool     `flag:"force" short:"f" group:"main" help:": write into a run directory that exists"`
	Config        string   `flag:"config" short:"c" group:"more" help:"FILE: settings as YAML, and data: PATH; flags win"`
	Set           []string `flag:"set" group:"more" help:"KEY=VALUE: one setting, as in a configuration: image.zoom_range=0.1"`
	ShowConfig    bool     `flag:"show-config" group:"more" help:": print all settings as such a file"`
	Overfit       int      `flag:"overfit" group:"more" help:"N: train and validate on the same N samples, to see that the model can learn"`
	TensorBoard   string   `flag:"tensorboard" group:"more" help:"DIR: event files for tensorboard --logdir DIR"`
	Monitor       string   `flag:"monitor" group:"more" auto:"val_loss; words loss" help:"val_loss|val_accuracy|loss: decides which epoch is best"`
	Schedule
	StallTimeout float64 `flag:"stall-timeout" group:"more" help:"S: seconds without a batch after which training ends and says what hangs"`
	Clipnorm     float64 `flag:"clipnorm" group:"more" help:"X: limit of each gradient's norm"`
	Model        string  `flag:"model" group:"more" help:"FILE: train this model (.json, .yaml, .h5, .keras, .npz or a run), from its weights if it has them"`
	ResetWeights bool    `flag:"reset-weights" group:"more" help:": new weights for --model"`
	ReplaceHead  bool    `flag:"replace-head" group:"more" help:": a new last layer for --model, with one output a class"`
	Dropout      float64 `flag:"dropout" group:"more" auto:"inferred" help:"X: part of the units left out while training"`
	Image
	Text
	Table
	Words
	Top      int    `flag:"top" group:"output" help:"N: how many classes predict shows"`
	Classes  string `flag:"classes" group:"output" help:"FILE: names of a plain model file's classes: a name a line, or imagenet_class_index.json"`
	Plot     string `flag:"plot" group:"output" help:"FILE: evaluate draws the confusion matrix, or the residuals: .png, .svg, .pdf"`
	SaveFreq int    `flag:"save-freq" group:"output" help:"N: a checkpoint every N steps; 0: every 30 s and every epoch"`
	JSON     bool   `flag:"json" group:"output" help:": JSON Lines on standard output"`
	Quiet    bool   `flag:"quiet" short:"q" group:"output" help:": only the result and errors"`
	Verbose  bool   `flag:"verbose" short:"v" group:"output" help:": also the model's layers"`
	NoColor  bool   `flag:"no-color" group:"output" help:": no colours, as NO_COLOR does"`
}

// Preprocessings are the values of --preprocess: the modes of Keras'
// preprocess_input, 0 to 1, and pixels as they are.
var Preprocessings = []string{"caffe", "tf", "torch", "unit", "none"}

// Image are the settings of picture data.
type Image struct {
	TargetSize       []int     `flag:"target-size" group:"image" auto:"inferred" help:"H×W: pictures are resized to"`
	ColorMode        string    `flag:"color-mode" group:"image" auto:"inferred" help:"grayscale|rgb|rgba: channels"`
	Interpolation    string    `flag:"interpolation" group:"image" help:"nearest|bilinear|bicubic|lanczos|box|hamming: of the resizing"`
	Preprocess       string    `flag:"preprocess" group:"image" auto:"by the model's name" help:"caffe|tf|torch|unit|none: what a plain model file takes, for predict and evaluate"`
	Draft            bool      `flag:"draft" group:"image" help:": decode large JPEGs at 1/2, 1/4 or 1/8, which is faster"`
	Orient           bool      `flag:"orient" group:"image" help:": turn pictures as their EXIF orientation says"`
	AllowTruncated   bool      `flag:"allow-truncated" group:"image" help:": take JPEGs that end early; the rest of them is grey"`
	MaxPixels        int       `flag:"max-pixels" group:"image" help:"N: larger pictures are refused"`
	DataMemory       int       `flag:"data-memory" group:"image" help:"MIB: for decoded pictures and batches made ahead"`
	Augment          bool      `flag:"augment" group:"image" auto:"on" help:": change training pictures at random, as below"`
	Policy           string    `flag:"policy" group:"image" help:"POLICY: randaugment, trivialaugment, none, a JSON file or its text; comes before the flags above"`
	RotationRange    float64   `flag:"rotation-range" group:"image" help:"DEG: random rotation"`
	WidthShiftRange  float64   `flag:"width-shift-range" group:"image" auto:"inferred" help:"X: random shift, part of the width"`
	HeightShiftRange float64   `flag:"height-shift-range" group:"image" auto:"inferred" help:"X: random shift, part of the height"`
	ShearRange       float64   `flag:"shear-range" group:"image" help:"DEG: random shear"`
	ZoomRange        float64   `flag:"zoom-range" group:"image" auto:"inferred" help:"X: random zoom by 1-X to 1+X"`
	BrightnessRange  []float64 `flag:"brightness-range" group:"image" help:"LO,HI: random brightness"`
	ChannelShift     float64   `flag:"channel-shift-range" group:"image" help:"X: random shift of values"`
	HorizontalFlip   bool      `flag:"horizontal-flip" group:"image" auto:"off; demo on" help:": mirror every second picture"`
	VerticalFlip     bool      `flag:"vertical-flip" group:"image" help:": turn every second picture upside down"`
	FillMode         string    `flag:"fill-mode" group:"image" help:"nearest|constant|reflect|wrap: what lies outside"`
}

// Text are the settings of text data.
type Text struct {
	MaxLen      int    `flag:"maxlen" group:"text" auto:"inferred" help:"N: words of a text that are read, its last ones"`
	NumWords    int    `flag:"num-words" group:"text" auto:"inferred" help:"N: size of the vocabulary"`
	Tokenizer   string `flag:"tokenizer" group:"text" help:"FILE: vocabulary as Keras' tokenizer.to_json() or a run has it, for --model"`
	TextColumn  string `flag:"text-column" group:"text" auto:"inferred" help:"NAME: or number of the column with the text"`
	LabelColumn string `flag:"label-column" group:"text" auto:"inferred" help:"NAME: or number of the column with the class"`
}

// Table are the settings of tables of numbers and categories.
type Table struct {
	Target       string `flag:"target" group:"table" help:"NAME: the column to predict; the other columns are inputs"`
	Task         string `flag:"task" group:"table" auto:"inferred" help:"classification|regression|tagging|words: what is learned; tagging: words and their tags"`
	Columns      string `flag:"columns" group:"table" auto:"inferred" help:"NAME=KIND,…: what columns hold: number, category, or skip to leave them out"`
	SampleWeight string `flag:"sample-weight" group:"table" help:"NAME: a column that says how much a row counts"`
	Missing      string `flag:"missing" group:"table" help:"mean|median|zero|fail: what stands for numbers that are missing"`
	OneHot       int    `flag:"one-hot" group:"table" help:"N: categories up to which a column is one-hot; more get an embedding"`
}

// Words are the settings of word vectors.
type Words struct {
	VectorSize      int     `flag:"vector-size" group:"words" auto:"inferred" help:"N: numbers of a word's vector"`
	WindowSize      int     `flag:"window-size" group:"words" help:"N: words on each side that count as near"`
	NegativeSamples float64 `flag:"negative-samples" group:"words" help:"X: random pairs for each real one"`
	SamplingFactor  float64 `flag:"sampling-factor" group:"words" auto:"inferred" help:"X: above it frequent words are thinned out; 1 keeps all"`
	MinCount        int     `flag:"min-count" group:"words" auto:"inferred" help:"N: rarer words get no vector"`
	Show            string  `flag:"show" group:"words" auto:"inferred" help:"A,B: words whose neighbours are shown and drawn"`
}

// Default returns the settings without flags.
func Default() *Settings {
	return &Settings{
		Optimizer: "adam", ValidSplit: 0.2, ClassWeight: "none", EarlyStopping: true, OnError: "fail",
		Monitor: "val_loss", Schedule: Schedule{Name: "cosine", Power: 1}, StallTimeout: 300, Workers: runtime.GOMAXPROCS(0), Top: 1,
		Table: Table{OneHot: 16, Missing: "mean"},
		Words: Words{WindowSize: 5, NegativeSamples: 2},
		Image: Image{Interpolation: "bilinear", Draft: true, Orient: true, MaxPixels: 89_478_485, DataMemory: 1024, Augment: true, FillMode: "nearest"},
	}
}

// aliases are what people type.
var aliases = map[string]string{
	"lr": "learning-rate", "val-split": "validation-split", "max-len": "maxlen", "n-epochs": "epochs", "num-epochs": "epochs",
	"nb-epoch": "epochs", "image-size": "target-size", "img-size": "target-size", "imgsz": "target-size", "class-weights": "class-weight",
	"random-seed": "seed", "random-state": "seed", "output": "out", "out-dir": "out", "jobs": "workers", "batch": "batch-size",
	"clip-norm": "clipnorm", "vocab-size": "num-words", "embedding-dim": "vector-size", "output-dim": "vector-size",
	"window": "window-size", "vocabulary": "tokenizer", "architecture": "model", "pretrained": "model", "new-head": "replace-head", "from-scratch": "reset-weights", "target-column": "target", "label-name": "target", "sample-weights": "sample-weight", "weight-column": "sample-weight", "problem-type": "task", "impute": "missing", "imputer": "missing", "lr-schedule": "schedule", "scheduler": "schedule", "warmup-epochs": "warmup", "end-learning-rate": "end-rate", "boundaries": "decay-epochs", "negative": "negative-samples", "sample": "sampling-factor", "vocabulary-size": "num-words", "max-features": "num-words", "color": "color-mode",
}

// Flags returns the command line flags of s.
func Flags(s *Settings) *cli.Flags { return cli.NewFlags("train", s, aliases) }

// Validate refuses numbers that make no sense.
func (s *Settings) Validate(given func(flag string) bool) error {
	bad := func(flag string, got any, want string) error {
		return cli.Errorf(cli.Usage, "--%s is %v; want %s", flag, got, want)
	}
	// Zero stands for "inferred", which nobody asks for by typing it.
	none := func(flag string, zero bool) bool { return zero && given(flag) }
	switch {
	case s.Epochs < 0 || none("epochs", s.Epochs == 0):
		return bad("epochs", s.Epochs, "1 or more")
	case s.BatchSize < 0 || none("batch-size", s.BatchSize == 0):
		return bad("batch-size", s.BatchSize, "1 or more")
	case !(s.LearningRate >= 0) || none("learning-rate", s.LearningRate == 0):
		return bad("learning-rate", s.LearningRate, "a number above 0")
	case !(s.ValidSplit > 0 && s.ValidSplit < 1):
		return bad("validation-split", s.ValidSplit, "a part between 0 and 1, such as 0.2")
	case s.Workers < 0 || none("workers", s.Workers == 0):
		return bad("workers", s.Workers, "1 or more")
	case s.SaveFreq < 0:
		return bad("save-freq", s.SaveFreq, "0 or more steps")
	case s.Overfit < 0:
		return bad("overfit", s.Overfit, "a number of samples")
	case s.Patience < 0:
		return bad("patience", s.Patience, "0 or more")
	case !(s.Clipnorm >= 0):
		return bad("clipnorm", s.Clipnorm, "0 (off) or more")
	case !(s.Dropout >= 0 && s.Dropout < 1):
		return bad("dropout", s.Dropout, "a part from 0 to below 1")
	case s.DataMemory < 1:
		return bad("data-memory", s.DataMemory, "1 or more MiB")
	case !(s.StallTimeout > 0):
		return bad("stall-timeout", s.StallTimeout, "a number of seconds above 0")
	case s.MaxPixels < 1:
		return bad("max-pixels", s.MaxPixels, "1 or more")
	case s.MaxLen < 0 || none("maxlen", s.MaxLen == 0):
		return bad("maxlen", s.MaxLen, "1 or more")
	case s.NumWords < 0 || s.NumWords == 1:
		return bad("num-words", s.NumWords, "2 or more")
	case s.OneHot < 0:
		return bad("one-hot", s.OneHot, "0 or more")
	case s.VectorSize < 0 || s.VectorSize > 4096 || none("vector-size", s.VectorSize == 0):
		return bad("vector-size", s.VectorSize, "1 to 4096")
	case s.WindowSize < 1 || s.WindowSize > 1000:
		return bad("window-size", s.WindowSize, "1 to 1000")
	case !(s.NegativeSamples > 0 && s.NegativeSamples <= 100):
		return bad("negative-samples", s.NegativeSamples, "a number above 0, up to 100")
	case !(s.SamplingFactor >= 0 && s.SamplingFactor <= 1) || none("sampling-factor", s.SamplingFactor == 0):
		return bad("sampling-factor", s.SamplingFactor, "a number above 0, up to 1 (no thinning)")
	case s.MinCount < 0 || none("min-count", s.MinCount == 0):
		return bad("min-count", s.MinCount, "1 or more")
	case s.Top < 1:
		return bad("top", s.Top, "1 or more")
	}
	if err := s.Schedule.validate(s, bad); err != nil {
		return err
	}
	if given("preprocess") && !slices.Contains(Preprocessings, s.Preprocess) {
		return bad("preprocess", s.Preprocess, "one of "+strings.Join(Preprocessings, ", "))
	}
	for _, n := range s.TargetSize {
		if n < 8 || n > 2048 {
			return bad("target-size", fmt.Sprintf("%dx%d", s.TargetSize[0], s.TargetSize[1]), "sides from 8 to 2048")
		}
	}
	return nil
}
