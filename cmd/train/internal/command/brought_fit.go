package command

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/losses"
	"github.com/antler-ml/antler/nn/metrics"
	"github.com/antler-ml/antler/text"
)

// bringPictures takes the size and the colours of pictures from the model's
// input. Sizes that it leaves open stay with the flag, or are inferred.
func (e *Env) bringPictures(t *task) error {
	b, s := t.brought, e.Settings
	if b == nil || !b.model.Built() {
		return nil
	}
	in := b.model.InputShapes()[0]
	if len(in) != 4 {
		return cli.Errorf(cli.BadData, "%s reads %v, but pictures are (batch, height, width, channels)", b.path, in).
			Do("give data of that kind, or another --model")
	}
	mode, ok := map[int]string{1: "grayscale", 3: "rgb", 4: "rgba"}[in[3]]
	if !ok {
		e := cli.Errorf(cli.BadData, "%s reads %v; want 1, 3 or 4 channels as the last axis", b.path, in)
		if in[1] == 1 || in[1] == 3 {
			e.Do("it seems to have channels first; make it anew with data_format channels_last")
		}
		return e
	}
	if e.Flags.Changed("color-mode") && s.ColorMode != mode && !b.ours {
		return cli.Errorf(cli.Usage, "--color-mode is %s, but %s reads %v", s.ColorMode, b.path, in).Do("leave it out: the model's input says %s", mode)
	}
	s.ColorMode = mode
	for i, n := range in[1:3] {
		if n == nn.Unknown {
			continue
		}
		if len(s.TargetSize) == 2 && e.Flags.Changed("target-size") && s.TargetSize[i] != n {
			return cli.Errorf(cli.Usage, "--target-size is %d×%d, but %s reads %v", s.TargetSize[0], s.TargetSize[1], b.path, in).Do("leave it out: pictures are resized to what the model reads")
		}
	}
	if in[1] != nn.Unknown && in[2] != nn.Unknown {
		s.TargetSize = []int{in[1], in[2]}
	}
	t.scaling = scalingOf(b.model)
	if s.Preprocess != "" {
		t.scaling = scalingModes[s.Preprocess]
	}
	b.note("pictures as the model reads them: %s, pixels %s", mode, t.scaling.about)
	if t.scaling.mode == "unit" { // which our own models have
		t.scaling = scaling{}
	}
	return nil
}

// rescale makes a generator scale pictures for the model.
func (t *task) rescale(g *augment.ImageDataGenerator) {
	t.scaling.generator(g, 1./255)
}

// embedding is the layer that reads words by their numbers.
func (b *brought) embedding() (words *layers.Embedding, err error) {
	for _, l := range b.model.AllLayers() {
		if x, ok := l.(*layers.Embedding); ok && words == nil {
			words = x
		}
		if c := nn.ClassName(l); c == "TextVectorization" || c == "StringLookup" {
			return nil, cli.Errorf(cli.BadData, "%s reads strings (layer %q); train turns texts into numbers itself", b.path, nn.BaseOf(l).Name()).
				Do("save the part of the model that follows that layer")
		}
	}
	if words == nil {
		return nil, cli.Errorf(cli.BadData, "%s has no Embedding, so it cannot read texts as numbers of words: its input is %v", b.path, b.model.InputShapes()).
			Do("give data of that kind, or another --model")
	}
	return words, nil
}

// bringTexts takes the length of texts from the model's input, and the size of
// the vocabulary from its embedding.
func (e *Env) bringTexts(t *task) error {
	b, s := t.brought, e.Settings
	words, err := e.bringWords(b, &t.tok)
	if err != nil || words == nil {
		return err
	}
	if b.model.Built() {
		in := b.model.InputShapes()[0]
		if len(in) != 2 {
			return cli.Errorf(cli.BadData, "%s reads %v, but texts are (batch, words)", b.path, in).Do("give data of that kind, or another --model")
		}
		if n := in[1]; n != nn.Unknown {
			if e.Flags.Changed("maxlen") && s.MaxLen != n {
				return cli.Errorf(cli.Usage, "--maxlen is %d, but %s reads %v", s.MaxLen, b.path, in).Do("leave it out: texts are cut and padded to what the model reads")
			}
			s.MaxLen = n
		}
	}
	return nil
}

