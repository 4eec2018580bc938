package trainer

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/callbacks"
	"github.com/antler-ml/antler/nn/checkpoint"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/pipeline"
)

// saveEvery is after what time a checkpoint follows.
const saveEvery = 30 * time.Second

// A Job is one training.
type Job struct {
	Settings     *settings.Settings
	Model        *nn.Model // compiled
	Train, Valid pipeline.Source
	ClassWeight  map[int]float64
	Dir          string
	Run          *rundir.Run
	Events       *rundir.Events
	Console      *cli.Console
	Noun         string          // what is counted a second: img, text
	Metric       Shown           // beside the loss; default the accuracy
	Meter        *pipeline.Meter // of the stages that make Train; may be nil
	Emit         func(config.Object)
	Resumed      bool // there are checkpoints, so one of them must be taken
	InitialEpoch int
	Steps        int // batches an epoch; 0: all
}

// Shown is a metric as progress shows it.
type Shown struct{ Log, Short, Format string }

// accuracy is what classifiers show.
var accuracy = Shown{"accuracy", "acc", "%.4f"}

// Fit trains, from the run's last checkpoint on if there is one. When it is
// stopped or fails, what there is has been saved: a checkpoint after the last
// finished step, and its weights in last.npz; or those of the last epoch when a
// step failed. The history is of the epochs that ended.
func (j *Job) Fit(ctx context.Context) (*report.History, error) {
	s := j.Settings
	j.Metric = cmp.Or(j.Metric, accuracy)
	rec := &recorder{job: j, history: &report.History{First: j.InitialEpoch + 1}, began: time.Now()}
	best := &callbacks.ModelCheckpoint{Filepath: filepath.Join(j.Dir, rundir.BestFile), Monitor: s.Monitor, SaveBestOnly: true}
	if r := j.Run.Result; r != nil && r.Best > 0 {
		best.InitialValueThreshold = new(r.Logs[s.Monitor])
	}
	cbs := []nn.Callback{
		&Rates{Settings: s}, // first: others show the rate
		best,
		&callbacks.ModelCheckpoint{Filepath: filepath.Join(j.Dir, rundir.LastFile), Monitor: s.Monitor},
		&callbacks.CSVLogger{Filename: filepath.Join(j.Dir, rundir.HistoryFile), Append: j.InitialEpoch > 0},
		rec,
	}
	early := &callbacks.EarlyStopping{Monitor: s.Monitor, Patience: s.Patience}
	if s.EarlyStopping {
		cbs = append(cbs, early)
	}
	if s.TensorBoard != "" && !s.DryRun {
		cbs = append(cbs, &callbacks.TensorBoard{LogDir: s.TensorBoard})
	}
	rec.best = best
	fit := nn.FitConfig{
		Epochs: s.Epochs, InitialEpoch: j.InitialEpoch, Validation: j.Valid, ClassWeight: j.ClassWeight,
		StepsPerEpoch: j.Steps, ValidationSteps: j.Steps, Callbacks: cbs,
		Warn: func(err error) { j.Console.Warnf("note       %v", err) },
	}
	if !s.DryRun && j.InitialEpoch == 0 {
		fit.Checkpoint = &checkpoint.Dir{Path: filepath.Join(j.Dir, rundir.CheckpointsDir), EverySteps: s.SaveFreq, Every: saveEvery, Keep: 2}
	}
	_, err := j.Model.Fit(ctx, j.Train, fit)
	j.Console.Close()
	var other *nn.ResumeError
	switch {
	case errors.As(err, &other):
		return rec.history, cli.Errorf(cli.Usage, "%s cannot go on: %s", j.Dir, other.Why).
			Do("leave the flags as they were: train resume %s; or start a new run", cli.Quote(j.Dir))
	case ctx.Err() != nil:
		return rec.history, errors.Join(j.saveLast(), context.Cause(ctx))
	case err != nil:
		return rec.history, j.explain(err)
	case early.StoppedEpoch > 0:
		j.Console.Printf("stopped    early: %s has not improved for %s (--patience, --early-stopping=false)", s.Monitor, cli.Plural(s.Patience, "epoch"))
	}
	return rec.history, nil
}

// saveLast saves the weights as they are, between two steps.
func (j *Job) saveLast() error {
	if err := saving.Save(j.Model, filepath.Join(j.Dir, rundir.LastFile)); err != nil {
		return err
	}
	best := filepath.Join(j.Dir, rundir.BestFile)
	if _, err := os.Stat(best); err == nil {
		return nil
	}
	return saving.Save(j.Model, best) // so that predict works
}

