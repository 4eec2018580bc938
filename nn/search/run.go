package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"time"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/tensor"
)

// Config is how [Run] searches. The zero value is a cross-validation of five
// folds with all cores.
type Config struct {
	CV      Splitter // nil: StratifiedKFold{} for classifiers, else KFold{}
	Halving *Halving // nil: every candidate is trained in full
	Seed    uint64   // of every trial, together with its fold: candidates meet the same chances
	Workers int      // trials at a time; 0: GOMAXPROCS. Results do not depend on it.
	// Path is a file of finished trials, one a line. Run adds to it, and takes
	// from it what it would do again. Trials are known by parameters, data,
	// fold, epochs and seed: delete the file when the recipe changes.
	Path string
	// Score judges instead of the estimator's Score; more is better.
	Score      func(ctx context.Context, e Estimator, x, y *tensor.Tensor) (float64, error)
	TrainScore bool // judge on the training part too
	// Weights say how much a sample counts, shape (n), in training and in the
	// estimator's Score; nil: all the same. The estimator must be a [Weigher].
	Weights *tensor.Tensor
	// OnTrial is told of every trial that ends, one at a time; nil: nobody is.
	OnTrial func(Outcome)
}

// An Outcome is the end of one trial: one candidate on one fold.
type Outcome struct {
	Candidate  int     `json:"candidate"`
	Fold       int     `json:"fold"`
	Epochs     int     `json:"epochs,omitempty"` // of a round of Halving
	Score      float64 `json:"-"`                // NaN when the trial failed
	TrainScore float64 `json:"-"`                // NaN unless Config.TrainScore
	Seconds    float64 `json:"seconds"`          // of Fit
	Failure    string  `json:"error,omitempty"`
	Known      bool    `json:"-"` // from the file of finished trials
}

// Run tries every candidate on every fold and returns the table. A trial that
// fails gets NaN and its message in the table, the others go on; when all fail,
// Run fails. When ctx ends, Run returns what it has with ctx's error.
// scikit-learn: GridSearchCV, RandomizedSearchCV.
func Run[P any](ctx context.Context, candidates []P, maker Maker[P], x, y *tensor.Tensor, c Config) (*Table[P], error) {
	s, err := newSearch(candidates, maker, x, y, c)
	if err != nil {
		return nil, err
	}
	defer s.log.close()
	if c.Halving != nil {
		err = s.halve(ctx, *c.Halving)
	} else {
		err = s.round(ctx, s.all(), 0)
	}
	s.table.rank()
	return s.table, err
}

// search is one running Run.
type search[P any] struct {
	c      Config
	maker  Maker[P]
	table  *Table[P]
	x, y   *tensor.Tensor
	folds  []Fold
	digest string // of the data
	log    *trialLog
	mu     sync.Mutex // guards OnTrial
}

