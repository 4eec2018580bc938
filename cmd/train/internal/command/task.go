package command

import (
	"context"
	"fmt"
	"slices"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/demo"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/sequence"
	"github.com/antler-ml/antler/tensor"
	"github.com/antler-ml/antler/text"
)

// task is data and a model that fit together.
type task struct {
	set          *dataset.Set
	look         string // what the samples look like, in words
	train, valid pipeline.Source
	truth        []int // classes of the samples held out
	prep         *rundir.Preprocessing
	model        *nn.Model

	pictures *dataset.Pictures // of the training, then the validation
	flow     *augment.Flow     // of the training
	held     *augment.Flow     // of the validation
	policy   *augment.Policy
	meter    *pipeline.Meter // of the stages of the training's data
	tok      *text.Tokenizer
	validX   *tensor.Tensor

	brought *brought // the model of --model
	scaling scaling  // that its pictures want; zero: 0 to 1
}

func (t *task) unit() string {
	if t.set.Kind == dataset.Images {
		return "img"
	}
	return "text"
}

// dataset finds the data.
func (e *Env) dataset(ctx context.Context, data string) (*dataset.Set, error) {
	switch data {
	case "demo":
		return demoPictures()
	case "demo text":
		return demoTexts()
	}
	return dataset.Open(ctx, data, e.Settings)
}

// demoPictures are the built-in clothes.
func demoPictures() (*dataset.Set, error) {
	train, test, err := demo.Fashion()
	if err != nil {
		return nil, err
	}
	set := &dataset.Set{Kind: dataset.Images, Source: "demo", Classes: demo.FashionClasses,
		Split: "the test part of the data", Size: [2]int{train.Height, train.Width}}
	add := func(p *demo.Pictures, name string) []dataset.Sample {
		all := make([]dataset.Sample, p.Len())
		for i := range all {
			all[i] = dataset.Sample{Name: fmt.Sprintf("%s %d", name, i), Class: int(p.Labels[i]), Pix: p.At(i)}
		}
		return all
	}
	set.Train, set.Valid = add(train, "train"), add(test, "test")
	return set, nil
}

// demoTexts are the built-in passages. The last sixth is held out: books, and
// parts of books, that training does not see.
func demoTexts() (*dataset.Set, error) {
	ps, err := demo.Authors()
	if err != nil {
		return nil, err
	}
	set := &dataset.Set{Kind: dataset.Texts, Source: "demo text", Split: "the last sixth of each author's books"}
	for _, p := range ps {
		if !slices.Contains(set.Classes, p.Author) {
			set.Classes = append(set.Classes, p.Author)
		}
	}
	slices.Sort(set.Classes)
	for i, p := range ps {
		s := dataset.Sample{Name: fmt.Sprintf("passage %d", i+1), Class: slices.Index(set.Classes, p.Author), Text: p.Text}
		if i < len(ps)*5/6 {
			set.Train = append(set.Train, s)
		} else {
			set.Valid = append(set.Valid, s)
		}
	}
	return set, nil
}

// prepare infers what was not given, reads the data and builds the model.
func (e *Env) prepare(ctx context.Context, set *dataset.Set, stored *text.Tokenizer) (*task, error) {
	t := &task{set: set, meter: new(pipeline.Meter)}
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	var err error
	if t.brought, err = e.bring(); err != nil {
		return nil, err
	}
	if err := t.brought.single(false); err != nil {
		return nil, err
	}
	if set.Kind == dataset.Images {
		err = e.preparePictures(ctx, t)
	} else {
		err = e.prepareTexts(t, stored)
	}
	if err != nil {
		return nil, err
	}
	for _, s := range t.set.Valid {
		t.truth = append(t.truth, s.Class)
	}
	return t, t.model.Compile(e.compileConfig(t, e.Settings))
}

func (e *Env) preparePictures(ctx context.Context, t *task) error {
	s, set := e.Settings, t.set
	size, mode := set.Size, "grayscale"
	if size != [2]int{} {
		t.look = fmt.Sprintf("all %d×%d", size[0], size[1])
	} else {
		size, mode, t.look = dataset.Look(append(slices.Clone(set.Train), set.Valid...))
	}
	if err := e.bringPictures(t); err != nil {
		return err
	}
	if s.TargetSize == nil {
		s.TargetSize = size[:]
	}
	if s.ColorMode == "" {
		s.ColorMode = mode
	}
	if set.Size != [2]int{} && (s.TargetSize[0] != size[0] || s.TargetSize[1] != size[1] || s.ColorMode != mode) {
		return cli.Errorf(cli.Usage, "the pictures of the demo are %d×%d %s; --target-size and --color-mode are for your own", size[0], size[1], mode)
	}
	e.inferPictures(t)
	var err error
	if t.policy, err = policy(s.Policy); err != nil {
		return err
	}
	all := append(slices.Clone(set.Train), set.Valid...)
	p := dataset.NewPictures(all, s, t.meter)
	ahead, cache, err := memory(s, p.Size())
	if err != nil {
		return err
	}
	p.CacheBytes = cache
	bad, err := p.Scan(ctx, s.Workers, func(done int) {
		e.Console.Progress(func() string { return fmt.Sprintf("reading pictures  %s/%s", cli.Count(done), cli.Count(len(all))) })
	})
	e.Console.Close()
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	}
	if s.OnError == "placeholder" {
		p.Blacken(bad)
		for i := range all {
			if b, ok := bad[i]; ok {
				set.Bad = append(set.Bad, b)
			}
		}
	} else {
		set.Leave(bad)
		p.Drop(bad)
	}
	if err := set.Check(s.OnError); err != nil {
		return err
	}
	return e.flows(t, p, ahead)
}

