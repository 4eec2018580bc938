package command

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/vectors"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/sotu"
)

const (
	shownWords = 8 // whose neighbours are shown when none are named
	neighbours = 8
)

// finishWords shows and draws what lies near what.
func (e *Env) finishWords(t *wordTask, data, dir string) (*ending, error) {
	if err := t.write(dir); err != nil {
		return nil, err
	}
	v, err := t.vectors()
	if err != nil {
		return nil, err
	}
	groups, err := e.groups(v, data)
	if err != nil {
		return nil, err
	}
	end := &ending{files: []string{rundir.VectorsFile, rundir.TokenizerFile}}
	if places, share, err := v.Plane(groups); err == nil {
		title := fmt.Sprintf("%s: words and their nearest ones, in the plane of their first two principal components (%.0f %% of the variance)", data, 100*share)
		if err := report.WordMap(filepath.Join(dir, rundir.WordsFile), title, points(v, groups, places)); err != nil {
			return nil, err
		}
		end.files = append(end.files, rundir.WordsFile)
	}
	end.event = config.Object{{Key: "nearest", Value: nearest(v, groups)}}
	end.said = "\nNearest words (cosine of the angle between vectors)\n" + table(v, groups)
	if q := qualityOf(v, data); q != nil {
		end.event = append(end.event, config.Member{Key: "related", Value: q.object()})
		end.said += "\n" + q.String()
	}
	d, w := cli.Quote(dir), v.Words[groups[0].Word]
	end.next = fmt.Sprintf("train predict %s %s    (or a sum: '%s - %s + %s')", d, w, w, v.Words[groups[0].Near[0].ID], v.Words[groups[len(groups)-1].Word])
	return end, nil
}

// groups are the words that are shown, with their neighbours.
func (e *Env) groups(v *vectors.Vectors, data string) ([]vectors.Group, error) {
	show := e.Settings.Show
	switch {
	case show == "" && data == demoWords:
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

// qualityOf measures the demo by pairs of words that belong together; for other
// texts there is train evaluate.
func qualityOf(v *vectors.Vectors, data string) *quality {
	if data != demoWords {
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
