// Package settings is the configuration of the augment command: one struct
// from which flags, defaults and help are made.
package settings

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
)

// Settings are all flags. Those of Keras have Keras' names, with dashes.
type Settings struct {
	PerImage         int     `flag:"per-image" short:"n" group:"count" help:"N: new pictures of each one"`
	Total            int     `flag:"total" group:"count" auto:"per-image decides" help:"N: pictures to write in all"`
	Balance          bool    `flag:"balance" group:"count" help:": bring all classes to equal counts"`
	IncludeOriginals bool    `flag:"include-originals" group:"count" help:": write the unchanged pictures too"`
	Seed             uint64  `flag:"seed" group:"count" help:"N: another number gives other pictures"`
	ValidationSplit  float64 `flag:"validation-split" group:"count" help:"X: part of each class that --subset sets aside"`
	Subset           string  `flag:"subset" group:"count" auto:"all" help:"training|validation: with --validation-split, which part to read; validation is the first one"`

	RotationRange      float64   `flag:"rotation-range" group:"change" auto:"15*" help:"X: turn by up to X degrees either way"`
	WidthShiftRange    string    `flag:"width-shift-range" group:"change" auto:"0.1*" help:"X: move sideways by up to X: 0.2 is a part of the width, 20.0 pixels, 20 whole pixels, 5,10,15 one of these"`
	HeightShiftRange   string    `flag:"height-shift-range" group:"change" auto:"0.1*" help:"X: likewise up and down"`
	ShearRange         float64   `flag:"shear-range" group:"change" help:"X: shear by up to X degrees"`
	ZoomRange          string    `flag:"zoom-range" group:"change" auto:"0.1*" help:"X: factors from 1-X to 1+X, or two: 0.8,1.3; above 1 the picture shrinks"`
	BrightnessRange    []float64 `flag:"brightness-range" group:"change" auto:"0.8,1.2*" help:"LO,HI: factors"`
	ChannelShiftRange  float64   `flag:"channel-shift-range" group:"change" help:"X: add up to X to all samples"`
	HorizontalFlip     bool      `flag:"horizontal-flip" group:"change" auto:"on*" help:": mirror left and right, every second time"`
	VerticalFlip       bool      `flag:"vertical-flip" group:"change" help:": likewise top and bottom"`
	FillMode           string    `flag:"fill-mode" group:"change" auto:"reflect*" help:"nearest|constant|reflect|wrap: what lies outside the picture; nearest when flags choose the changes, as in Keras"`
	CVal               float64   `flag:"cval" group:"change" help:"X: what lies outside with --fill-mode constant"`
	InterpolationOrder int       `flag:"interpolation-order" group:"change" help:"N: 0 takes the nearest pixel, 1 mixes four, 2 to 5 are splines"`
	Policy             string    `flag:"policy" group:"change" help:"POLICY: randaugment, trivialaugment, none, a JSON file or its text; comes before the flags above"`
	Compat             string    `flag:"compat" group:"change" help:"tf_keras|keras-preprocessing: whose arithmetic, that of tf_keras or of keras-preprocessing 1.1.2"`

	Rescale                     float64 `flag:"rescale" group:"numbers" auto:"none" help:"X: factor on all samples"`
	SamplewiseCenter            bool    `flag:"samplewise-center" group:"numbers" help:": subtract each picture's mean"`
	SamplewiseStdNormalization  bool    `flag:"samplewise-std-normalization" group:"numbers" help:": divide by each picture's deviation"`
	FeaturewiseCenter           bool    `flag:"featurewise-center" group:"numbers" help:": subtract the mean of all pictures"`
	FeaturewiseStdNormalization bool    `flag:"featurewise-std-normalization" group:"numbers" help:": divide by the deviation of all pictures"`
	ZCAWhitening                bool    `flag:"zca-whitening" group:"numbers" help:": remove correlations between samples; for small pictures"`
	ZCAEpsilon                  float64 `flag:"zca-epsilon" group:"numbers" help:"X: added to singular values"`
	DType                       string  `flag:"dtype" group:"numbers" auto:"float32, and uint8 where 0 to 255 is kept" help:"float32|float64|float16|uint8|int8|uint16|int16|int32: of arrays"`
	DataFormat                  string  `flag:"data-format" group:"numbers" help:"channels_last|channels_first: of arrays"`

	TargetSize      []int  `flag:"target-size" group:"read" auto:"as it is" help:"H×W: resize to this first"`
	ColorMode       string `flag:"color-mode" group:"read" auto:"as it is" help:"rgb|rgba|grayscale: of what is read"`
	Interpolation   string `flag:"interpolation" group:"read" help:"nearest|bilinear|bicubic|lanczos|box|hamming: of the resizing; Keras has nearest"`
	KeepAspectRatio bool   `flag:"keep-aspect-ratio" group:"read" help:": cut to the proportions of --target-size"`
	Orient          bool   `flag:"orient" group:"read" help:": turn pictures as their EXIF tag says; Keras does not"`
	AllowTruncated  bool   `flag:"allow-truncated" group:"read" help:": take JPEGs that end early; the rest of them is grey"`
	FollowLinks     bool   `flag:"follow-links" group:"read" help:": enter folders that are symbolic links"`
	OnError         string `flag:"on-error" group:"read" help:"skip|fail: what to do about pictures that cannot be read"`

	Masks        string  `flag:"masks" group:"beside" help:"MASKS: a folder with masks of the same path and name; moved by the nearest pixel"`
	Boxes        string  `flag:"boxes" group:"beside" help:"BOXES: boxes, of COCO (a JSON file), Pascal VOC or YOLO (a folder)"`
	BoxesFormat  string  `flag:"boxes-format" group:"beside" auto:"found out" help:"coco|voc|yolo: how --boxes is written"`
	BoxesTo      string  `flag:"boxes-to" group:"beside" auto:"as it is" help:"coco|voc|yolo: how boxes are written to OUT"`
	BoxesOutside string  `flag:"boxes-outside" group:"beside" help:"clip|drop|error: what to do about boxes that reach out of their picture; error refuses them all at once"`
	MinVisible   float64 `flag:"min-visible" group:"beside" help:"X: drop boxes of which less than this part is left"`

	Format    string `flag:"format" group:"write" auto:"as it is" help:"png|jpg|npz|tar: jpg stays jpg, all else becomes png; npz and tar are shards"`
	Quality   int    `flag:"quality" group:"write" help:"N: of jpg, 1 to 100"`
	ShardSize int    `flag:"shard-size" group:"write" auto:"1000, fewer of large ones" help:"N: pictures in a shard of npz or tar"`
	Force     bool   `flag:"force" short:"f" group:"write" help:": remove what augment wrote into OUT before, and begin anew"`

	Preview string `flag:"preview" group:"look" help:"FILE: draw originals and what becomes of them on one sheet (png); works without OUT"`
	Check   bool   `flag:"check" group:"look" help:": find corrupt, mislabelled, odd and duplicate pictures"`
	Stats   bool   `flag:"stats" group:"look" help:": mean, deviation, sizes, channels, classes"`
	DryRun  bool   `flag:"dry-run" group:"look" help:": try a few, estimate time and disk, write nothing"`
	Replay  string `flag:"replay" group:"look" help:"FILE: make the pictures of a manifest.jsonl again"`

	Memory  string `flag:"memory" group:"run" help:"SIZE: such as 2GB, bounds the pictures under way"`
	Workers int    `flag:"workers" group:"run" auto:"one a processor" help:"N: the result does not depend on it"`
	JSON    bool   `flag:"json" group:"run" help:": the summary as JSON on standard output"`
	Quiet   bool   `flag:"quiet" short:"q" group:"run" help:": only errors"`
	NoColor bool   `flag:"no-color" group:"run" help:": no colours, as NO_COLOR does"`
}

