package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/tags"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// tagRun is a run that tags words.
type tagRun struct {
	model      *nn.Model
	vocabulary *tags.Vocabulary
	tags       []string
}

// openTags makes use of a run that tags words.
func openTags(e *Env, o *opened) (user, error) {
	r := &tagRun{model: o.model, tags: o.Classes}
	if out := r.model.OutputShapes()[0]; out.Rank() != 3 || out.Last() != len(r.tags) {
		return nil, cli.Errorf(cli.BadData, "%s gives %v, but the run has %s", o.file, out, cli.Plural(len(r.tags), "tag"))
	}
	tok, err := o.tokenizer()
	if err != nil {
		return nil, err
	}
	r.vocabulary = tags.Of(tok)
	return r, nil
}

// answers are the probabilities of the tags of each word, as many rows as words.
func (r *tagRun) answers(all []tags.Sentence) ([][][]float32, error) {
	words := r.vocabulary.Numbers(all)
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(words[a]) - len(words[b]) })
	out := make([][][]float32, len(all))
	for lo := 0; lo < len(order); lo += evalBatch {
		rows := order[lo:min(lo+evalBatch, len(order))]
		length := (len(words[rows[len(rows)-1]]) + 7) / 8 * 8 // few lengths, few programs
		p, err := r.model.PredictOnBatch(tags.Pad(words, rows, length))
		if err != nil {
			return nil, err
		}
		k := len(r.tags)
		for i, row := range rows {
			for j := range words[row] {
				out[row] = append(out[row], p[0].Data()[(i*length+j)*k:(i*length+j+1)*k])
			}
		}
	}
	return out, nil
}

// taggedWell is how well words are tagged.
type taggedWell struct {
	words    *report.Confusion
	entities []tags.Score // none where tags are not BIO
}

func (r *tagRun) measure(all []tags.Sentence) (taggedWell, error) {
	out, err := r.answers(all)
	if err != nil {
		return taggedWell{}, err
	}
	var truth []int
	var probs []float32
	var want, got [][]string
	for i, s := range all {
		found := make([]string, len(s.Tags))
		for j, g := range s.Tags {
			truth = append(truth, slices.Index(r.tags, g))
			probs = append(probs, out[i][j]...)
			found[j] = r.tags[report.Best(out[i][j])]
		}
		want, got = append(want, s.Tags), append(got, found)
	}
	m := taggedWell{words: report.NewConfusion(r.tags, truth, tensor.From(probs, len(truth), len(r.tags)))}
	if tags.AreBIO(r.tags) {
		m.entities = tags.Scores(want, got)
	}
	return m, nil
}

func (m taggedWell) String() string {
	s := m.words.String()
	if m.entities != nil {
		s += "\n" + tags.Table(m.entities)
	}
	return s
}

func (m taggedWell) object() config.Object {
	var each, entities []config.Object
	n := 0
	for k, c := range m.words.Classes {
		each = append(each, config.Object{{Key: "tag", Value: c}, {Key: "precision", Value: m.words.Precision(k)}, {Key: "recall", Value: m.words.Recall(k)}, {Key: "f1", Value: m.words.F1(k)}})
		for _, x := range m.words.Count[k] {
			n += x
		}
	}
	for _, s := range m.entities {
		entities = append(entities, config.Object{{Key: "type", Value: s.Type}, {Key: "precision", Value: s.Precision()}, {Key: "recall", Value: s.Recall()}, {Key: "f1", Value: s.F1()},
			{Key: "true", Value: s.True}, {Key: "found", Value: s.Found}, {Key: "right", Value: s.Right}})
	}
	return config.Object{{Key: "words", Value: n}, {Key: "accuracy", Value: m.words.Accuracy()}, {Key: "majority", Value: m.words.Majority()}, {Key: "tags", Value: each},
		{Key: "confusion", Value: m.words.Count}, {Key: "entities", Value: entities}}
}