func newSearch[P any](candidates []P, maker Maker[P], x, y *tensor.Tensor, c Config) (*search[P], error) {
	switch {
	case len(candidates) == 0:
		return nil, errors.New("search: no candidates")
	case maker == nil:
		return nil, errors.New("search: no maker; try search.Classifiers(recipe)")
	case x == nil || x.Rank() == 0:
		return nil, errors.New("search: no data")
	case c.Workers < 0:
		return nil, fmt.Errorf("search: Workers is %d; want 0 for all cores, or more", c.Workers)
	}
	n := x.Shape()[0]
	if y != nil && (y.Rank() == 0 || y.Shape()[0] != n) {
		return nil, fmt.Errorf("search: the data has %d samples, the targets have shape %v", n, y.Shape())
	}
	if err := weighs(c.Weights, n); err != nil {
		return nil, err
	}
	if c.Weights != nil {
		if _, ok := maker(candidates[0], Trial{}).(Weigher); !ok {
			return nil, errors.New("search: Weights are set, but the estimator is no Weigher")
		}
	}
	if c.CV == nil {
		c.CV = KFold{}
		if _, ok := maker(candidates[0], Trial{}).(interface{ stratified() }); ok {
			c.CV = StratifiedKFold{}
		}
	}
	folds, err := c.CV.Split(n, y)
	if err != nil {
		return nil, err
	}
	if len(folds) == 0 {
		return nil, errors.New("search: CV made no folds")
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	s := &search[P]{c: c, maker: maker, x: x, y: y, folds: folds, digest: digest(x, y, c.Weights)}
	if s.table, err = newTable(candidates, len(folds)); err != nil {
		return nil, err
	}
	s.log, err = openLog(c.Path)
	return s, err
}

// all numbers the candidates.
func (s *search[P]) all() []int {
	ids := make([]int, len(s.table.candidates))
	for i := range ids {
		ids[i] = i
	}
	return ids
}

// round runs the trials of some candidates and adds their rows to the table.
func (s *search[P]) round(ctx context.Context, ids []int, epochs int) error {
	rows := s.table.begin(ids, epochs)
	type job struct{ row, fold int }
	jobs := make(chan job)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for range min(s.c.Workers, len(rows)*len(s.folds)) {
		wg.Go(func() {
			for j := range jobs {
				o, err := s.trial(ctx, rows[j.row].Candidate, j.fold, epochs)
				if err != nil {
					cancel(err)
					continue
				}
				rows[j.row].set(o)
			}
		})
	}
feed:
	for r := range rows {
		for f := range s.folds {
			select {
			case jobs <- job{r, f}:
			case <-ctx.Done():
				break feed
			}
		}
	}
	close(jobs)
	wg.Wait()
	for _, r := range rows {
		r.finish()
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return s.table.allFailed(rows)
}

// trial does one candidate on one fold. Its error is the search's, not the
// trial's own.
func (s *search[P]) trial(ctx context.Context, candidate, fold, epochs int) (Outcome, error) {
	o := Outcome{Candidate: candidate, Fold: fold, Epochs: epochs, Score: math.NaN(), TrainScore: math.NaN()}
	key := s.key(candidate, fold, epochs)
	if known, ok := s.log.get(key); ok && (!s.c.TrainScore || known.Failure != "" || !math.IsNaN(known.TrainScore)) {
		known.Candidate, known.Known = candidate, true
		s.tell(known)
		return known, nil
	}
	err := s.judge(ctx, &o)
	if ctx.Err() != nil {
		return o, context.Cause(ctx)
	}
	if err != nil {
		o.Failure = err.Error()
	}
	if err := s.log.put(key, s.table.config[candidate], o); err != nil {
		return o, err
	}
	s.tell(o)
	return o, nil
}

// judge fits and scores.
func (s *search[P]) judge(ctx context.Context, o *Outcome) error {
	fold := s.folds[o.Fold]
	e := s.maker(s.table.candidates[o.Candidate], Trial{Seed: rng.Mix(s.c.Seed, uint64(o.Fold)) | 1, Epochs: o.Epochs})
	x, y, w := s.part(fold.Train)
	fit := func() (err error) {
		if w != nil {
			_, err = e.(Weigher).FitWeighted(ctx, x, y, w)
		} else {
			_, err = e.Fit(ctx, x, y)
		}
		return err
	}
	start := time.Now()
	if err := fit(); err != nil {
		return err
	}
	o.Seconds = time.Since(start).Seconds()
	score := func(x, y, w *tensor.Tensor) (float64, error) {
		switch {
		case s.c.Score != nil:
			return s.c.Score(ctx, e, x, y)
		case w != nil:
			return e.(Weigher).ScoreWeighted(ctx, x, y, w)
		}
		return e.Score(ctx, x, y)
	}
	var err error
	if s.c.TrainScore {
		if o.TrainScore, err = score(x, y, w); err != nil {
			return err
		}
	}
	if o.Score, err = score(s.part(fold.Test)); err != nil {
		o.Score = math.NaN()
	}
	return err
}

// part copies some samples.
func (s *search[P]) part(ids []int) (x, y, w *tensor.Tensor) {
	take := func(t *tensor.Tensor) *tensor.Tensor {
		if t == nil {
			return nil
		}
		return tensor.Take(t, 0, ids...)
	}
	return take(s.x), take(s.y), take(s.c.Weights)
}

func (s *search[P]) tell(o Outcome) {
	if s.c.OnTrial == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.c.OnTrial(o)
}

// A Param is a parameter as tables show it.
type Param struct {
	Name  string
	Value any
}

// A Describer is parameters that say themselves what tables show of them, in
// place of their exported fields.
type Describer interface{ SearchParams() []Param }

// settingsOf lists the parameters by name, those of an embedded Training too.
func settingsOf(p any) (config.Object, error) {
	if d, ok := p.(Describer); ok {
		var o config.Object
		for _, x := range d.SearchParams() {
			o = append(o, config.Member{Key: x.Name, Value: x.Value})
		}
		return o, nil
	}
	o, err := config.Encode(p)
	if err != nil {
		return nil, err
	}
	if t, ok := p.(trainer); ok {
		more, err := config.Encode(t.training())
		if err != nil {
			return nil, err
		}
		o = append(o, more...)
	}
	return o, nil
}
