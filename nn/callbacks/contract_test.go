package callbacks_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/callbacks"
	"github.com/antler-ml/antler/nn/nntest"
)

func TestContract(t *testing.T) {
	dir := t.TempDir()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	tested := map[string]bool{}
	for name, c := range map[string]nn.Callback{
		"progbar":          &callbacks.ProgbarLogger{Output: &bytes.Buffer{}, Verbose: callbacks.Bar},
		"progbar auto":     &callbacks.ProgbarLogger{Output: &bytes.Buffer{}},
		"early stopping":   &callbacks.EarlyStopping{Patience: 1, RestoreBestWeights: true, Baseline: new(0.5)},
		"checkpoint":       &callbacks.ModelCheckpoint{Filepath: filepath.Join(dir, "{epoch}.npz"), SaveWeightsOnly: true},
		"checkpoint batch": &callbacks.ModelCheckpoint{Filepath: filepath.Join(dir, "{epoch}-{batch}.npz"), SaveWeightsOnly: true, SaveFreq: 2, InitialValueThreshold: new(1.0)},
		"csv":              &callbacks.CSVLogger{Filename: filepath.Join(dir, "log.csv")},
		"lambda":           &callbacks.LambdaCallback{},
		"reduce lr":        &callbacks.ReduceLROnPlateau{Monitor: "loss", Patience: new(1)},
		"scheduler":        &callbacks.LearningRateScheduler{Schedule: func(epoch int, lr float64) float64 { return lr / 2 }},
		"base logger":      &callbacks.BaseLogger{StatefulMetrics: []string{"accuracy"}},
		"terminate":        &callbacks.TerminateOnNaN{},
		"remote":           &callbacks.RemoteMonitor{Root: server.URL, Headers: map[string]string{"X-Run": "1"}},
		"tensorboard":      &callbacks.TensorBoard{LogDir: filepath.Join(dir, "logs"), HistogramFreq: 1, WriteImages: true, UpdateFreq: 1, WriteStepsPerSecond: true},
		"backup":           &callbacks.BackupAndRestore{BackupDir: filepath.Join(dir, "backup"), SaveFreq: 1},
		"history":          &nn.History{},
	} {
		t.Run(name, func(t *testing.T) { nntest.Callback(t, c) })
		tested[config.ClassName(c)] = true
	}
	for _, class := range config.Classes(reflect.TypeFor[nn.Callback]()) {
		if !tested[class] {
			t.Errorf("callback %s has no contract test", class)
		}
	}
}