// evaluate measures a run on tagged sentences.
func (r *tagRun) evaluate(_ context.Context, e *Env, path string) error {
	all, bad, _, err := readTags(path)
	if err != nil {
		return err
	}
	good := all[:0]
	for _, s := range all {
		if i := slices.IndexFunc(s.Tags, func(g string) bool { return !slices.Contains(r.tags, g) }); i >= 0 {
			bad = append(bad, dataset.Bad{Path: path, Line: s.Line, Reason: fmt.Sprintf("the run does not know the tag %q of %q; it knows %s", s.Tags[i], s.Tokens[i], cli.List(r.tags, 8))})
			continue
		}
		good = append(good, s)
	}
	if len(bad) > 0 && e.Settings.OnError == "fail" {
		return refuseTags(path, len(good), bad)
	}
	if len(good) == 0 {
		return cli.Errorf(cli.BadData, "%s has no tagged sentences", path).Do("give a word, a tab and its tag on each line, and an empty line between sentences")
	}
	m, err := r.measure(good)
	if err != nil {
		return err
	}
	if len(bad) > 0 {
		e.Console.Warnf("skipped    %s", cli.Plural(len(bad), "sentence"))
	}
	if path := e.Settings.Plot; path != "" {
		if err := (judged{c: m.words}).draw(path); err != nil {
			return cli.Errorf(cli.Code(err), "--plot %s: %w", path, err)
		}
	}
	if e.Settings.JSON {
		e.emit(append(config.Object{{Key: "v", Value: 1}, {Key: "event", Value: "evaluate"}, {Key: "samples", Value: len(good)}}, m.object()...))
		return nil
	}
	fmt.Fprintf(e.Out, "sentences  %s\naccuracy   %.4f of the words (always naming the largest tag: %.3f)\n\n%s", cli.Count(len(good)), m.words.Accuracy(), m.words.Majority(), m)
	return nil
}

// taggedSentence is one line of --json.
type taggedSentence struct {
	V             int       `json:"v"`
	File          string    `json:"file"`
	Line          int       `json:"line"`
	Tokens        []string  `json:"tokens"`
	Tags          []string  `json:"tags"`
	Probabilities []float32 `json:"probabilities"`
}

// predict tags the words of files, or of standard input: a word, a tab and
// its tag on each line, an empty line after a sentence.
func (r *tagRun) predict(ctx context.Context, e *Env, paths []string) error {
	out := bufio.NewWriter(e.Out)
	var wrong []dataset.Bad
	n := 0
	for _, path := range paths {
		var b []byte
		var err error
		name := path
		if path == "-" {
			name = "standard input"
			b, err = io.ReadAll(e.In)
		} else {
			b, err = os.ReadFile(path)
		}
		if err != nil {
			return dataset.Missing(path, err, "name files of sentences, or - for standard input")
		}
		all, bad := tags.Read(name, b, untagged(b), false)
		wrong = append(wrong, bad...)
		for lo := 0; lo < len(all); lo += 8 * evalBatch {
			if ctx.Err() != nil {
				return errors.Join(context.Cause(ctx), out.Flush())
			}
			part := all[lo:min(lo+8*evalBatch, len(all))]
			probs, err := r.answers(part)
			if err != nil {
				return err
			}
			for i, s := range part {
				a := taggedSentence{V: 1, File: name, Line: s.Line, Tokens: s.Tokens}
				for j := range s.Tokens {
					k := report.Best(probs[i][j])
					a.Tags, a.Probabilities = append(a.Tags, r.tags[k]), append(a.Probabilities, probs[i][j][k])
					if !e.Settings.JSON {
						fmt.Fprintf(out, "%s\t%s\n", s.Tokens[j], r.tags[k])
					}
				}
				if !e.Settings.JSON {
					out.WriteByte('\n')
				} else if line, err := json.Marshal(a); err == nil {
					out.Write(append(line, '\n'))
				}
			}
			if err := out.Flush(); err != nil {
				return err
			}
		}
		n += len(all)
	}
	switch {
	case len(wrong) > 0 && e.Settings.OnError == "fail":
		return refuseTags(wrong[0].Path, n, wrong)
	case len(wrong) > 0:
		e.Console.Warnf("skipped    %s", cli.Plural(len(wrong), "sentence"))
	case n == 0:
		return cli.Errorf(cli.BadData, "nothing to tag").Do("give a sentence on each line, or a word on each line and an empty line between sentences")
	}
	return nil
}

// untagged is the form of sentences whose tags may be missing.
func untagged(b []byte) tags.Form {
	if f := tags.FormOf(b[:min(len(b), 64<<10)]); f != "" {
		return f
	}
	first, rest, _ := bytes.Cut(bytes.TrimSpace(b), []byte("\n"))
	switch {
	case bytes.HasPrefix(first, []byte("{")):
		return tags.Objects
	case len(bytes.Fields(first)) == 1 && len(rest) > 0: // words below each other
		return tags.Lines
	}
	return tags.Plain
}
