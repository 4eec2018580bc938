package nn_test

import (
	"context"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/callbacks"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/nn/optimizers"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// badly says what happens when one thing about a training is wrong.
type badly struct {
	name string
	err  error
	want string
}

func (b badly) check(t *testing.T) {
	t.Helper()
	switch {
	case b.err == nil:
		t.Errorf("%s: no error, want %q", b.name, b.want)
	case b.err.Error() != b.want:
		t.Errorf("%s:\n got %q\nwant %q", b.name, b.err.Error(), b.want)
	}
}

// three is a network for three classes; compiled with a change.
func three(change func(c *nn.CompileConfig)) (*nn.Model, error) {
	m := nn.NewSequential(nn.Input(2), nn.Name("out", &layers.Dense{Units: 3, Activation: activations.Softmax}))
	c := nn.CompileConfig{Optimizer: &optimizers.SGD{}, Loss: losses.SparseCategoricalCrossentropy{}, Metrics: []nn.Metric{metrics.Accuracy{}}}
	if change != nil {
		change(&c)
	}
	return m, m.Compile(c)
}

var (
	nan = math.NaN()
	inf = math.Inf(1)
)

// TestBadSettings: what is wrong with optimizers, schedules and losses is said by
// Compile, before any data are read.
func TestBadSettings(t *testing.T) {
	with := func(o nn.Optimizer) error {
		_, err := three(func(c *nn.CompileConfig) { c.Optimizer = o })
		return err
	}
	scheduled := func(s nn.Schedule) error { return with(&optimizers.Adam{Schedule: s}) }
	output := func(o nn.OutputConfig) error {
		_, err := three(func(c *nn.CompileConfig) { c.Outputs = map[string]nn.OutputConfig{"out": o} })
		return err
	}
	for _, c := range []badly{
		// The learning rate. 0 in a struct is Keras' default.
		{"negative rate", with(&optimizers.SGD{LearningRate: -0.1}), `nn: Compile: optimizer SGD: learning_rate is -0.1; want more than 0 (nn.Freeze keeps weights as they are)`},
		{"rate NaN", with(&optimizers.Adam{LearningRate: nan}), `nn: Compile: optimizer Adam: learning_rate is NaN; want more than 0 (nn.Freeze keeps weights as they are)`},
		{"infinite rate", with(&optimizers.RMSprop{LearningRate: inf}), `nn: Compile: optimizer RMSprop: learning_rate is +Inf; want more than 0 (nn.Freeze keeps weights as they are)`},
		{"negative decay", with(&optimizers.SGD{Decay: -1}), `nn: Compile: optimizer SGD: decay is -1; want 0 (off) or more`},
		{"negative weight decay", with(&optimizers.AdamW{WeightDecay: new(-0.1)}), `nn: Compile: optimizer AdamW: weight_decay is -0.1; want 0 (off) or more`},
		// Momentum and its kin.
		{"momentum above 1", with(&optimizers.SGD{Momentum: 1.1}), `nn: Compile: optimizer SGD: momentum is 1.1; want 0 to 1`},
		{"negative momentum", with(&optimizers.RMSprop{Momentum: -0.9}), `nn: Compile: optimizer RMSprop: momentum is -0.9; want 0 to 1`},
		{"momentum NaN", with(&optimizers.SGD{Momentum: nan}), `nn: Compile: optimizer SGD: momentum is NaN; want 0 to 1`},
		{"rho", with(&optimizers.RMSprop{Rho: new(-0.1)}), `nn: Compile: optimizer RMSprop: rho is -0.1; want 0 to 1`},
		{"rho of Adadelta", with(&optimizers.Adadelta{Rho: new(2.0)}), `nn: Compile: optimizer Adadelta: rho is 2; want 0 to 1`},
		{"beta 1 of 1", with(&optimizers.Adam{Beta1: new(1.0)}), `nn: Compile: optimizer Adam: beta_1 is 1; want 0 or more, below 1`},
		{"beta 2 of 1", with(&optimizers.AdamW{Beta2: new(1.0)}), `nn: Compile: optimizer AdamW: beta_2 is 1; want 0 or more, below 1`},
		{"beta of Nadam", with(&optimizers.Nadam{Beta1: new(-0.9)}), `nn: Compile: optimizer Nadam: beta_1 is -0.9; want 0 or more, below 1`},
		{"beta 1 of Adamax", with(&optimizers.Adamax{Beta1: new(1.0)}), `nn: Compile: optimizer Adamax: beta_1 is 1; want 0 or more, below 1`},
		{"beta 2 of Adamax", with(&optimizers.Adamax{Beta2: new(1.5)}), `nn: Compile: optimizer Adamax: beta_2 is 1.5; want 0 to 1`},
		{"beta of Lion", with(&optimizers.Lion{Beta2: new(1.5)}), `nn: Compile: optimizer Lion: beta_2 is 1.5; want 0 to 1`},
		{"epsilon of Adam", with(&optimizers.Adam{Epsilon: -1e-7}), `nn: Compile: optimizer Adam: epsilon is -1e-07; want more than 0, such as 1e-7`},
		{"epsilon of RMSprop", with(&optimizers.RMSprop{Epsilon: -1}), `nn: Compile: optimizer RMSprop: epsilon is -1; want more than 0, such as 1e-7`},
		{"epsilon of Adagrad", with(&optimizers.Adagrad{Epsilon: nan}), `nn: Compile: optimizer Adagrad: epsilon is NaN; want more than 0, such as 1e-7`},
		{"epsilon of Adadelta", with(&optimizers.Adadelta{Epsilon: -1}), `nn: Compile: optimizer Adadelta: epsilon is -1; want more than 0, such as 1e-7`},
		{"sums of Adagrad", with(&optimizers.Adagrad{InitialAccumulatorValue: new(-1.0)}), `nn: Compile: optimizer Adagrad: initial_accumulator_value is -1; want 0 or more`},
		{"power of Ftrl", with(&optimizers.Ftrl{LearningRatePower: new(0.5)}), `nn: Compile: optimizer Ftrl: learning_rate_power is 0.5; want 0 or less`},
		{"penalty of Ftrl", with(&optimizers.Ftrl{L1RegularizationStrength: -1}), `nn: Compile: optimizer Ftrl: l1_regularization_strength is -1; want 0 or more`},
		{"threshold of Adafactor", with(&optimizers.Adafactor{ClipThreshold: -1}), `nn: Compile: optimizer Adafactor: clip_threshold is -1; want more than 0`},
		// Clipping.
		{"clipnorm", with(&optimizers.SGD{Clipnorm: -1}), `nn: Compile: optimizer SGD: clipnorm is -1; want 0 (off) or more`},
		{"clipvalue", with(&optimizers.SGD{Clipvalue: nan}), `nn: Compile: optimizer SGD: clipvalue is NaN; want 0 (off) or more`},
		{"global clipnorm", with(&optimizers.SGD{GlobalClipnorm: inf}), `nn: Compile: optimizer SGD: global_clipnorm is +Inf; want 0 (off) or more`},
		{"two ways to clip", with(&optimizers.SGD{Clipnorm: 1, Clipvalue: 1}), `nn: Compile: optimizer SGD: set one of clipnorm, clipvalue and global_clipnorm, not 2`},
		// Averages and accumulation.
		{"averages", with(&optimizers.SGD{UseEMA: true, EMAMomentum: new(1.5)}), `nn: Compile: optimizer SGD: ema_momentum is 1.5; want 0 to 1`},
		{"overwriting", with(&optimizers.SGD{UseEMA: true, EMAOverwriteFrequency: -5}), `nn: Compile: optimizer SGD: ema_overwrite_frequency is -5; want 0 (when Fit ends) or more`},
		{"accumulation", with(&optimizers.SGD{GradientAccumulationSteps: -2}), `nn: Compile: optimizer SGD: gradient_accumulation_steps is -2; want 0 (an update after every batch) or more`},
		// Schedules.
		{"start of a decay", scheduled(&optimizers.ExponentialDecay{InitialLearningRate: -0.1, DecaySteps: 10, DecayRate: 0.9}), `nn: Compile: Schedule: schedule ExponentialDecay: initial_learning_rate is -0.1; want 0 or more`},
		{"steps of a decay", scheduled(&optimizers.ExponentialDecay{InitialLearningRate: 0.1, DecaySteps: -10, DecayRate: 0.9}), `nn: Compile: Schedule: schedule ExponentialDecay: decay_steps is -10; want 1 or more`},
		{"no steps", scheduled(&optimizers.CosineDecay{InitialLearningRate: 0.1}), `nn: Compile: Schedule: schedule CosineDecay: decay_steps is 0; want 1 or more`},
		{"rate of a decay", scheduled(&optimizers.InverseTimeDecay{InitialLearningRate: 0.1, DecaySteps: 10, DecayRate: -0.9}), `nn: Compile: Schedule: schedule InverseTimeDecay: decay_rate is -0.9; want 0 or more`},
		{"values", scheduled(&optimizers.PiecewiseConstantDecay{Boundaries: []int{5}, Values: []float64{0.1, -0.1}}), `nn: Compile: Schedule: schedule PiecewiseConstantDecay: a value is -0.1; want 0 or more`},
		{"boundaries", scheduled(&optimizers.PiecewiseConstantDecay{Boundaries: []int{5, 3}, Values: []float64{3, 2, 1}}), `nn: Compile: Schedule: schedule PiecewiseConstantDecay: the boundaries are [5 3]; want them in rising order`},
		{"values and boundaries", scheduled(&optimizers.PiecewiseConstantDecay{Boundaries: []int{5}, Values: []float64{3}}), `nn: Compile: Schedule: schedule PiecewiseConstantDecay: 1 boundaries and 1 values; want one value more than boundaries`},
		{"end", scheduled(&optimizers.PolynomialDecay{InitialLearningRate: 0.1, DecaySteps: 10, EndLearningRate: new(-1.0)}), `nn: Compile: Schedule: schedule PolynomialDecay: end_learning_rate is -1; want 0 or more`},
		{"power", scheduled(&optimizers.PolynomialDecay{InitialLearningRate: 0.1, DecaySteps: 10, Power: -1}), `nn: Compile: Schedule: schedule PolynomialDecay: power is -1; want 0 or more`},
		{"alpha", scheduled(&optimizers.CosineDecay{InitialLearningRate: 0.1, DecaySteps: 10, Alpha: -1}), `nn: Compile: Schedule: schedule CosineDecay: alpha is -1; want 0 or more`},
		{"warm-up", scheduled(&optimizers.CosineDecay{InitialLearningRate: 0.1, DecaySteps: 10, WarmupSteps: -1}), `nn: Compile: Schedule: schedule CosineDecay: warmup_steps is -1; want 0 or more`},
		{"warm-up target", scheduled(&optimizers.CosineDecay{InitialLearningRate: 0.1, DecaySteps: 10, WarmupTarget: new(-1.0)}), `nn: Compile: Schedule: schedule CosineDecay: warmup_target is -1; want 0 or more`},
		{"restarts", scheduled(&optimizers.CosineDecayRestarts{InitialLearningRate: 0.1, FirstDecaySteps: 10, TMul: -2}), `nn: Compile: Schedule: schedule CosineDecayRestarts: t_mul is -2, m_mul 1; want t_mul from 1 and m_mul from 0`},
		// Losses, metrics and outputs.
		{"nothing to train with", with(nil), `nn: Compile: no optimizer; try Optimizer: &optimizers.Adam{}`},
		{"no loss", func() error { _, err := three(func(c *nn.CompileConfig) { c.Loss = nil }); return err }(), `nn: Compile: no loss; try Loss: losses.MeanSquaredError{}`},
		{"no metric", func() error { _, err := three(func(c *nn.CompileConfig) { c.Metrics = []nn.Metric{nil} }); return err }(), `nn: Compile: output "out": metric 0 is nil`},
		{"weight of an output", output(nn.OutputConfig{Loss: losses.SparseCategoricalCrossentropy{}, Weight: new(nan)}), `nn: Compile: output "out": its Weight is NaN; want a number, which the loss is multiplied by`},
		{"smoothing", output(nn.OutputConfig{Loss: losses.CategoricalCrossentropy{LabelSmoothing: 1.5}}), `nn: Compile: output "out": loss categorical_crossentropy: label_smoothing is 1.5; want 0 to 1`},
		{"delta", output(nn.OutputConfig{Loss: losses.Huber{Delta: -1}}), `nn: Compile: output "out": loss huber: delta is -1; want more than 0`},
		{"thresholds", output(nn.OutputConfig{Loss: losses.SparseCategoricalCrossentropy{}, Metrics: []nn.Metric{metrics.AUC{NumThresholds: 1}}}), `nn: Compile: output "out": metric auc: num_thresholds is 1; want 2 or more`},
		{"a threshold", output(nn.OutputConfig{Loss: losses.SparseCategoricalCrossentropy{}, Metrics: []nn.Metric{metrics.Precision{Thresholds: []float64{2}}}}), `nn: Compile: output "out": metric precision: threshold 2; want 0 to 1`},
		{"a class of a metric", output(nn.OutputConfig{Loss: losses.SparseCategoricalCrossentropy{}, Metrics: []nn.Metric{metrics.Recall{ClassID: new(3)}}}), `nn: Compile: output "out": the loss wants targets of shape (None,): metric recall: class_id is 3, but predictions of shape (None, 3) have classes 0 to 2 (AnyPair: true compiles it all the same)`},
		{"top k", output(nn.OutputConfig{Loss: losses.SparseCategoricalCrossentropy{}, Metrics: []nn.Metric{metrics.SparseTopKCategoricalAccuracy{K: -5}}}), `nn: Compile: output "out": metric sparse_top_k_categorical_accuracy: k is -5; want 1 or more`},
	} {
		c.check(t)
	}
}

// TestBadRuns: what is wrong with data, weights and the settings of Fit is said before
// anything is trained; data that are read as training goes on, when they come.
func TestBadRuns(t *testing.T) {
	x, y := tensor.From([]float32{1, 2, 3, 4, 5, 6}, 3, 2), tensor.From([]float32{0, 1, 2}, 3)
	run := func(src pipeline.Source, c nn.FitConfig) error {
		m, err := three(nil)
		must(t, err)
		_, err = m.Fit(context.Background(), src, c)
		return err
	}
	arrays := func(size int) pipeline.Source { return pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: size}) }
	fit := func(c nn.FitConfig) error { return run(arrays(2), c) }
	weighted := func(w ...float32) error {
		return run(pipeline.ArraysN([]*tensor.Tensor{x}, []*tensor.Tensor{y}, []*tensor.Tensor{tensor.From(w, len(w))}, pipeline.ArraysConfig{}), nn.FitConfig{})
	}
	onBatch := func(w *tensor.Tensor) error {
		m, err := three(nil)
		must(t, err)
		_, err = m.TrainOnBatch(pipeline.Batch{X: []*tensor.Tensor{x}, Y: []*tensor.Tensor{y}, W: []*tensor.Tensor{w}})
		return err
	}
	classes := func(by map[int]float64) error { return fit(nn.FitConfig{ClassWeight: by}) }
	called := func(c nn.Callback) error { return fit(nn.FitConfig{Callbacks: []nn.Callback{c}}) }
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	named := func(weights map[string]float64) error {
		_, err := nn.NamedClassWeight([]string{"cat", "dog"}, weights)
		return err
	}
	for _, c := range []badly{
		// How long, and how much at a time. 0 is the default.
		{"negative epochs", fit(nn.FitConfig{Epochs: -3}), `nn: Fit: Epochs is -3; want 0 (1 epoch) or more`},
		{"begins after its end", fit(nn.FitConfig{Epochs: 2, InitialEpoch: 5}), `nn: Fit: Epochs is 2, but InitialEpoch is 5; Epochs is the index of the last epoch, not a count`},
		{"negative beginning", fit(nn.FitConfig{InitialEpoch: -1}), `nn: Fit: InitialEpoch is -1; want 0 (the first) or more`},
		{"negative steps", fit(nn.FitConfig{StepsPerEpoch: -1}), `nn: Fit: StepsPerEpoch is -1; want 0 (all the data) or more`},
		{"too many steps", fit(nn.FitConfig{StepsPerEpoch: 9}), `nn: Fit: StepsPerEpoch is 9: pipeline: an epoch of the source has 2 batches, 9 steps were asked for; ask for at most 2, or Repeat the source 5 times`},
		{"negative batch size", run(arrays(-2), nn.FitConfig{}), `pipeline: Arrays: BatchSize is -2, want at least 1`},
		{"no samples", run(pipeline.Arrays(tensor.New(0, 2), tensor.New(0), pipeline.ArraysConfig{}), nn.FitConfig{}), `pipeline: Arrays: X[0] has shape [0 2]: no samples`},
		{"negative validation steps", fit(nn.FitConfig{Validation: arrays(2), ValidationSteps: -1}), `nn: Fit: ValidationSteps is -1; want 0 (all the data) or more`},
		{"negative frequency", fit(nn.FitConfig{Validation: arrays(2), ValidationFreq: -1}), `nn: Fit: ValidationFreq is -1; want 0 (each epoch) or more`},
		// validation_split.
		{"split of 1", fit(nn.FitConfig{ValidationSplit: 1}), `nn: Fit: ValidationSplit is 1; want the part of the samples for validation: 0 (none) or more, below 1`},
		{"split above 1", fit(nn.FitConfig{ValidationSplit: 20}), `nn: Fit: ValidationSplit is 20; want the part of the samples for validation: 0 (none) or more, below 1`},
		{"negative split", fit(nn.FitConfig{ValidationSplit: -0.2}), `nn: Fit: ValidationSplit is -0.2; want the part of the samples for validation: 0 (none) or more, below 1`},
		{"split NaN", fit(nn.FitConfig{ValidationSplit: nan}), `nn: Fit: ValidationSplit is NaN; want the part of the samples for validation: 0 (none) or more, below 1`},
		{"split too small", fit(nn.FitConfig{ValidationSplit: 1e-20}), `nn: Fit: pipeline: ValidationSplit 1e-20 of 3 samples leaves 3 for training and 0 for validation; both need at least one`},
		// Sample weights. (Negative ones are of use: Keras trains on advantages so.)
		{"too few weights", weighted(1, 1), `pipeline: Arrays: W[0] has 2 samples (shape [2]) but X[0] has 3 (shape [3 2]); all arrays need the same first axis`},
		{"weight NaN", weighted(1, float32(nan), 1), `nn: the data hold no number at epoch 1 batch 1: sample weights of output out, sample 1 (value NaN), which is row 1 of the arrays; clean the data: every value must be finite`},
		{"weight infinite", weighted(1, 1, float32(inf)), `nn: the data hold no number at epoch 1 batch 1: sample weights of output out, sample 2 (value +Inf), which is row 2 of the arrays; clean the data: every value must be finite`},
		{"too few weights on a batch", onBatch(tensor.Ones(2)), `nn: sample weights 0 have shape (2,), but inputs have 3 samples; want a weight for each sample, (3,), or for each time step of it`},
		{"weights of time steps that are not", onBatch(tensor.Ones(3, 4)), `nn: output "out": sample weights of shape (3, 4) do not fit a loss of shape (3,)`},
		{"nil weights", onBatch(nil), `nn: sample weights 0: the tensor is nil`},
		// Class weights.
		{"unknown class", classes(map[int]float64{0: 1, 1: 1, 2: 1, 3: 1}), `nn: Fit: class weights of output "out": there is no class 3; the output has the classes 0 to 2`},
		{"negative class", classes(map[int]float64{-1: 1}), `nn: Fit: class weights of output "out": there is no class -1; the output has the classes 0 to 2`},
		{"a class without weight", classes(map[int]float64{0: 1, 1: 1}), `nn: class weights: class 2 occurs in the targets, but has no weight; the weights are those of classes [0 1]`},
		{"negative class weight", classes(map[int]float64{0: -1}), `nn: Fit: class weights of output "out": the weight of class 0 is -1; want 0 or more`},
		{"class weight NaN", classes(map[int]float64{0: nan}), `nn: Fit: class weights of output "out": the weight of class 0 is NaN; want 0 or more`},
		{"unknown name", named(map[string]float64{"cat": 1, "dgo": 2}), `nn: there is no class "dgo" to weigh; the classes are ["cat" "dog"]; did you mean "dog"?`},
		{"a name without weight", named(map[string]float64{"cat": 1}), `nn: class "dog" has no weight; the weights are those of ["cat"]`},
		{"weights of no output", fit(nn.FitConfig{ClassWeights: map[string]map[int]float64{"oot": {0: 1}}}), `nn: class weights are for output "oot", but the model trains ["out"]`},
		// Monitors: an error before epoch 1 that lists what there is.
		{"early stopping", called(&callbacks.EarlyStopping{Monitor: "f1"}), `callbacks: EarlyStopping: Monitor is "f1", but training logs ["loss" "accuracy"]; a callback that adds a log must stand before this one`},
		{"early stopping without validation", called(&callbacks.EarlyStopping{}), `callbacks: EarlyStopping: Monitor is "val_loss", but there is no validation; set Validation or ValidationSplit, or monitor "loss"`},
		{"plateau", called(&callbacks.ReduceLROnPlateau{Monitor: "acuracy"}), `callbacks: ReduceLROnPlateau: Monitor is "acuracy"; did you mean "accuracy"? Training logs ["loss" "accuracy"]`},
		{"checkpoint", called(&callbacks.ModelCheckpoint{Filepath: file("x.npz"), SaveBestOnly: true, Monitor: "val_acc"}), `callbacks: ModelCheckpoint: Monitor is "val_acc", but there is no validation; set Validation or ValidationSplit, or monitor "accuracy"`},
		// Other settings of callbacks.
		{"patience", called(&callbacks.EarlyStopping{Monitor: "loss", Patience: -1}), `callbacks: EarlyStopping: Patience is -1; want 0 or more`},
		{"patience of a plateau", called(&callbacks.ReduceLROnPlateau{Monitor: "loss", Patience: new(-1)}), `callbacks: ReduceLROnPlateau: Patience is -1, Cooldown 0; want 0 or more`},
		{"factor", called(&callbacks.ReduceLROnPlateau{Monitor: "loss", Factor: 1.5}), `callbacks: ReduceLROnPlateau: Factor is 1.5; want 0 or more, below 1: the rate is multiplied by it`},
		{"least rate", called(&callbacks.ReduceLROnPlateau{Monitor: "loss", MinLR: -1}), `callbacks: ReduceLROnPlateau: MinLR is -1; want 0 or more`},
		{"least change", called(&callbacks.EarlyStopping{Monitor: "loss", MinDelta: nan}), `callbacks: EarlyStopping: MinDelta is NaN; want a number`},
		{"mode", called(&callbacks.EarlyStopping{Monitor: "loss", Mode: "up"}), `callbacks: EarlyStopping: Mode is "up"; want auto, min or max`},
		{"rate of an epoch", called(&callbacks.LearningRateScheduler{Schedule: func(int, float64) float64 { return nan }}), `callbacks: LearningRateScheduler: Schedule(0, 0.01) is NaN; want a number that is not negative`},
		{"rate of a callback", called(&callbacks.LambdaCallback{EpochBegin: func(r *nn.Run, _ int) error { return r.SetLearningRate(-0.5) }}), `nn: SetLearningRate: the rate is -0.5; want 0 or more`},
		{"unknown log in a file name", called(&callbacks.ModelCheckpoint{Filepath: "{epoch}-{f1:.2f}.npz"}), `callbacks: ModelCheckpoint: file name "{epoch}-{f1:.2f}.npz": {f1}: no such log; there are epoch and ["loss" "accuracy"]`},
		{"log without validation in a file name", called(&callbacks.ModelCheckpoint{Filepath: "{epoch}-{val_loss:.2f}.npz"}), `callbacks: ModelCheckpoint: file name "{epoch}-{val_loss:.2f}.npz": {val_loss}: no such log; there are epoch and ["loss" "accuracy"]`},
		{"log of an epoch in a file name of batches", called(&callbacks.ModelCheckpoint{Filepath: "{batch}-{val_loss:.2f}.npz", SaveFreq: 1}), `callbacks: ModelCheckpoint: file name "{batch}-{val_loss:.2f}.npz": {val_loss}: no such log; there are epoch and ["loss" "accuracy"]`},
		{"a batch in a file name of epochs", called(&callbacks.ModelCheckpoint{Filepath: "{batch}.npz"}), `callbacks: ModelCheckpoint: file name "{batch}.npz": {batch}: batches are numbered only when SaveFreq is set`},
		{"an open brace", called(&callbacks.ModelCheckpoint{Filepath: "{epoch.npz"}), `callbacks: ModelCheckpoint: file name "{epoch.npz": a brace is not closed; write {{ or }} for a brace itself`},
		{"a format", called(&callbacks.ModelCheckpoint{Filepath: "{epoch:q}.npz"}), `callbacks: ModelCheckpoint: file name "{epoch:q}.npz": {epoch}: format "q" is not understood; use such as 02d, .4f or >8.2e`},
		{"frequency", called(&callbacks.ModelCheckpoint{Filepath: "x.npz", SaveFreq: -1}), `callbacks: ModelCheckpoint: SaveFreq is -1; want 0 (each epoch) or a number of batches`},
		{"nil callback", called(nil), `nn: Fit: callback 0 is nil`},
	} {
		if c.err != nil {
			c.err = errorText(strings.ReplaceAll(c.err.Error(), dir, "DIR"))
		}
		c.check(t)
	}
	// Refused before anything was trained or written.
	if left, _ := filepath.Glob(file("*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	// Negative weights of samples stay.
	must(t, weighted(1, -1, 0.5))
}

type errorText string

func (e errorText) Error() string { return string(e) }
