package command

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/words"
	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/saving"
	"github.com/antler-ml/antler/tensor"
)

// finish takes the best epoch, shows how good it is and where it fails, and
// says what to do next.
func (e *Env) finish(ctx context.Context, t *task, run *rundir.Run, dir string, h *report.History, began time.Time, events *rundir.Events) error {
	if _, err := saving.LoadWeights(t.model, filepath.Join(dir, rundir.BestFile)); err != nil {
		return err
	}
	out, err := t.model.Predict(ctx, t.valid, nn.PredictConfig{})
	if err != nil {
		return err
	}
	probs := twoColumns(out[0])
	c := report.NewConfusion(run.Classes, t.truth, probs)
	mistakes := report.Mistakes(t.truth, probs)
	files := []string{rundir.BestFile, rundir.LastFile, rundir.RunFile, rundir.HistoryFile, rundir.EventsFile}

	if whole, err := report.ReadHistory(filepath.Join(dir, rundir.HistoryFile)); err == nil {
		h = whole // of the epochs before a resume too
	}
	if err := h.Curves(filepath.Join(dir, rundir.CurvesFile), run.Data); err != nil {
		return err
	}
	files = append(files, rundir.CurvesFile)
	if t.flow != nil {
		files = append(files, rundir.SamplesFile)
	}
	late := e.late(t)
	if err := quarantine(dir, t.set.Bad); err != nil {
		return err
	}
	if len(mistakes) > 0 {
		f, err := e.mistakes(t, run, dir, mistakes)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	var telling []words.Telling
	if t.tok != nil && len(run.Classes) <= 10 && !t.binary() {
		if telling, err = e.telling(ctx, t, probs); err != nil {
			return err
		}
	}
	run.Result.Finished = true
	if err := run.Write(dir); err != nil {
		return err
	}
	res := run.Result
	end := rundir.Event("end", config.Member{Key: "epochs", Value: res.Epochs}, config.Member{Key: "best_epoch", Value: res.Best},
		config.Member{Key: "val_accuracy", Value: c.Accuracy()}, config.Member{Key: "val_loss", Value: res.Logs["val_loss"]},
		config.Member{Key: "majority", Value: c.Majority()}, config.Member{Key: "classes", Value: run.Classes},
		config.Member{Key: "confusion", Value: c.Count}, config.Member{Key: "out", Value: dir}, config.Member{Key: "files", Value: files})
	events.Add(end)
	e.emit(end)
	if !e.Settings.JSON {
		fmt.Fprintf(e.Out, "\nConfusion matrix of the validation data (rows: true, columns: predicted)\n%s", c)
		e.printTelling(t, run, telling)
		e.printMistakes(t, run, mistakes)
		fmt.Fprintf(e.Out, "\nbest       validation accuracy %s at epoch %d of %d (always naming the largest class: %.3f)\n",
			e.Console.Bold(fmt.Sprintf("%.4f", c.Accuracy())), res.Best, res.Epochs, c.Majority())
	}
	e.bad(t, dir, late)
	e.last(t, run, dir, files, began)
	return nil
}

// last are the lines that say where things are and what to type next.
func (e *Env) last(t *task, run *rundir.Run, dir string, files []string, began time.Time) {
	con := e.Console
	con.Printf("files      %s", filepath.Join(dir, "{"+strings.Join(files, ",")+"}"))
	d := cli.Quote(dir)
	next := "train predict " + d + " FILE.png…"
	if run.Data == "demo" {
		next = "train demo text    (or, with pictures of yours: " + next + ")"
	}
	if t.tok != nil {
		next = `echo "some text" | train predict ` + d + " -"
	}
	con.Printf("next       %s", con.Bold(next))
	con.Printf("again      %s", e.again(run))
	e.used(began)
}

// used says what the run has taken.
func (e *Env) used(began time.Time) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	e.Console.Printf("used       %s, %s of memory, %s", cli.Duration(time.Since(began)), cli.Bytes(int64(m.Sys)), cli.Plural(e.Settings.Workers, "worker"))
}

// again is the command that gives the same bytes once more.
func (e *Env) again(run *rundir.Run) string {
	if e.Settings.Resume != "" {
		return "a run in one go gives the same bytes"
	}
	line := "train " + run.Data
	switch {
	case run.Task == rundir.Words:
		line = wordsCommand(run.Data)
	case !strings.HasPrefix(run.Data, "demo"):
		line = "train " + cli.Quote(run.Data)
	}
	given := e.Flags.Given("out", "force", "workers", "json", "quiet", "verbose", "no-color", "config", "set")
	return strings.Join(append([]string{line}, given...), " ")
}

