package settings

import (
	"errors"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/cli"
)

// What people type by mistake leads to the right flag, at least 95 times of 100.
func TestTypos(t *testing.T) {
	typos := map[string]string{
		"epoch": "epochs", "epohcs": "epochs", "epocs": "epochs", "epochss": "epochs", "eppochs": "epochs", "Epochs": "epochs", "nepochs": "epochs",
		"batchsize": "batch-size", "bath-size": "batch-size", "batch-sizes": "batch-size", "batch_siz": "batch-size", "batc-size": "batch-size", "batchSize": "batch-size",
		"learningrate": "learning-rate", "learning-rates": "learning-rate", "lerning-rate": "learning-rate", "learning-rat": "learning-rate", "learnrate": "learning-rate", "learningRate": "learning-rate", "learing_rate": "learning-rate",
		"optimiser": "optimizer", "optimzer": "optimizer", "optimizr": "optimizer", "optim": "optimizer", "optimizers": "optimizer",
		"validationsplit": "validation-split", "validation-spilt": "validation-split", "valid-split": "validation-split", "validation": "validation-split", "vaildation-split": "validation-split",
		"sed": "seed", "seeds": "seed", "sead": "seed", "outt": "out", "ouput": "out", "outdir": "out",
		"worker": "workers", "wokers": "workers", "num-workers": "workers", "n-workers": "workers",
		"classweight": "class-weight", "class-wieght": "class-weight", "classweights": "class-weight",
		"earlystopping": "early-stopping", "early-stop": "early-stopping", "early-stoping": "early-stopping",
		"patients": "patience", "patince": "patience", "onerror": "on-error", "on-errors": "on-error", "on-eror": "on-error",
		"resme": "resume", "resum": "resume", "dryrun": "dry-run", "dry": "dry-run", "dy-run": "dry-run", "chek": "check", "checks": "check", "forse": "force", "froce": "force",
		"clip": "clipnorm", "clip-nrom": "clipnorm", "drop-out": "dropout", "droput": "dropout", "dropouts": "dropout",
		"targetsize": "target-size", "targt": "target", "taget-size": "target-size", "imagesize": "target-size",
		"colormode": "color-mode", "colour-mode": "color-mode", "color-mod": "color-mode",
		"interpolate": "interpolation", "interpolaton": "interpolation", "maxpixels": "max-pixels", "max-pixel": "max-pixels",
		"rotation": "rotation-range", "rotationrange": "rotation-range", "rotate-range": "rotation-range", "rotaton-range": "rotation-range",
		"width-shift": "width-shift-range", "width_shift": "width-shift-range", "heigth-shift-range": "height-shift-range", "height-shift": "height-shift-range",
		"shear": "shear-range", "sheer-range": "shear-range", "zoom": "zoom-range", "zom-range": "zoom-range",
		"brightness": "brightness-range", "brigthness-range": "brightness-range", "channel-shift": "channel-shift-range",
		"flip-horizontal": "horizontal-flip", "horizontalflip": "horizontal-flip", "horizontal": "horizontal-flip", "verticalflip": "vertical-flip", "vertcal-flip": "vertical-flip",
		"fillmode": "fill-mode", "fil-mode": "fill-mode", "max-length": "maxlen", "maxlength": "maxlen", "numwords": "num-words", "nb-words": "num-words", "num-word": "num-words",
		"vectorsize": "vector-size", "vector": "vector-size", "windowsize": "window-size", "widow-size": "window-size", "negative-sample": "negative-samples", "negatives": "negative-samples",
		"sampling": "sampling-factor", "samplingfactor": "sampling-factor", "mincount": "min-count", "min-counts": "min-count", "sow": "show", "shows": "show",
		"label": "label-column", "labelcolumn": "label-column", "text-col": "text-column", "jsn": "json", "quite": "quiet", "verbos": "verbose", "nocolor": "no-color", "no-colour": "no-color",
	}
	wrong := 0
	for typed, want := range typos {
		_, err := Flags(Default()).Parse([]string{"--" + typed, "1"})
		if err == nil {
			t.Errorf("--%s is accepted", typed)
			continue
		}
		var e *cli.Error
		if !errors.As(err, &e) || e.Code != cli.Usage {
			t.Errorf("--%s: %v", typed, err)
		} else if e.Fix != "did you mean --"+want+"?" {
			wrong++
			t.Logf("--%s: %s; want --%s", typed, e.Fix, want)
		}
	}
	if len(typos) < 100 || wrong*20 > len(typos) {
		t.Errorf("%d of %d suggestions are wrong", wrong, len(typos))
	}
}

func TestHelp(t *testing.T) {
	if n := strings.Count(Help(), "\n"); n > 40 {
		t.Errorf("--help has %d lines", n)
	}
	if n := strings.Count(Short, "\n"); n > 12 {
		t.Errorf("without arguments there are %d lines", n)
	}
}

func TestValidate(t *testing.T) {
	if err := Default().Validate(func(string) bool { return false }); err != nil {
		t.Error(err)
	}
	for _, args := range []string{"--epochs=-1", "--batch-size=-1", "--learning-rate=-1", "--validation-split=0", "--validation-split=1", "--workers=-2", "--patience=-1", "--clipnorm=-1", "--dropout=1", "--max-pixels=0", "--maxlen=-1", "--num-words=1", "--top=0", "--target-size=5000",
		"--epochs=0", "--batch-size=0", "--learning-rate=0", "--workers=0", "--maxlen=0",
		"--vector-size=0", "--vector-size=5000", "--window-size=0", "--negative-samples=0", "--negative-samples=101", "--sampling-factor=0", "--sampling-factor=1.5", "--min-count=0"} {
		s := Default()
		f := Flags(s)
		if _, err := f.Parse([]string{args}); err != nil {
			t.Errorf("%s: %v", args, err)
		}
		if s.Validate(f.Changed) == nil {
			t.Errorf("%s is accepted", args)
		}
	}
}