// bringWords finds the embedding and the vocabulary of the model of --model; nil
// without one.
func (e *Env) bringWords(b *brought, tok **text.Tokenizer) (*layers.Embedding, error) {
	s := e.Settings
	if b == nil {
		if s.Tokenizer != "" {
			return nil, cli.Errorf(cli.Usage, "--tokenizer is the vocabulary of a model of yours").Do("name it too: --model FILE")
		}
		return nil, nil
	}
	words, err := b.embedding()
	if err != nil {
		return nil, err
	}
	if *tok == nil {
		if *tok, err = e.vocabulary(b); err != nil {
			return nil, err
		}
	}
	if e.Flags.Changed("num-words") && s.NumWords > words.InputDim {
		return nil, cli.Errorf(cli.Usage, "--num-words is %d, but the layer %q of %s has input_dim %d", s.NumWords, nn.BaseOf(words).Name(), b.path, words.InputDim).
			Do("--num-words %d, or none", words.InputDim)
	}
	if !e.Flags.Changed("num-words") {
		s.NumWords = words.InputDim // fewer words are fine
	}
	return words, nil
}

// bringTags takes the size of the vocabulary from the model's embedding.
func (e *Env) bringTags(t *tagTask, tok **text.Tokenizer) error {
	b := t.brought
	if words, err := e.bringWords(b, tok); err != nil || words == nil || !b.model.Built() {
		return err
	}
	in := b.model.InputShapes()[0]
	if len(in) == 2 && in[1] == nn.Unknown {
		return nil
	}
	return cli.Errorf(cli.BadData, "%s reads %v, but sentences are (batch, words), of any length", b.path, in).
		Do("input_shape (None,) in the model, or give data of that kind")
}

// vocabulary reads what the numbers of words stand for. Weights without it would
// be those of other words.
func (e *Env) vocabulary(b *brought) (*text.Tokenizer, error) {
	path := e.Settings.Tokenizer
	if path == "" {
		if b.tok == nil && b.weights {
			return nil, cli.Errorf(cli.BadData, "%s has weights for numbered words, but not the words", b.path).
				Do("name them: --tokenizer tokenizer.json (Keras: tokenizer.to_json()); or learn anew: --reset-weights")
		}
		return b.tok, nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, dataset.Missing(path, err, "name the file that Keras' tokenizer.to_json() was written to")
	}
	tok, err := text.FromJSON(raw)
	if err != nil {
		return nil, cli.Errorf(cli.BadData, "--tokenizer %s: %w", path, err)
	}
	tok.Workers = e.Settings.Workers
	return tok, nil
}

// buildModel makes the model: ours, or that of --model.
func (e *Env) buildModel(t *task) (err error) {
	b, s := t.brought, e.Settings
	if b == nil {
		t.model = e.ourModel(t, s)
		return t.model.Err()
	}
	t.model, err = e.brought(b, t.input(s), goal{classes: t.set.Classes})
	if err == nil {
		e.compiledBy(b, t.loss())
	}
	return err
}

// brought is the model of --model with an end that fits the goal, and what is to
// be said about it.
func (e *Env) brought(b *brought, in nn.Shape, g goal) (*nn.Model, error) {
	s := e.Settings
	m, err := b.build(b.model, in, g, s.ReplaceHead)
	if err != nil {
		return nil, err
	}
	if err := m.Err(); err != nil {
		return nil, cli.Errorf(cli.BadData, "%s: %w", b.path, err)
	}
	if len(m.TrainableWeights()) == 0 {
		return nil, cli.Errorf(cli.BadData, "%s: all its layers are frozen, so there is nothing to learn", b.path).Do("--replace-head puts a new last layer on it")
	}
	how := "new weights"
	if b.weights {
		how = "goes on from its weights (--reset-weights begins anew)"
	}
	if s.ReplaceHead {
		how += fmt.Sprintf("; a new last layer of %s", cli.Plural(g.units(), "unit"))
	}
	if n := m.NonTrainableWeights(); len(n) > 0 {
		how += fmt.Sprintf("; %s of %d frozen or not trained", cli.Plural(len(n), "weight array"), len(m.Weights()))
	}
	b.notes = slices.Insert(b.notes, 0, fmt.Sprintf("the model is that of %s: %s", b.path, how))
	return m, nil
}

// again is the model once more, with settings of a search.
func (b *brought) again(in nn.Shape, g goal, replace bool) (*nn.Model, error) {
	m, err := b.read()
	if err != nil {
		return nil, err
	}
	quiet := *b // what it says was said
	return quiet.build(m, in, g, replace)
}