// mistakes writes the worst mistakes down: a contact sheet, or a table.
func (e *Env) mistakes(t *task, run *rundir.Run, dir string, ms []report.Mistake) (string, error) {
	if t.flow == nil {
		var b strings.Builder
		b.WriteString("true\tpredicted\tp\tp_true\tname\ttext\n")
		flat := strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")
		for _, m := range ms {
			s := t.set.Valid[m.Sample]
			fmt.Fprintf(&b, "%s\t%s\t%.4f\t%.4f\t%s\t%s\n", run.Classes[m.True], run.Classes[m.Predicted], m.P, m.PTrue, s.Name, flat.Replace(s.Text))
		}
		return rundir.MistakesText, atomicfile.WriteBytes(filepath.Join(dir, rundir.MistakesText), []byte(b.String()))
	}
	p := t.pictures
	sheet := &report.Sheet{Title: "the worst mistakes: true -> predicted (probability)", Height: p.Height, Width: p.Width, Channels: p.Channels, Columns: 6}
	for _, m := range ms[:min(30, len(ms))] {
		pix := make([]float32, p.Size())
		if err := p.Read(pix, len(t.set.Train)+m.Sample); err != nil {
			if e.Settings.OnError == "fail" {
				return "", err
			}
			clear(pix) // as the model has seen it
		}
		for i := range pix {
			pix[i] /= 255
		}
		sheet.Tiles = append(sheet.Tiles, report.Tile{Pix: pix, Caption: []string{run.Classes[m.True], "-> " + run.Classes[m.Predicted], fmt.Sprintf("   %.3f", m.P)}})
	}
	return rundir.MistakesFile, sheet.Write(filepath.Join(dir, rundir.MistakesFile))
}

// telling asks the model for its reasons, so to speak.
func (e *Env) telling(ctx context.Context, t *task, probs *tensor.Tensor) ([]words.Telling, error) {
	unknown, _ := t.tok.Index(t.tok.OOVToken)
	ts, err := words.Find(ctx, t.model, t.validX, t.truth, probs, len(t.set.Classes), words.Config{
		Skip:     unknown,
		PerClass: 300 / len(t.set.Classes), Keep: 12, MinTexts: min(3, 1+len(t.truth)/50),
		Progress: func(done, all int) {
			e.Console.Progress(func() string { return fmt.Sprintf("telling words  %d/%d texts", done, all) })
		},
	})
	e.Console.Close()
	return ts, err
}

func (e *Env) printTelling(t *task, run *rundir.Run, ts []words.Telling) {
	if len(ts) == 0 {
		return
	}
	word := func(id int) string {
		w, _ := t.tok.Word(id)
		return w
	}
	fmt.Fprintf(e.Out, "\nMost telling words (%s)\n", words.How)
	for k, c := range run.Classes {
		fmt.Fprintf(e.Out, "  %s: %s\n", c, words.Format(ts[k].Words, word))
	}
	fmt.Fprintf(e.Out, "\nMost telling texts (their loudest words in *stars*)\n")
	for k, c := range run.Classes {
		if len(ts[k].Text.Words) == 0 {
			continue
		}
		var loud []string
		for _, id := range ts[k].Text.Words {
			loud = append(loud, word(id))
		}
		fmt.Fprintf(e.Out, "  %s (%.3f): %s\n", c, ts[k].Text.P, excerpt(t.set.Valid[ts[k].Text.Sample].Text, loud))
	}
}

// excerpt is a text with stars around some words, cut to some 300 characters.
func excerpt(s string, loud []string) string {
	fields := strings.Fields(s)
	for i, f := range fields {
		bare := strings.ToLower(strings.Trim(f, `.,;:!?"()[]{}—-_'“”‘’`))
		if slices.Contains(loud, bare) {
			fields[i] = "*" + f + "*"
		}
	}
	return cli.Short(strings.Join(fields, " "), 300)
}

func (e *Env) printMistakes(t *task, run *rundir.Run, ms []report.Mistake) {
	if len(ms) == 0 {
		fmt.Fprintf(e.Out, "\nNo mistakes in the validation data.\n")
		return
	}
	fmt.Fprintf(e.Out, "\nWorst of %s\n", cli.Plural(len(ms), "mistake"))
	samples := t.set.Valid
	for _, m := range ms[:min(3, len(ms))] {
		s := samples[m.Sample]
		what := s.Name
		if s.Text != "" {
			what += ": " + cli.Short(strings.Join(strings.Fields(s.Text), " "), 160)
		}
		fmt.Fprintf(e.Out, "  %s → %s (%.3f)  %s\n", run.Classes[m.True], run.Classes[m.Predicted], m.P, what)
	}
}
