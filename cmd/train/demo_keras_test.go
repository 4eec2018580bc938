package main

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/antler-ml/antler/cmd/train/internal/demo"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

var demoDir = flag.String("demo", "", "a folder for testdata/tools/demo_check.py: the model of train demo; when Keras has been there, its models are read")

const goOn = 5 // steps that are compared

// five trains on one batch and returns the losses.
func five(t *testing.T, m *nn.Model, x, y *tensor.Tensor) []float32 {
	t.Helper()
	var losses []float32
	for range goOn {
		logs, err := m.TrainOnBatch(pipeline.Batch{X: []*tensor.Tensor{x}, Y: []*tensor.Tensor{y}})
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, float32(logs.Get("loss")))
	}
	return losses
}

// apart is the largest difference of two lists, as part of want above one.
func apart(got, want []float32) (worst float64) {
	for i := range want {
		worst = max(worst, math.Abs(float64(got[i]-want[i]))/math.Max(math.Abs(float64(want[i])), 0.1))
	}
	return worst
}

// TestConvertLast: with the state of the optimizer a run goes on from a file as from
// its checkpoint.
func TestConvertLast(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 30)
	must(t, train(t, "", "pics", "--epochs", "2", "--dropout", "0", "-o", "run"))
	x, y := tensor.Full(0.5, 4, 12, 12, 1), tensor.New(4, 1)
	x.Data()[7] = 1
	var first []float32
	for _, name := range []string{"a.h5", "a.keras"} {
		must(t, train(t, "", "convert", "run", name, "--last"))
		l, err := saving.LoadWith(name, saving.LoadConfig{})
		if err != nil || len(l.Warnings) > 0 || l.Meta["run.json"] == nil {
			t.Fatal(err, l)
		}
		s, err := l.Model.OptimizerState()
		if err != nil || s.Iterations == 0 {
			t.Fatalf("%s: %v, %d steps", name, err, s.Iterations)
		}
		losses := five(t, l.Model, x, y)
		if first == nil {
			first = losses
		} else if apart(losses, first) != 0 {
			t.Errorf("%s goes on with %v, the other with %v", name, losses, first)
		}
	}
	must(t, train(t, "", "convert", "run", "best.h5"))
	if m, err := saving.Load("best.h5"); err != nil {
		t.Error(err)
	} else if _, compiled := m.CompileConfig(); compiled {
		t.Error("the best epoch has no state of an optimizer")
	}
	os.RemoveAll("run/checkpoints")
	if r := train(t, "", "convert", "run", "b.h5", "--last"); r.code == 0 {
		t.Error("there are no checkpoints")
	} else {
		contains(t, r.stderr, "no checkpoints", "leave out --last")
	}
}

// TestDemoInKeras trains the demo and writes it for both Keras, with what it predicts
// and how it goes on; then reads what Keras saved after five steps more.
func TestDemoInKeras(t *testing.T) {
	if *demoDir == "" {
		t.Skip("needs -demo")
	}
	at := func(name string) string { return filepath.Join(*demoDir, name) }
	if backs, _ := filepath.Glob(at("*.back.*")); len(backs) > 0 {
		for _, f := range backs {
			if filepath.Ext(f) == ".npz" {
				continue
			}
			t.Run(filepath.Base(f), func(t *testing.T) { demoBack(t, f) })
		}
		return
	}
	must(t, train(t, "", "demo", "--epochs", "1", "--dropout", "0", "-o", at("run")))
	for _, args := range [][]string{{"demo.k3.keras"}, {"demo.tf.keras", "--tf-keras"}, {"demo.tf.h5"}} {
		must(t, train(t, "", append([]string{"convert", at("run"), at(args[0]), "--last"}, args[1:]...)...))
	}
	_, test, err := demo.Fashion()
	if err != nil {
		t.Fatal(err)
	}
	const n = 64
	x, y := tensor.New(n, test.Height, test.Width, 1), tensor.New(n, 1)
	for i := range n {
		y.Data()[i] = float32(test.Labels[i])
		for k, p := range test.At(i) {
			x.Data()[i*len(test.At(i))+k] = float32(p) / 255
		}
	}
	m, err := saving.Load(at("demo.tf.h5"))
	if err != nil {
		t.Fatal(err)
	}
	out, err := m.PredictOnBatch(x)
	if err != nil {
		t.Fatal(err)
	}
	probabilities := out[0].Clone()
	err = tensor.WriteNPZFile(at("demo.npz"), map[string]*tensor.Tensor{"in0": x, "y0": y, "out0": probabilities, "losses": tensor.From(five(t, m, x, y), goOn)})
	if err != nil {
		t.Fatal(err)
	}
}

// demoBack reads a model of Keras, and goes on as Keras does.
func demoBack(t *testing.T, file string) {
	l, err := saving.LoadWith(file, saving.LoadConfig{})
	if err != nil || len(l.Warnings) > 0 {
		t.Fatal(err, l)
	}
	a, err := tensor.ReadNPZFile(file + ".npz")
	if err != nil {
		t.Fatal(err)
	}
	out, err := l.Model.PredictOnBatch(a["in0"])
	if err != nil {
		t.Fatal(err)
	}
	predictions := apart(out[0].Data(), a["out0"].Data())
	losses := apart(five(t, l.Model, a["in0"], a["y0"]), a["losses"].Data())
	fmt.Printf("%s: predictions %.2g, losses of %d steps %.2g\n", filepath.Base(file), predictions, goOn, losses)
	if !(predictions <= 1e-5 && losses <= 1e-5) {
		t.Errorf("predictions are off by %g, losses by %g", predictions, losses)
	}
}