// compiledBy takes over how the file's model was compiled, as far as no flag
// says otherwise.
func (e *Env) compiledBy(b *brought, loss nn.Loss) {
	s := e.Settings
	if b.compile == nil || b.compile.Optimizer == nil || e.Flags.Changed("optimizer") && !b.ours {
		b.compile = nil
		return
	}
	set := b.compile.Optimizer.Settings()
	switch {
	case e.Flags.Changed("learning-rate"):
		setRate(b.compile.Optimizer, s.LearningRate)
	case set.Schedule != nil:
		s.Schedule, s.LearningRate = settings.Schedule{Name: "constant", Power: 1}, set.Schedule.Rate(0)
	default:
		s.LearningRate = set.LearningRate
	}
	if x, err := strconv.ParseFloat(strconv.FormatFloat(s.LearningRate, 'g', -1, 32), 64); err == nil {
		s.LearningRate = x // 0.02, which Keras has rounded to 32 bits
	}
	if e.Flags.Changed("clipnorm") {
		setField(b.compile.Optimizer, "Clipnorm", s.Clipnorm)
	}
	b.note("compiled as the file says: %s, learning rate %g; --optimizer or --learning-rate change it", optimizerName(b.compile.Optimizer), s.LearningRate)
	if l, ok := b.compile.Loss.(nn.Loss); ok && l != nil {
		if want, got := reflect.Indirect(reflect.ValueOf(loss)).Type(), reflect.Indirect(reflect.ValueOf(l)).Type(); want != got {
			b.note("the loss of the file is %s; what is learned here is %s, which is the same for crossentropies", got.Name(), want.Name())
		}
	}
}

func setRate(o nn.Optimizer, rate float64) {
	setField(o, "LearningRate", rate)
	if f := reflect.Indirect(reflect.ValueOf(o)).FieldByName("Schedule"); f.IsValid() && f.CanSet() {
		f.SetZero()
	}
}

func setField(o nn.Optimizer, name string, x float64) {
	if f := reflect.Indirect(reflect.ValueOf(o)).FieldByName(name); f.IsValid() && f.CanSet() && f.Kind() == reflect.Float64 {
		f.SetFloat(x)
	}
}

func optimizerName(o nn.Optimizer) string { return reflect.Indirect(reflect.ValueOf(o)).Type().Name() }

// optimizer is the name of the one that the file brings; "" for that of the
// settings.
func (b *brought) optimizer() string {
	if b == nil || b.compile == nil {
		return ""
	}
	return optimizerName(b.compile.Optimizer)
}

// trains sets the optimizer of the file, unless a trial of a search has its own.
func (b *brought) trains(c *nn.CompileConfig, s *settings.Settings) {
	if b != nil && b.compile != nil && !slices.ContainsFunc(s.Set, setsOptimizer) {
		c.Optimizer = b.compile.Optimizer
	}
}

// input is what the model is fed.
func (t *task) input(s *settings.Settings) nn.Shape {
	if t.set.Kind == dataset.Texts {
		return nn.Shape{nn.Unknown, s.MaxLen}
	}
	return nn.Shape{nn.Unknown, s.TargetSize[0], s.TargetSize[1], map[string]int{"grayscale": 1, "rgb": 3, "rgba": 4}[s.ColorMode]}
}

func (e *Env) ourModel(t *task, s *settings.Settings) *nn.Model {
	if t.set.Kind == dataset.Texts {
		return trainer.TextModel(s, t.tok.InputDim(), len(t.set.Classes))
	}
	return trainer.ImageModel(s, len(t.set.Classes))
}

// modelOf is a model of its own, as prepare has made one.
func (e *Env) modelOf(t *task, s *settings.Settings) (*nn.Model, error) {
	if t.brought == nil {
		return e.ourModel(t, s), nil
	}
	return t.brought.again(t.input(s), goal{classes: t.set.Classes}, s.ReplaceHead)
}

// binary reports whether the model gives one number: the probability of the
// second class.
func (t *task) binary() bool { return t.model.OutputShapes()[0].Last() == 1 }

func (t *task) loss() nn.Loss {
	if t.binary() {
		return losses.BinaryCrossentropy{}
	}
	return losses.SparseCategoricalCrossentropy{}
}

// compileConfig is how the model is trained.
func (e *Env) compileConfig(t *task, s *settings.Settings) nn.CompileConfig {
	c := nn.CompileConfig{Optimizer: trainer.Optimizer(s), Loss: t.loss(), Metrics: []nn.Metric{metrics.Accuracy{}}, Seed: s.Seed}
	t.brought.trains(&c, s)
	return c
}

// setsOptimizer reports whether a trial of a search has an optimizer or a rate
// of its own.
func setsOptimizer(word string) bool {
	for _, k := range []string{"optimizer=", "learning_rate=", "clipnorm="} {
		if len(word) >= len(k) && word[:len(k)] == k {
			return true
		}
	}
	return false
}

func (b *brought) note(format string, args ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, args...))
}
