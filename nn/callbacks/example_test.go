package callbacks_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/callbacks"
	"github.com/antler-ml/antler/nn/initializers"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// line is a model that learns y = 2x from four samples.
func line() (*nn.Model, pipeline.Source) {
	m := nn.NewSequential(nn.Input(1), &layers.Dense{Units: 1, KernelInitializer: initializers.Ones{}})
	if err := m.Compile(nn.CompileConfig{Optimizer: &optimizers.SGD{LearningRate: 0.1}, Loss: losses.MeanSquaredError{}}); err != nil {
		panic(err)
	}
	x, y := tensor.From([]float32{-1, 0, 1, 2}, 4, 1), tensor.From([]float32{-2, 0, 2, 4}, 4, 1)
	return m, pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: 2})
}

// train trains the line with callbacks.
func train(epochs int, cs ...nn.Callback) *nn.History {
	m, data := line()
	h, err := m.Fit(context.Background(), data, nn.FitConfig{Epochs: epochs, Callbacks: cs})
	if err != nil {
		panic(err)
	}
	return h
}

func ExampleEarlyStopping() {
	stop := &callbacks.EarlyStopping{Monitor: "loss", MinDelta: 0.05, Patience: 2, RestoreBestWeights: true}
	h := train(100, stop)
	fmt.Printf("%d of 100 epochs; the best was epoch %d\n", len(h.Epoch), stop.BestEpoch+1)
	// Output: 5 of 100 epochs; the best was epoch 3
}

func ExampleReduceLROnPlateau() {
	h := train(6, &callbacks.ReduceLROnPlateau{Monitor: "loss", MinDelta: new(0.1), Patience: new(1), Factor: 0.5})
	fmt.Println(h.Get("lr"))
	// Output: [0.1 0.1 0.1 0.1 0.05 0.025]
}

func ExampleLearningRateScheduler() {
	h := train(3, &callbacks.LearningRateScheduler{Schedule: func(epoch int, lr float64) float64 { return 0.1 / float64(1+epoch) }})
	fmt.Printf("%.3f\n", h.Get("lr"))
	// Output: [0.100 0.050 0.033]
}

func ExampleTerminateOnNaN() {
	m, _ := line()
	x, y := tensor.From([]float32{1e30}, 1, 1), tensor.From([]float32{0}, 1, 1)
	_, err := m.Fit(context.Background(), pipeline.Arrays(x, y, pipeline.ArraysConfig{}), nn.FitConfig{Callbacks: []nn.Callback{&callbacks.TerminateOnNaN{Output: os.Stdout}}})
	fmt.Println(err, m.Weights()[0].Value().Data())
}

func ExampleModelCheckpoint() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	train(3, &callbacks.ModelCheckpoint{Filepath: filepath.Join(dir, "model-{epoch:02d}.npz"), Monitor: "loss", SaveBestOnly: true})
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		fmt.Println(f.Name())
	}
	// Output:
	// model-01.npz
	// model-02.npz
	// model-03.npz
}

func ExampleCSVLogger() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "log.csv")
	train(2, &callbacks.CSVLogger{Filename: name})
	text, _ := os.ReadFile(name)
	fmt.Println(strings.Count(string(text), "\r\n"), "lines; the first is", strings.SplitN(string(text), "\r\n", 2)[0])
	// Output: 3 lines; the first is epoch,loss,val_loss
}

// Look at it with: tensorboard --logdir logs
func ExampleTensorBoard() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	train(2, &callbacks.TensorBoard{LogDir: filepath.Join(dir, "logs"), HistogramFreq: 1, UpdateFreq: 10})
	files, _ := filepath.Glob(filepath.Join(dir, "logs", "train", "events.out.tfevents.*"))
	fmt.Println(len(files), "file")
	// Output: 1 file
}

func ExampleRemoteMonitor() {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Method, r.URL.Path, strings.SplitN(r.FormValue("data"), ",", 2)[0]+" …")
	}))
	defer server.Close()
	train(2, &callbacks.RemoteMonitor{Root: server.URL})
	// Output:
	// POST /publish/epoch/end/ {"epoch": 0 …
	// POST /publish/epoch/end/ {"epoch": 1 …
}

// A training loop of one's own.
func ExampleBaseLogger() {
	m, data := line()
	run := &nn.Run{Model: m, Metrics: m.MetricsNames()}
	means := &callbacks.BaseLogger{}
	for epoch := range 2 {
		_ = means.OnEpochBegin(run, epoch)
		n := 0
		for b, err := range data.Batches(context.Background(), epoch) {
			if err != nil {
				panic(err)
			}
			logs, err := m.TrainOnBatch(b)
			if err != nil {
				panic(err)
			}
			run.BatchSize = b.X[0].Shape()[0]
			_ = means.OnBatchEnd(run, n, logs)
			n++
		}
		var logs nn.Logs
		_ = means.OnEpochEnd(run, epoch, &logs)
		fmt.Println(logs)
	}
	// Output:
	// loss: 1.4025
	// loss: 0.2100
}

func ExampleLambdaCallback() {
	train(2, &callbacks.LambdaCallback{EpochEnd: func(r *nn.Run, epoch int, logs *nn.Logs) error {
		fmt.Printf("epoch %d of %d, %d updates\n", epoch+1, r.Epochs, r.Model.Updates())
		return nil
	}})
	// Output:
	// epoch 1 of 2, 2 updates
	// epoch 2 of 2, 4 updates
}

func ExampleProgbarLogger() {
	m, data := line()
	_, err := m.Evaluate(context.Background(), data, nn.EvaluateConfig{Callbacks: []nn.Callback{&callbacks.ProgbarLogger{Verbose: callbacks.Silent}}})
	fmt.Println(err)
	// Output: <nil>
}

// Run again after a crash, the same program goes on where it was.
func ExampleBackupAndRestore() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	h := train(3, &callbacks.BackupAndRestore{BackupDir: dir})
	fmt.Println(len(h.Epoch), "epochs")
	// Output: 3 epochs
}