// flows makes the sources of batches, and the model.
func (e *Env) flows(t *task, p *dataset.Pictures, ahead int) error {
	s, n := e.Settings, len(t.set.Train)
	gen := &augment.ImageDataGenerator{
		RotationRange: s.RotationRange, WidthShiftRange: s.WidthShiftRange, HeightShiftRange: s.HeightShiftRange,
		ShearRange: s.ShearRange, ZoomRange: s.ZoomRange, ChannelShiftRange: s.ChannelShift,
		HorizontalFlip: s.HorizontalFlip, VerticalFlip: s.VerticalFlip, FillMode: augment.FillMode(s.FillMode),
	}
	if len(s.BrightnessRange) == 2 {
		gen.BrightnessRange = [2]float64(s.BrightnessRange)
	}
	if !s.Augment {
		*gen = augment.ImageDataGenerator{}
		t.policy = nil
	}
	t.rescale(gen)
	seed := int(s.Seed)
	c := augment.FlowConfig{BatchSize: s.BatchSize, Seed: &seed, Workers: s.Workers, Prefetch: ahead, Policy: t.policy, Meter: t.meter}
	if s.OnError != "fail" { // what becomes unreadable later on
		c.OnError = augment.Placeholder
	}
	if err := e.buildModel(t); err != nil {
		return err
	}
	p.Column = t.binary()
	var err error
	if t.flow, err = p.Flow(0, n, gen, c); err != nil {
		return err
	}
	t.train = e.watched(t.flow, t.meter)
	v := inOrder(evalBatch, s.Workers)
	v.OnError = c.OnError
	plain := &augment.ImageDataGenerator{}
	t.rescale(plain)
	if t.held, err = p.Flow(n, p.Len(), plain, v); err != nil {
		return err
	}
	t.valid = e.guarded(t.held, t.meter)
	t.pictures = p
	t.prep = &rundir.Preprocessing{TargetSize: s.TargetSize, ColorMode: s.ColorMode, Interpolation: s.Interpolation, Draft: s.Draft, Orient: s.Orient, Rescale: plain.Rescale, Scaling: t.scaling.mode, MaxPixels: s.MaxPixels, AllowTruncated: s.AllowTruncated}
	return nil
}

// evalBatch is the batch size of validation and prediction.
const evalBatch = 128

func (e *Env) prepareTexts(t *task, stored *text.Tokenizer) error {
	s, set := e.Settings, t.set
	if err := e.noPlaceholder("texts"); err != nil {
		return err
	}
	if err := set.Check(s.OnError); err != nil {
		return err
	}
	t.tok = stored
	if err := e.bringTexts(t); err != nil {
		return err
	}
	if t.tok == nil {
		t.tok = &text.Tokenizer{OOVToken: "<oov>", Workers: s.Workers}
		t.tok.FitOnTexts(texts(set.Train))
	}
	e.inferTexts(t)
	t.tok.NumWords = s.NumWords
	if err := e.buildModel(t); err != nil {
		return err
	}
	trainX, trainY, err := encode(t.tok, set.Train, s.MaxLen)
	if err != nil {
		return err
	}
	validX, validY, err := encode(t.tok, set.Valid, s.MaxLen)
	if err != nil {
		return err
	}
	t.validX = validX
	if t.binary() {
		trainY, validY = tensor.Reshape(trainY, -1, 1), tensor.Reshape(validY, -1, 1)
	}
	// A batch ahead: the next one is gathered while this one is trained on.
	ahead := pipeline.Prefetch(pipeline.Arrays(trainX, trainY, pipeline.ArraysConfig{BatchSize: s.BatchSize, Shuffle: true, Seed: s.Seed}), 1)
	t.train = e.watched(ahead, t.meter)
	t.valid = pipeline.Arrays(validX, validY, pipeline.ArraysConfig{BatchSize: evalBatch})
	t.prep = &rundir.Preprocessing{MaxLen: s.MaxLen, Tokenizer: rundir.TokenizerFile}
	return nil
}

func texts(samples []dataset.Sample) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, s := range samples {
			if !yield(s.Text) {
				return
			}
		}
	}
}

// encode turns texts into rows of word numbers, padded in front.
func encode(tok *text.Tokenizer, samples []dataset.Sample, maxLen int) (x, y *tensor.Tensor, err error) {
	if x, err = sequence.Pad(tok.TextsToSequences(texts(samples)), sequence.PadConfig{MaxLen: maxLen}); err != nil {
		return nil, nil, err
	}
	y = tensor.New(len(samples))
	for i, s := range samples {
		y.Data()[i] = float32(s.Class)
	}
	return x, y, nil
}
