package command

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/antler-ml/antler/cmd/augment/internal/encode"
	"github.com/antler-ml/antler/cmd/augment/internal/manifest"
	"github.com/antler-ml/antler/cmd/augment/internal/plan"
	"github.com/antler-ml/antler/cmd/augment/internal/source"
	"github.com/antler-ml/antler/cmd/augment/internal/store"
	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/pipeline"
)

// A run is one on its way.
type run struct {
	*maker
	state   *manifest.State
	journal *manifest.Journal
	total   int

	start    time.Time
	made     int // in this run
	bytes    int64
	bad      []source.Bad
	isBad    map[int]bool // sources, by index
	lost     []int        // pictures of each class
	madeUp   map[manifest.Key]bool
	perClass []int          // pictures of each class that were made
	found    []atomic.Int64 // and that were there; counted while work is dealt out

	shard       store.Shard
	shardNumber int
	inShard     int
	cut         bool // something is missing: what follows would be in the wrong place of a shard
	shardBytes  int64
	shardLines  []manifest.Line
}

// run makes all pictures of the plan.
func (m *maker) run(ctx context.Context) error {
	r, err := m.starting(m.plan.Total())
	if err != nil {
		return err
	}
	m.announce(r)
	if err := m.saveStatistics(); err != nil {
		return err
	}
	err = r.all(ctx, func(yield func(job) bool) {
		for it := range m.plan.Items(m.Shards(), m.Seed) {
			if !yield(r.job(it)) {
				return
			}
		}
	})
	if err == nil {
		err = r.all(ctx, func(yield func(job) bool) {
			for it := range m.plan.MakeUp(func(f int) bool { return r.isBad[m.plan.Files[f].Index] }, slices.Clone(r.lost)) {
				for k := it.Lo; k < it.Hi; k++ {
					r.madeUp[manifest.Key{Index: m.plan.Files[it.File].Index, Epoch: k}] = true
				}
				if !yield(r.job(it)) {
					return
				}
			}
		})
	}
	return r.end(ctx, err)
}

// starting opens OUT.
func (m *maker) starting(total int) (*run, error) {
	r := &run{maker: m, total: total, start: time.Now(), isBad: map[int]bool{}, madeUp: map[manifest.Key]bool{}}
	classes := len(m.tree.Classes)
	r.lost, r.perClass, r.found = make([]int, classes), make([]int, classes), make([]atomic.Int64, classes)
	for _, b := range m.tree.Bad {
		r.bad = append(r.bad, b)
		if m.OnError == "fail" {
			return nil, r.failed(b)
		}
	}
	var err error
	if r.state, r.journal, err = m.begin(); err != nil {
		return nil, err
	}
	if r.state != nil {
		r.shardNumber = r.state.Shards
	}
	return r, nil
}

// job is an item of the plan without what is there already.
func (r *run) job(it plan.Item) job {
	j := job{file: r.plan.Files[it.File]}
	for k := it.Lo; k < it.Hi; k++ {
		if r.state.Done(manifest.Key{Index: j.file.Index, Epoch: k}) {
			r.found[j.file.Class].Add(1)
			continue
		}
		j.todo = append(j.todo, task{epoch: k})
	}
	return j
}