// Default returns the settings without flags.
func Default() *Settings {
	return &Settings{
		PerImage: 5, FillMode: "nearest", InterpolationOrder: 1, Compat: "tf_keras",
		ZCAEpsilon: 1e-6, DataFormat: "channels_last",
		Interpolation: "bilinear", Orient: true, OnError: "skip",
		BoxesOutside: "clip", MinVisible: 0.1, Quality: 95, Memory: "1GB", Workers: runtime.GOMAXPROCS(0),
	}
}

// aliases are what people type.
var aliases = map[string]string{
	"n": "per-image", "copies": "per-image", "count": "per-image", "rotation": "rotation-range", "rotate": "rotation-range",
	"width-shift": "width-shift-range", "height-shift": "height-shift-range", "shear": "shear-range", "zoom": "zoom-range",
	"brightness": "brightness-range", "channel-shift": "channel-shift-range", "flip": "horizontal-flip", "hflip": "horizontal-flip",
	"vflip": "vertical-flip", "size": "target-size", "image-size": "target-size", "resize": "target-size", "fill": "fill-mode",
	"color": "color-mode", "colour-mode": "color-mode", "order": "interpolation-order", "originals": "include-originals",
	"mask": "masks", "mask-dir": "masks", "mask-directory": "masks", "box": "boxes", "bboxes": "boxes", "annotations": "boxes", "outside": "boxes-outside", "truncated": "allow-truncated", "box-format": "boxes-format", "save-format": "format",
	"shards": "shard-size", "overwrite": "force", "dryrun": "dry-run", "sheet": "preview", "threads": "workers", "jobs": "workers",
	"center": "featurewise-center", "std-normalization": "featurewise-std-normalization", "zca": "zca-whitening",
}

// Flags returns the flags of s.
func Flags(s *Settings) *cli.Flags { return cli.NewFlags("augment", s, aliases) }