// explain says what to do about a training that failed.
func (j *Job) explain(err error) error {
	e := cli.Errorf(cli.Code(err), "%w", err)
	var stall *pipeline.StallError
	if errors.As(err, &stall) {
		e.Code = cli.TryAgain
		e.Do("see whether the disk or network that the data come from answers, then: train --resume %s; --stall-timeout waits longer", cli.Quote(j.Dir))
	}
	var nf *nn.NotFiniteError
	if errors.As(err, &nf) {
		what := "a gradient became non-finite"
		if math.IsNaN(nf.Loss) {
			what = "loss became NaN"
		} else if math.IsInf(nf.Loss, 0) {
			what = "loss became infinite"
		}
		e.What = fmt.Sprintf("%s at epoch %d step %d", what, nf.Epoch+1, nf.Batch+1)
		e.Why("first non-finite tensor: %s (largest |x| of what it is made of: %.3g)", nf.Tensor, nf.Before)
		e.Do("--learning-rate %.2g, or --clipnorm 1", j.Settings.LearningRate/10)
	}
	kept := ""
	for _, f := range []string{rundir.BestFile, rundir.LastFile} {
		if _, err := os.Stat(filepath.Join(j.Dir, f)); err == nil {
			kept = f
		}
	}
	switch {
	case kept == "":
		e.Why("no epoch was finished, so there is no checkpoint")
	case j.Run.Result != nil && j.Run.Result.Epochs > 0:
		e.Why("last good checkpoint: %s (epoch %d)", filepath.Join(j.Dir, kept), j.Run.Result.Epochs)
	default:
		e.Why("last good checkpoint: %s", filepath.Join(j.Dir, kept))
	}
	if e.Code == cli.TryAgain && stall == nil {
		e.Do("make room on the disk and run the command again, with another --out or --force")
		if kept == rundir.LastFile {
			e.Do("make room on the disk, then: train --resume %s", cli.Quote(j.Dir))
		}
	}
	return e
}

// recorder shows and writes down how training goes.
type recorder struct {
	nn.NopCallback
	job     *Job
	best    *callbacks.ModelCheckpoint
	history *report.History
	began   time.Time // of the training
	epoch   int
	start   time.Time // of the epoch
	samples int
	val     float64              // the metric in validation so far
	stages  []pipeline.StageTime // until the epoch began
	taken   bool                 // a checkpoint was
}

// OnEpochBegin starts the clocks.
func (r *recorder) OnEpochBegin(run *nn.Run, epoch int) error {
	r.epoch, r.start, r.samples = epoch, time.Now(), 0
	if r.job.Meter != nil {
		r.stages = r.job.Meter.Stages()
	}
	return nil
}

// OnBatchBegin refuses to begin anew what was to go on.
func (r *recorder) OnBatchBegin(*nn.Run, int) error {
	j := r.job
	if !j.Resumed || r.taken {
		return nil
	}
	return cli.Errorf(cli.BadData, "no checkpoint in %s can be gone on from", filepath.Join(j.Dir, rundir.CheckpointsDir)).
		Do("begin anew: train %s --out %s --force", j.Run.Data, cli.Quote(j.Dir))
}

// OnBatchEnd shows the progress line.
func (r *recorder) OnBatchEnd(run *nn.Run, batch int, logs nn.Logs) error {
	r.samples += run.BatchSize
	r.job.Console.Progress(func() string {
		passed := time.Since(r.start)
		m := r.job.Metric
		line := fmt.Sprintf("epoch %d/%d  %d/%d  loss %.4f  %s "+m.Format, r.epoch+1, run.Epochs, batch+1, run.Steps, logs.Get("loss"), m.Short, logs.Get(m.Log))
		if r.val > 0 {
			line += fmt.Sprintf(" | val "+m.Format, r.val)
		}
		line += fmt.Sprintf("  %s %s/s", cli.Count(int(float64(r.samples)/passed.Seconds())), r.job.Noun)
		line += fmt.Sprintf("  data-wait %.0f %%", 100*run.DataWait)
		if run.Steps > 0 {
			step := passed / time.Duration(batch+1)
			left := time.Duration((run.Epochs-r.epoch)*run.Steps-batch-1) * step
			line += "  eta " + cli.Duration(left)
		}
		return line
	})
	return nil
}

