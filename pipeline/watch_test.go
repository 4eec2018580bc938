package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/antler-ml/antler/tensor"
)

// stuckAt is a pipeline of two stages of which one hangs at item 5 until it is
// cancelled.
func stuckAt(stage string, m *Meter) Source {
	hang := func(name string) func(context.Context, Place, int) (int, error) {
		return func(ctx context.Context, p Place, v int) (int, error) {
			if name == stage && p.Index == 5 {
				<-ctx.Done()
				return 0, ctx.Err()
			}
			return v, nil
		}
	}
	read := Apply(count(8), ApplyConfig[int]{Workers: 1}, hang("read")).Timed(m, "read")
	decode := Apply(read, ApplyConfig[int]{Workers: 2}, hang("decode")).Timed(m, "decode")
	sample := Apply(decode, ApplyConfig[int]{}, func(_ context.Context, _ Place, v int) (Sample, error) {
		return Sample{X: []*tensor.Tensor{tensor.Full(float32(v), 1)}}, nil
	})
	return Prefetch(Batched(sample, BatchConfig{BatchSize: 1}), 1)
}

// In a bubble of synctest time passes only when everything waits, and no
// goroutine may be left at its end.
func TestWatchNamesTheStage(t *testing.T) {
	for _, stage := range []string{"read", "decode"} {
		synctest.Test(t, func(t *testing.T) {
			var m Meter
			told := make(chan *StallError, 1)
			src := Watch(stuckAt(stage, &m), WatchConfig{Meter: &m, OnStall: func(e *StallError) { told <- e }})
			n, last := 0, error(nil)
			for _, err := range src.Batches(t.Context(), 0) {
				if last = err; err == nil {
					n++
				}
			}
			var e *StallError
			if !errors.As(last, &e) || e.Stage != stage || e.Batch != 5 || n != 5 || <-told != e ||
				!strings.Contains(last.Error(), `batch 5 of epoch 0 did not come within 5m0s: stage "`+stage+`" is stuck, after 5 items`) {
				t.Errorf("%s: %d batches, then %v", stage, n, last)
			}
		})
	}
}

// Of the workers of one stage, the work and the item are named that take longest.
func TestWatchNamesTheItem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m Meter
		read, decode := m.Work("read"), m.Work("decode")
		src := Watch(Batched(Apply(count(8), ApplyConfig[int]{Workers: 3}, func(ctx context.Context, p Place, v int) (Sample, error) {
			task := read.Begin("unread")
			time.Sleep(time.Second)
			task.End()
			task = decode.Begin(fmt.Sprint("photo ", v))
			defer task.End()
			if v == 4 {
				<-ctx.Done()
				return Sample{}, ctx.Err()
			}
			time.Sleep(time.Minute)
			return Sample{X: []*tensor.Tensor{tensor.Full(float32(v), 1)}}, nil
		}).Timed(&m, "sample"), BatchConfig{BatchSize: 2}), WatchConfig{Meter: &m})
		var last error
		for _, err := range src.Batches(t.Context(), 0) {
			last = err
		}
		var e *StallError
		if !errors.As(last, &e) || e.Stage != "decode" || e.Item != "photo 4" || e.Batch != 2 ||
			!strings.Contains(last.Error(), `stage "decode" is stuck on photo 4, after 7 items`) {
			t.Errorf("%v", last)
		}
		// 8 reads of a second; 7 decodings of a minute, and one until the end.
		got := m.Stages()
		if got[0].Items != 8 || got[0].Work != 8*time.Second || got[0].Each() != time.Second || got[1].Items != 8 || got[1].Work < 7*time.Minute || got[0].String() != "read 1s each" {
			t.Errorf("%+v", got)
		}
		if d := got[0].Since(StageTime{Items: 5, Work: 2 * time.Second}); d.Items != 3 || d.Work != 6*time.Second {
			t.Errorf("%+v", d)
		}
		var none *Meter
		none.Work("nothing").Begin("").End()
	})
}

// The loop body may take its time, and a cancelled context is not a stall.
func TestWatchIsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, err := range Watch(byEpoch(3), WatchConfig{Timeout: time.Second}).Batches(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, err := range Watch(Arrays(seq(3), nil, ArraysConfig{}), WatchConfig{}).Batches(ctx, 0) {
			if err != context.Canceled {
				t.Errorf("%v", err)
			}
		}
	})
}

func TestMeter(t *testing.T) {
	var m Meter
	s := Timed(Batched(ragged(1, 1, 1).Timed(&m, "read"), BatchConfig{BatchSize: 2}), &m, "batch")
	for range 2 {
		collect(t, s, 0)
	}
	got := m.Stages()
	if len(got) != 2 || got[0].Stage != "read" || got[0].Items != 6 || got[1].Stage != "batch" || got[1].Items != 4 {
		t.Errorf("%+v", got)
	}
	for _, g := range got {
		if g.Wait <= 0 || g.Used <= 0 || g.Share() <= 0 || g.Share() >= 1 {
			t.Errorf("%+v", g)
		}
	}
	if got[0].Wait > got[1].Wait {
		t.Errorf("reading, a part of batching, took longer: %+v", got)
	}
	if !strings.HasPrefix(m.String(), "read ") || s.Len() != 2 || Samples(s) != 3 || (StageTime{Wait: 1, Used: 3}).Share() != 0.25 {
		t.Error(m.String())
	}
	if stage, _, _ := m.stuck(); stage != "" {
		t.Errorf("%s is stuck after its end", stage)
	}
}