// all does jobs on all workers and takes their results in order.
func (r *run) all(ctx context.Context, jobs iter.Seq[job]) error {
	// A signal ends the jobs, not the context: what is at hand is finished.
	stop := context.AfterFunc(ctx, func() { r.stop.Store(true) })
	defer stop()
	stream := pipeline.NewStream(-1, func(context.Context, int) iter.Seq2[job, error] {
		return func(yield func(job, error) bool) {
			for j := range jobs {
				if r.stop.Load() || len(j.todo) > 0 && !yield(j, nil) {
					return
				}
			}
		}
	})
	results := pipeline.Apply(stream, pipeline.ApplyConfig[job]{Workers: r.Workers}, func(_ context.Context, _ pipeline.Place, j job) (result, error) { return r.do(j) })
	for res, err := range results.Items(context.WithoutCancel(ctx), 0) {
		if err != nil {
			r.stop.Store(true)
			return plain(err)
		}
		if err := r.take(res); err != nil {
			r.stop.Store(true)
			return err
		}
		r.Console.Progress(r.line)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// plain takes the pipeline's words off an error.
func plain(err error) error {
	var s *pipeline.SampleError
	if !errors.As(err, &s) {
		return err
	}
	var p *pipeline.PanicError
	if errors.As(err, &p) {
		return cli.Errorf(cli.Failed, "internal error at %s: %v; please report it", s.Name, p.Value)
	}
	return s.Err
}

// take puts a result on record.
func (r *run) take(res result) error {
	if r.cut && r.Shards() {
		return nil
	}
	r.cut = r.cut || res.cut
	if res.bad != "" {
		b := source.Bad{Name: res.file.Name, Reason: res.bad}
		if !r.isBad[res.file.Index] {
			r.bad = append(r.bad, b)
		}
		r.isBad[res.file.Index] = true
		r.lost[res.file.Class] += len(res.lost)
		if r.OnError == "fail" {
			return r.failed(b)
		}
	}
	for _, x := range res.made {
		r.made++
		r.perClass[res.file.Class]++
		if r.Shards() {
			if err := r.intoShard(x); err != nil {
				return err
			}
			continue
		}
		r.bytes += x.line.Bytes + x.line.MaskBytes
		if err := r.journal.Append(x.line); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) failed(b source.Bad) error {
	return cli.Errorf(cli.BadData, "%s: %s", b.Name, b.Reason).Do("repair or remove it, or --on-error skip to leave such pictures out")
}

// maxShard bounds a shard whose size nobody chose.
const maxShard = 128 << 20

// intoShard adds a picture to the shard that is open. Its line goes into the
// manifest when the shard is finished.
func (r *run) intoShard(x made) error {
	if r.shard != nil && r.shardFull(x) {
		if err := r.closeShard(); err != nil {
			return err
		}
	}
	if r.shard == nil {
		path := store.In(r.out, r.shardNumber, r.Format)
		if r.Format == "tar" {
			r.shard = store.NewTar(path)
		} else {
			r.shard = store.NewNPZ(path, encode.Types[r.number])
		}
	}
	if err := r.shard.Add(x.entry); err != nil {
		return err
	}
	x.line.Shard = store.Name(r.shardNumber, r.Format)
	if r.Format == "npz" {
		x.line.Row = new(r.inShard)
	}
	r.shardLines = append(r.shardLines, x.line)
	r.inShard++
	r.shardBytes += int64(len(x.entry.Data) + len(x.entry.Mask))
	return nil
}

func (r *run) shardFull(x made) bool {
	if x.shard != "" {
		return x.shard != store.Name(r.shardNumber, r.Format)
	}
	if r.ShardSize > 0 {
		return r.inShard >= r.ShardSize
	}
	return r.inShard >= 1000 || r.shardBytes+int64(len(x.entry.Data)) > maxShard
}

func (r *run) closeShard() error {
	if r.shard == nil {
		return nil
	}
	err := r.shard.Close()
	if err == nil {
		r.shardLines[len(r.shardLines)-1].ShardEnd = true
		err = r.journal.Append(r.shardLines...)
	}
	r.bytes += r.shardBytes
	r.shard, r.inShard, r.shardBytes, r.shardLines = nil, 0, 0, r.shardLines[:0]
	r.shardNumber++
	return err
}

// end closes everything, whatever the run ended with, and reports.
func (r *run) end(ctx context.Context, err error) error {
	if r.shard != nil {
		if err == nil {
			err = r.closeShard()
		} else {
			r.shard.Abort()
		}
	}
	if e := r.journal.Close(); err == nil {
		err = e
	}
	if e := atomicfile.SyncTree(r.out); err == nil {
		err = e
	}
	var stopped cli.Signal
	if errors.As(err, &stopped) {
		r.Console.Close()
		r.Console.Warnf("stopped: %s of %s are in %s, and the manifest is whole", cli.Count(r.have()), cli.Plural(r.total, "picture"), cli.Quote(r.out))
		r.Console.Warnf("to go on: %s", r.commandLine())
		return err
	}
	if err != nil {
		return err
	}
	if r.have() == 0 {
		return r.nothing()
	}
	if !r.Shards() && r.plan != nil && r.state != nil { // else its lines are in order
		if err := manifest.Tidy(r.out, r.wanted, r.before); err != nil {
			return err
		}
	}
	if err := r.annotate(); err != nil {
		return problems("boxes", err)
	}
	if err := r.writeQuarantine(); err != nil {
		return err
	}
	if r.Preview != "" {
		if err := r.preview(ctx); err != nil {
			return err
		}
	}
	r.finish()
	return nil
}

// wanted reports whether a picture belongs to the plan.
func (r *run) wanted(k manifest.Key) bool {
	i, ok := slices.BinarySearchFunc(r.plan.Files, k.Index, func(f source.File, n int) int { return f.Index - n })
	return ok && k.Epoch >= r.plan.First() && k.Epoch <= r.plan.Last(i) || r.madeUp[k]
}

// before is the order of the manifest: that of the plan, then what stands in
// for pictures that could not be read.
func (r *run) before(a, b manifest.Key) int {
	if r.madeUp[a] != r.madeUp[b] {
		if r.madeUp[b] {
			return -1
		}
		return 1
	}
	if a.Index != b.Index {
		return a.Index - b.Index
	}
	return a.Epoch - b.Epoch
}

// counts returns how many pictures of each class are in OUT.
func (r *run) counts() []int {
	n := slices.Clone(r.perClass)
	for k := range n {
		n[k] += int(r.found[k].Load())
	}
	return n
}

// have returns how many pictures are in OUT.
func (r *run) have() int {
	n := 0
	for _, k := range r.counts() {
		n += k
	}
	return n
}

// nothing explains why no picture was made.
func (r *run) nothing() error {
	e := cli.Errorf(cli.BadData, "none of the %s in %s can be read", cli.Plural(len(r.bad), "picture"), cli.Quote(r.in))
	for _, b := range r.bad {
		e.Why("%s: %s", b.Name, b.Reason)
	}
	return e.Do("augment --check %s tells more", cli.Quote(r.in))
}

// line is the progress line.
func (r *run) line() string {
	have, took := r.have(), time.Since(r.start)
	rate := float64(r.made) / max(took.Seconds(), 1e-3)
	s := fmt.Sprintf("%3d %%  %s of %s pictures  %s img/s", 100*have/max(r.total, 1), cli.Count(have), cli.Count(r.total), cli.Count(int(rate+0.5)))
	if left := r.total - have; left > 0 && rate > 0 {
		s += "  eta " + cli.Duration(time.Duration(float64(left)/rate*float64(time.Second)))
	}
	if n := len(r.bad); n > 0 {
		s += fmt.Sprintf("  %s unreadable", cli.Count(n))
	}
	return s
}

// memory returns the most that the heap has had, for the summary.
func memory() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}
