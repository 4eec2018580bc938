package command

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/sequence"
	"github.com/antler-ml/antler/tensor"
	"github.com/antler-ml/antler/text"
)

// loaded is a run that is used: its model, and all that samples go through.
type loaded struct {
	*rundir.Stored
	dir   string
	kind  dataset.Kind
	model *nn.Model
	tok   *text.Tokenizer

	scaling scaling // of a plain model file
	binary  bool    // its one output is the probability of class 1
}

// openClasses makes use of a run that tells pictures or texts apart, or of a
// plain model file that classifies pictures.
func openClasses(e *Env, o *opened) (user, error) {
	r := &loaded{Stored: o.Stored, dir: o.path, model: o.model}
	if r.Stored == nil {
		if err := e.guess(r, o.meta); err != nil {
			return nil, err
		}
	} else {
		r.kind = dataset.Kind(r.Task)
	}
	if r.kind == dataset.Texts {
		var err error
		if r.tok, err = o.tokenizer(); err != nil {
			return nil, err
		}
	}
	return r, e.adopt(r, o.file)
}

// adopt checks a model, which is at path, and takes over the settings that
// belong to it.
func (e *Env) adopt(r *loaded, path string) error {
	s := e.Settings
	if s := r.model.OutputShapes(); len(s) == 1 && s[0].Last() == 1 && len(r.Classes) == 2 {
		r.binary = true
	}
	if out := r.model.Outputs()[0].Shape(); !r.binary && (len(r.model.Outputs()) != 1 || out.Rank() != 2 || out.Last() != len(r.Classes)) {
		return cli.Errorf(cli.BadData, "%s gives %v, but the run has %s", path, out, cli.Plural(len(r.Classes), "class"))
	}
	if s.Classes != "" && r.scaling.by == 0 {
		return cli.Errorf(cli.Usage, "--classes names the classes of a plain model file; %s has names of its own", r.dir)
	}
	p := r.Preprocessing
	plain := r.scaling.by != 0
	if m, ok := scalingModes[p.Scaling]; ok && !plain {
		r.scaling = m
	}
	switch r.kind {
	case dataset.Texts:
		r.tok.Workers = s.Workers
		if p.MaxLen < 1 {
			return cli.Errorf(cli.BadData, "%s: maxlen is %d", filepath.Join(r.dir, rundir.RunFile), p.MaxLen)
		}
	case dataset.Images:
		if len(p.TargetSize) != 2 || p.Rescale == 0 {
			return cli.Errorf(cli.BadData, "%s: the preprocessing is incomplete: %+v", filepath.Join(r.dir, rundir.RunFile), *p)
		}
		// What a file goes through is the run's affair, not the command line's.
		for _, f := range []string{"target-size", "color-mode", "interpolation", "draft", "orient", "preprocess"} {
			if !plain && e.Flags.Changed(f) {
				return cli.Errorf(cli.Usage, "--%s belongs to training; the run keeps what it was trained with", f)
			}
		}
		s.TargetSize, s.ColorMode, s.Interpolation, s.Draft, s.Orient = p.TargetSize, p.ColorMode, p.Interpolation, p.Draft, p.Orient
		if !e.Flags.Changed("max-pixels") && p.MaxPixels > 0 {
			s.MaxPixels = p.MaxPixels
		}
		if !e.Flags.Changed("allow-truncated") {
			s.AllowTruncated = p.AllowTruncated
		}
	default:
		return cli.Errorf(cli.BadData, "%s: the task is %q; want image or text", filepath.Join(r.dir, rundir.RunFile), r.Task)
	}
	if s.BatchSize == 0 {
		s.BatchSize = evalBatch
	}
	return nil
}

// encode turns texts into the rows that the model reads.
func (r *loaded) encode(list []string) (*tensor.Tensor, error) {
	return sequence.Pad(r.tok.TextsToSequences(slices.Values(list)), sequence.PadConfig{MaxLen: r.Preprocessing.MaxLen})
}

// An item is a file or line to classify.
type item struct {
	name string
	path string // of a picture
	text string
	bad  string // why it cannot be classified
}