// Check refuses values that no run can use. Those of the generator are checked
// by itself.
func Check(s *Settings, f *cli.Flags) error {
	for _, c := range []struct {
		flag string
		bad  bool
		want string
	}{
		{"per-image", s.PerImage < 0 || s.PerImage == 0 && !s.IncludeOriginals, "1 or more new pictures of each one"},
		{"total", s.Total < 0 || f.Changed("total") && s.Total == 0, "1 or more pictures in all"},
		{"workers", s.Workers < 1, "1 or more"},
		{"quality", s.Quality < 1 || s.Quality > 100, "a number from 1 to 100"},
		{"shard-size", s.ShardSize < 0, "1 or more pictures in a shard"},
		{"min-visible", !(s.MinVisible >= 0 && s.MinVisible <= 1), "a part from 0 to 1"},
		{"target-size", s.TargetSize != nil && (s.TargetSize[0] < 1 || s.TargetSize[1] < 1), "a height and a width of 1 or more pixels"},
	} {
		if c.bad {
			return cli.Errorf(cli.Usage, "--%s is out of range", c.flag).Do("want %s", c.want)
		}
	}
	for _, c := range []struct {
		bad       bool
		what, fix string
	}{
		{f.Changed("total") && f.Changed("per-image"), "--total and --per-image both say how many pictures to write", "give one of them"},
		{s.Subset != "" && s.ValidationSplit == 0, "--subset needs a part to set aside", "add --validation-split 0.2"},
		{s.KeepAspectRatio && s.TargetSize == nil, "--keep-aspect-ratio needs proportions", "add --target-size 224x224"},
		{s.BoxesFormat+s.BoxesTo != "" && s.Boxes == "" && s.Replay == "", "--boxes-format and --boxes-to say how boxes are written, but there are none", "add --boxes FILE, or leave it out"},
		{f.Changed("boxes-outside") && s.Boxes == "" && s.Replay == "", "--boxes-outside is for boxes, but there are none", "add --boxes FILE, or leave it out"},
		{f.Changed("shard-size") && !s.Shards(), "--shard-size is for shards", "add --format npz or --format tar"},
		{f.Changed("data-format") && s.Format != "npz", "--data-format is for arrays", "add --format npz"},
		{s.Format == "npz" && s.Boxes != "", "--format npz has no place for boxes", "use --format tar, png or jpg"},
		{s.Check && s.Stats, "--check and --stats are two runs", "one after the other"},
	} {
		if c.bad {
			return cli.Errorf(cli.Usage, "%s", c.what).Do("%s", c.fix)
		}
	}
	return nil
}

// Shards reports whether pictures are put together into larger files.
func (s *Settings) Shards() bool { return s.Format == "npz" || s.Format == "tar" }

// Normalizes reports whether samples become other numbers than 0 to 255.
func (s *Settings) Normalizes() bool {
	return s.Rescale != 0 || s.SamplewiseCenter || s.SamplewiseStdNormalization || s.Fits()
}

// Fits reports whether statistics of all pictures are needed.
func (s *Settings) Fits() bool {
	return s.FeaturewiseCenter || s.FeaturewiseStdNormalization || s.ZCAWhitening
}

// Bytes reads a size such as 500MB.
func Bytes(flag, text string) (int64, error) {
	num := strings.TrimRight(strings.ToUpper(strings.TrimSpace(text)), "IB")
	unit, kilo := float64(1), float64(1000)
	if strings.Contains(strings.ToUpper(text), "IB") {
		kilo = 1024
	}
	if n := len(num); n > 0 {
		if k := strings.IndexByte("KMGT", num[n-1]); k >= 0 {
			num = num[:n-1]
			for range k + 1 {
				unit *= kilo
			}
		}
	}
	x, ok := number(strings.TrimSpace(num))
	if !ok || x <= 0 || x*unit > 1<<60 {
		return 0, cli.Errorf(cli.Usage, "--%s %s is no size", flag, cli.Quote(text)).Do("for example --%s 2GB", flag)
	}
	return int64(x * unit), nil
}

// Recorded returns the settings that decide what is written, as texts that
// the flags understand, under Keras' names.
func Recorded(s *Settings, f *cli.Flags) map[string]string {
	m := map[string]string{}
	for _, v := range f.Values() {
		name := strings.ReplaceAll(v.Key, "_", "-")
		switch f.Group(name) {
		case "look", "run":
			continue
		}
		if name == "force" || name == "on-error" || name == "follow-links" {
			continue
		}
		m[v.Key] = text(v.Value)
	}
	return m
}

// text writes a value as its flag reads it.
func text(v any) string {
	switch v := v.(type) {
	case []int:
		return strings.ReplaceAll(strings.Trim(fmt.Sprint(v), "[]"), " ", "x")
	case []float64:
		return strings.ReplaceAll(strings.Trim(fmt.Sprint(v), "[]"), " ", ",")
	}
	return fmt.Sprint(v)
}

// Restore sets what Recorded returned.
func Restore(f *cli.Flags, m map[string]string) error {
	for key, v := range m {
		if v == "" {
			continue
		}
		if err := f.Set(strings.ReplaceAll(key, "_", "-"), v); err != nil {
			return cli.Errorf(cli.BadData, "the setting %s is %s: %v", key, cli.Quote(v), err).Do("use the augment that wrote the manifest")
		}
	}
	return nil
}
