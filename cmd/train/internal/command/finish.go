package command

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/cmd/train/internal/words"
	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// finishClasses shows how good the best epoch is, and where it fails.
func (e *Env) finishClasses(ctx context.Context, t *task, dir string) (*ending, error) {
	out, err := t.model.Predict(ctx, t.valid, nn.PredictConfig{})
	if err != nil {
		return nil, err
	}
	probs, classes := twoColumns(out[0]), t.set.Classes
	c := report.NewConfusion(classes, t.truth, probs)
	mistakes := report.Mistakes(t.truth, probs)
	end := &ending{next: t.next(dir)}
	if t.flow != nil {
		end.files = append(end.files, rundir.SamplesFile)
	}
	late := e.late(t)
	if err := quarantine(dir, t.set.Bad); err != nil {
		return nil, err
	}
	if len(mistakes) > 0 {
		f, err := e.mistakes(t, dir, mistakes)
		if err != nil {
			return nil, err
		}
		end.files = append(end.files, f)
	}
	var telling []words.Telling
	if t.tok != nil && len(classes) <= 10 && !t.binary() {
		if telling, err = e.telling(ctx, t, probs); err != nil {
			return nil, err
		}
	}
	end.event = config.Object{{Key: "val_accuracy", Value: c.Accuracy()}, {Key: "majority", Value: c.Majority()}, {Key: "classes", Value: classes}, {Key: "confusion", Value: c.Count}}
	end.bad = func() { e.bad(t, dir, late) }
	end.said = fmt.Sprintf("\nConfusion matrix of the validation data (rows: true, columns: predicted)\n%s", c) +
		t.tellingInWords(telling) + t.mistakesInWords(mistakes)
	end.best = fmt.Sprintf("accuracy %s", e.Console.Bold(fmt.Sprintf("%.4f", c.Accuracy())))
	end.than = fmt.Sprintf("always naming the largest class: %.3f", c.Majority())
	return end, nil
}

// next is what to type after training.
func (t *task) next(dir string) string {
	d := cli.Quote(dir)
	switch {
	case t.tok != nil:
		return `echo "some text" | train predict ` + d + " -"
	case t.set.Source == "demo":
		return "train demo text    (or, with pictures of yours: train predict " + d + " FILE.png…)"
	}
	return "train predict " + d + " FILE.png…"
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
	except := []string{"out", "force", "workers", "json", "quiet", "verbose", "no-color", "config", "set"}
	usual := settings.Flags(settings.Default()).Settings()
	for i, x := range e.Flags.Settings() { // a configuration may name all
		if x.Auto == "" && reflect.DeepEqual(x.Value, usual[i].Value) {
			except = append(except, x.Name)
		}
	}
	given := e.Flags.Given(except...)
	return strings.Join(append([]string{line}, given...), " ")
}

// mistakes writes the worst mistakes down: a contact sheet, or a table.
func (e *Env) mistakes(t *task, dir string, ms []report.Mistake) (string, error) {
	classes := t.set.Classes
	if t.flow == nil {
		var b strings.Builder
		b.WriteString("true\tpredicted\tp\tp_true\tname\ttext\n")
		flat := strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")
		for _, m := range ms {
			s := t.set.Valid[m.Sample]
			fmt.Fprintf(&b, "%s\t%s\t%.4f\t%.4f\t%s\t%s\n", classes[m.True], classes[m.Predicted], m.P, m.PTrue, s.Name, flat.Replace(s.Text))
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
		sheet.Tiles = append(sheet.Tiles, report.Tile{Pix: pix, Caption: []string{classes[m.True], "-> " + classes[m.Predicted], fmt.Sprintf("   %.3f", m.P)}})
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

// tellingInWords shows the words and texts that a class is known by.
func (t *task) tellingInWords(ts []words.Telling) string {
	if len(ts) == 0 {
		return ""
	}
	word := func(id int) string {
		w, _ := t.tok.Word(id)
		return w
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nMost telling words (%s)\n", words.How)
	for k, c := range t.set.Classes {
		fmt.Fprintf(&b, "  %s: %s\n", c, words.Format(ts[k].Words, word))
	}
	fmt.Fprintf(&b, "\nMost telling texts (their loudest words in *stars*)\n")
	for k, c := range t.set.Classes {
		if len(ts[k].Text.Words) == 0 {
			continue
		}
		var loud []string
		for _, id := range ts[k].Text.Words {
			loud = append(loud, word(id))
		}
		fmt.Fprintf(&b, "  %s (%.3f): %s\n", c, ts[k].Text.P, excerpt(t.set.Valid[ts[k].Text.Sample].Text, loud))
	}
	return b.String()
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

// mistakesInWords shows the worst few.
func (t *task) mistakesInWords(ms []report.Mistake) string {
	if len(ms) == 0 {
		return "\nNo mistakes in the validation data.\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nWorst of %s\n", cli.Plural(len(ms), "mistake"))
	classes, samples := t.set.Classes, t.set.Valid
	for _, m := range ms[:min(3, len(ms))] {
		s := samples[m.Sample]
		what := s.Name
		if s.Text != "" {
			what += ": " + cli.Short(strings.Join(strings.Fields(s.Text), " "), 160)
		}
		fmt.Fprintf(&b, "  %s → %s (%.3f)  %s\n", classes[m.True], classes[m.Predicted], m.P, what)
	}
	return b.String()
}