// pictures decodes the items of a batch; those that fail are marked.
func (r *loaded) pictures(ctx context.Context, e *Env, batch []item) (*tensor.Tensor, error) {
	samples := make([]dataset.Sample, len(batch))
	for i, it := range batch {
		samples[i].Path = it.path
	}
	p := dataset.NewPictures(samples, e.Settings, nil)
	bad, err := p.Scan(ctx, e.Settings.Workers, func(int) {})
	if err != nil {
		return nil, err
	}
	x := tensor.New(len(batch), p.Height, p.Width, p.Channels)
	n := p.Size()
	for i := range batch {
		if b, ok := bad[i]; ok {
			batch[i].bad = b.Reason
			continue
		}
		dst := x.Data()[i*n : (i+1)*n]
		if err := p.Read(dst, i); err != nil {
			return nil, err
		}
		if r.scaling.by != 0 {
			r.scaling.apply(dst, p.Channels)
			continue
		}
		for k := range dst {
			dst[k] *= float32(r.Preprocessing.Rescale)
		}
	}
	return x, nil
}

// probabilities classifies a batch; items that cannot be read are marked.
func (r *loaded) probabilities(ctx context.Context, e *Env, batch []item) (*tensor.Tensor, error) {
	var x *tensor.Tensor
	var err error
	if r.kind == dataset.Images {
		x, err = r.pictures(ctx, e, batch)
	} else {
		list := make([]string, len(batch))
		for i, it := range batch {
			list[i] = it.text
		}
		x, err = r.encode(list)
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, err
	}
	out, err := r.model.PredictOnBatch(x)
	if err != nil {
		return nil, err
	}
	if r.binary {
		both := tensor.New(len(batch), 2)
		for i, p := range out[0].Data() {
			both.Data()[2*i], both.Data()[2*i+1] = 1-p, p
		}
		return both, nil
	}
	return out[0], nil
}

// source is labelled samples as batches, in order.
func (r *loaded) source(ctx context.Context, e *Env, set *dataset.Set) (pipeline.Source, error) {
	s := e.Settings
	if r.kind == dataset.Texts {
		x, y, err := encode(r.tok, set.Valid, r.Preprocessing.MaxLen)
		if err != nil {
			return nil, err
		}
		return pipeline.Arrays(x, y, pipeline.ArraysConfig{BatchSize: s.BatchSize}), nil
	}
	p := dataset.NewPictures(set.Valid, s, nil)
	bad, err := p.Scan(ctx, s.Workers, func(done int) {
		e.Console.Progress(func() string {
			return fmt.Sprintf("reading pictures  %s/%s", cli.Count(done), cli.Count(len(set.Valid)))
		})
	})
	e.Console.Close()
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, err
	}
	for i := range set.Valid {
		if b, ok := bad[i]; ok {
			set.Bad = append(set.Bad, b)
		}
	}
	n := len(set.Valid) - len(bad)
	p.Drop(bad)
	set.Valid = set.Valid[:n]
	if n == 0 {
		return nil, set.Check("skip")
	}
	g := &augment.ImageDataGenerator{}
	r.scaling.generator(g, r.Preprocessing.Rescale)
	return p.Flow(0, n, g, inOrder(s.BatchSize, s.Workers))
}

// items are what the arguments name: files, folders of pictures, or - for the
// lines of standard input.
func (r *loaded) items(ctx context.Context, e *Env, args []string) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		for _, a := range args {
			var next iter.Seq2[item, error]
			switch {
			case a == "-":
				next = r.lines(ctx, e)
			default:
				next = r.file(a)
			}
			for it, err := range next {
				if !yield(it, err) {
					return
				}
			}
		}
	}
}

// file is a picture, a text, or the pictures or texts in a folder.
func (r *loaded) file(path string) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		st, err := os.Stat(path)
		if err != nil {
			yield(r.item(path), nil) // it will say why
			return
		}
		if !st.IsDir() {
			yield(r.item(path), nil)
			return
		}
		n := 0
		err = filepath.WalkDir(path, func(p string, d os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			usable := r.kind == dataset.Images && dataset.IsPicture(p) || r.kind == dataset.Texts && dataset.IsText(p)
			if d.IsDir() || !usable {
				return nil
			}
			n++
			if !yield(r.item(p), nil) {
				return filepath.SkipAll
			}
			return nil
		})
		if err == nil && n == 0 {
			err = cli.Errorf(cli.BadData, "%s has no %ss", path, r.kind.Noun())
		}
		if err != nil {
			yield(item{}, err)
		}
	}
}

func (r *loaded) item(path string) item {
	it := item{name: path, path: path}
	if r.kind == dataset.Texts {
		it.text, it.bad = dataset.ReadText(path)
		if strings.HasPrefix(it.bad, "is a picture") {
			it.bad += "; the run " + r.dir + " classifies texts"
		}
		return it
	}
	if dataset.IsText(path) {
		it.bad = "is a text; the run " + r.dir + " classifies pictures"
	}
	return it
}