// OnEpochEnd writes the epoch down; the checkpoints are on disk already.
func (r *recorder) OnEpochEnd(run *nn.Run, epoch int, logs *nn.Logs) error {
	j := r.job
	passed := time.Since(r.start)
	o := rundir.Event("epoch", config.Member{Key: "epoch", Value: epoch + 1}, config.Member{Key: "epochs", Value: run.Epochs})
	all := map[string]float64{}
	for n, v := range logs.All() {
		r.history.Add(n, v)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			o = append(o, config.Member{Key: n, Value: nil})
			continue
		}
		all[n] = v
		o = append(o, config.Member{Key: n, Value: v})
	}
	r.val = logs.Get("val_" + j.Metric.Log)
	mark := ""
	if j.Run.Result == nil {
		j.Run.Result = &rundir.Result{}
	}
	res := j.Run.Result
	res.Epochs = epoch + 1
	if v := logs.Get(j.Settings.Monitor); v == r.best.Best && (res.Best == 0 || res.Logs[j.Settings.Monitor] != v) {
		res.Best, res.Logs, mark = epoch+1, all, "  best"
	}
	o = append(o, config.Member{Key: "best", Value: res.Best == epoch+1}, config.Member{Key: "data_wait", Value: rounded(run.DataWait, 4)})
	line, times := r.data(run)
	if len(times) > 0 {
		o = append(o, config.Member{Key: "data", Value: times})
	}
	j.Events.Add(o)
	j.Emit(o)
	if err := j.Run.Write(j.Dir); err != nil {
		return err
	}
	if j.Settings.Verbose && line != "" {
		j.Console.Printf("data       %s", line)
	}
	m := j.Metric
	j.Console.Printf("epoch %d/%d  loss %.4f  %s "+m.Format+" | val_loss %.4f  val_%s "+m.Format+"  %s %s/s  data-wait %.0f %%  %s%s",
		epoch+1, run.Epochs, logs.Get("loss"), m.Short, logs.Get(m.Log), logs.Get("val_loss"), m.Short, logs.Get("val_"+m.Log),
		cli.Count(int(float64(r.samples)/max(passed.Seconds(), 1e-6))), j.Noun, 100*run.DataWait, cli.Duration(passed), mark)
	return nil
}

// recorded is what a checkpoint keeps of the recorder.
type recorded struct {
	Result *rundir.Result
	Val    float64
}

// State returns how far the training came.
func (r *recorder) State() (nn.CallbackState, error) {
	b, err := json.Marshal(recorded{r.job.Run.Result, r.val})
	return nn.CallbackState{Values: b}, err
}

// SetState goes on from there.
func (r *recorder) SetState(st nn.CallbackState) error {
	var s recorded
	if err := json.Unmarshal(st.Values, &s); err != nil {
		return err
	}
	r.job.Run.Result, r.val, r.taken = s.Result, s.Val, true
	if s.Result != nil {
		r.history.First = s.Result.Epochs + 1
	}
	return nil
}

var _ nn.StatefulCallback = (*recorder)(nil)

// data is how long the stages that make the data took in this epoch: in words,
// and in milliseconds. Work is that of a sample, wait that of a step.
func (r *recorder) data(run *nn.Run) (string, config.Object) {
	if r.job.Meter == nil {
		return "", nil
	}
	var parts []string
	var o config.Object
	for i, s := range r.job.Meter.Stages() {
		if i < len(r.stages) {
			s = s.Since(r.stages[i])
		}
		name, d := s.Stage, s.Each()
		if s.Work == 0 && s.Wait > 0 {
			name, d = s.Stage+"-wait", s.Wait/time.Duration(max(s.Items, 1))
		}
		if d <= 0 {
			continue
		}
		ms := float64(d) / float64(time.Millisecond)
		o = append(o, config.Member{Key: strings.ReplaceAll(name, "-", "_") + "_ms", Value: rounded(ms, 3)})
		parts = append(parts, fmt.Sprintf("%s %.2f ms", name, ms))
	}
	if len(parts) == 0 {
		return "", nil
	}
	return fmt.Sprintf("%s; %d steps", strings.Join(parts, ", "), run.Steps), o
}

func rounded(x float64, digits int) float64 {
	p := math.Pow10(digits)
	return math.Round(x*p) / p
}
