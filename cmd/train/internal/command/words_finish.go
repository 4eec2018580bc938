package command

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"time"

	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/vectors"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/sotu"
	"github.com/antler-ml/antler/nn/saving"
)

const (
	shownWords = 8 // whose neighbours are shown when none are named
	neighbours = 8
)

// finishWords takes the best epoch, shows and draws what lies near what, and
// says what to do next.
func (e *Env) finishWords(t *wordTask, run *rundir.Run, dir string, h *report.History, began time.Time, events *rundir.Events) error {
	if _, err := saving.LoadWeights(t.model, filepath.Join(dir, rundir.BestFile)); err != nil {
		return err
	}
	if err := t.write(dir); err != nil {
		return err
	}
	v, err := t.vectors()
	if err != nil {
		return err
	}
	files := []string{rundir.VectorsFile, rundir.BestFile, rundir.LastFile, rundir.TokenizerFile, rundir.RunFile, rundir.HistoryFile, rundir.EventsFile}
	if whole, err := report.ReadHistory(filepath.Join(dir, rundir.HistoryFile)); err == nil {
		h = whole
	}
	if err := h.Curves(filepath.Join(dir, rundir.CurvesFile), run.Data); err != nil {
		return err
	}
	groups, err := e.groups(v, run)
	if err != nil {
		return err
	}
	files = append(files, rundir.CurvesFile)
	if places, share, err := v.Plane(groups); err == nil {
		title := fmt.Sprintf("%s: words and their nearest ones, in the plane of their first two principal components (%.0f %% of the variance)", run.Data, 100*share)
		if err := report.WordMap(filepath.Join(dir, rundir.WordsFile), title, points(v, groups, places)); err != nil {
			return err
		}
		files = append(files, rundir.WordsFile)
	}
	run.Result.Finished = true
	if err := run.Write(dir); err != nil {
		return err
	}
	q := e.quality(v, run)
	end := rundir.Event("end", config.Member{Key: "epochs", Value: run.Result.Epochs}, config.Member{Key: "best_epoch", Value: run.Result.Best},
		config.Member{Key: "loss", Value: run.Result.Logs["loss"]}, config.Member{Key: "val_loss", Value: run.Result.Logs["val_loss"]},
		config.Member{Key: "nearest", Value: nearest(v, groups)}, config.Member{Key: "out", Value: dir}, config.Member{Key: "files", Value: files})
	if q != nil {
		end = append(end, config.Member{Key: "related", Value: q.object()})
	}
	events.Add(end)
	e.emit(end)
	if !e.Settings.JSON {
		fmt.Fprintf(e.Out, "\nNearest words (cosine of the angle between vectors)\n%s", table(v, groups))
		if q != nil {
			fmt.Fprintf(e.Out, "\n%s", q)
		}
	}
	con := e.Console
	con.Printf("files      %s", filepath.Join(dir, "{"+strings.Join(files, ",")+"}"))
	d, w := cli.Quote(dir), v.Words[groups[0].Word]
	con.Printf("next       %s", con.Bold(fmt.Sprintf("train predict %s %s    (or a sum: '%s - %s + %s')", d, w, w, v.Words[groups[0].Near[0].ID], v.Words[groups[len(groups)-1].Word])))
	con.Printf("again      %s", e.again(run))
	e.used(began)
	return nil
}

// groups are the words that are shown, with their neighbours.
func (e *Env) groups(v *vectors.Vectors, run *rundir.Run) ([]vectors.Group, error) {
	show := e.Settings.Show
	switch {
	case show == "" && run.Data == demoWords:
		show = sotu.Words
	case show == "":
		return v.Choose(shownWords, neighbours), nil
	}
	var groups []vectors.Group
	for w := range strings.SplitSeq(show, ",") {
		if w = strings.TrimSpace(w); w == "" {
			continue
		}
		id, err := v.Index(w)
		if err != nil {
			e.Console.Warnf("note       --show: %v", err)
			continue
		}
		groups = append(groups, v.Group(id, neighbours))
	}
	if groups == nil {
		return v.Choose(shownWords, neighbours), nil
	}
	return groups, nil
}

// table is groups as lines.
func table(v *vectors.Vectors, groups []vectors.Group) string {
	width := 0
	for _, g := range groups {
		width = max(width, len([]rune(v.Words[g.Word])))
	}
	var b strings.Builder
	for _, g := range groups {
		fmt.Fprintf(&b, "  %-*s ", width, v.Words[g.Word])
		for _, n := range g.Near {
			fmt.Fprintf(&b, " %s %.2f", v.Words[n.ID], n.Similarity)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// nearest is groups as JSON.
func nearest(v *vectors.Vectors, groups []vectors.Group) config.Object {
	o := config.Object{}
	for _, g := range groups {
		o = append(o, config.Member{Key: v.Words[g.Word], Value: similar(v, g.Near)})
	}
	return o
}

// similarity is a word of an answer in JSON.
type similarity struct {
	Word       string  `json:"word"`
	Similarity float64 `json:"similarity"`
}

func similar(v *vectors.Vectors, near []vectors.Near) []similarity {
	list := []similarity{}
	for _, n := range near {
		list = append(list, similarity{v.Words[n.ID], n.Similarity})
	}
	return list
}

// points are the words of the picture.
func points(v *vectors.Vectors, groups []vectors.Group, places []vectors.Place) []report.Word {
	var list []report.Word
	for _, p := range places {
		list = append(list, report.Word{X: p.X, Y: p.Y, Label: v.Words[p.ID], Group: p.Group, Head: groups[p.Group].Word == p.ID})
	}
	return list
}

// quality measures the demo by pairs of words that belong together; for other
// texts there is train evaluate.
func (e *Env) quality(v *vectors.Vectors, run *rundir.Run) *quality {
	if run.Data != demoWords {
		return nil
	}
	pairs, scored, err := vectors.ParsePairs(sotu.Related)
	if err != nil {
		return nil
	}
	q, err := v.Measure(pairs, scored)
	if err != nil {
		return nil
	}
	return &quality{q, len(v.Words) - 1}
}

type quality struct {
	vectors.Quality
	words int
}

func (q *quality) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "pairs      %s of related words", cli.Count(q.Pairs))
	if n := len(q.Missing); n > 0 {
		fmt.Fprintf(&b, "; not known: %s", cli.List(q.Missing, 6))
	}
	fmt.Fprintf(&b, "\nsimilarity %.3f; of the same words, paired at random: %.3f\n", q.Related, q.Random)
	fmt.Fprintf(&b, "related    is more similar than random in %.1f %% (chance: 50 %%)\n", 100*q.Chance)
	fmt.Fprintf(&b, "rank       of one among the neighbours of the other: %s of %s (median)\n", cli.Count(q.Rank), cli.Count(q.words-1))
	if !math.IsNaN(q.Spearman) {
		fmt.Fprintf(&b, "spearman   %.3f: rank correlation of similarities and scores\n", q.Spearman)
	}
	return b.String()
}

func (q *quality) object() config.Object {
	o := config.Object{{Key: "pairs", Value: q.Pairs}, {Key: "missing", Value: append([]string{}, q.Missing...)}, {Key: "similarity", Value: q.Related},
		{Key: "random", Value: q.Random}, {Key: "related_above_random", Value: q.Chance}, {Key: "median_rank", Value: q.Rank}}
	if !math.IsNaN(q.Spearman) {
		o = append(o, config.Member{Key: "spearman", Value: q.Spearman})
	}
	return o
}
