package command

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/pipeline"
)

// A stage that hangs is named at once, on the console, with what it works on.
func TestStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := settings.Default()
		s.StallTimeout = 90
		var said bytes.Buffer
		e := &Env{Settings: s, Console: cli.NewConsole(&said, true, true)}
		var m pipeline.Meter
		reading := m.Work("read")
		src := e.watched(pipeline.Func(1, func(ctx context.Context, _ int) iter.Seq2[pipeline.Batch, error] {
			return func(func(pipeline.Batch, error) bool) {
				defer reading.Begin("far/away.jpg").End()
				<-ctx.Done()
				time.Sleep(time.Minute) // it takes its time to end
			}
		}), &m)
		var last error
		for _, err := range src.Batches(t.Context(), 0) {
			last = err
		}
		var stall *pipeline.StallError
		want := `batch 0 of epoch 0 did not come within 1m30s: stage "read" is stuck on far/away.jpg, after 0 items`
		if !errors.As(last, &stall) || !strings.Contains(last.Error(), want) || !strings.Contains(said.String(), want) {
			t.Errorf("%v; said %q", last, &said)
		}
	})
}

// What --data-memory is shared out to.
func TestMemory(t *testing.T) {
	s := settings.Default()
	s.BatchSize = 32
	for _, c := range []struct {
		mib, size    int
		ahead        int
		cache        int64
		refused, fix string
	}{
		{1024, 28 * 28, 2, 1024<<20 - 4*32*28*28*4, "", ""},
		// Batches of 224×224×3: 18.4 MiB. Four in half of 256 MiB.
		{256, 224 * 224 * 3, 2, 256<<20 - 4*32*224*224*3*4, "", ""},
		{100, 224 * 224 * 3, 0, 100<<20 - 2*32*224*224*3*4, "", ""},
		{36, 224 * 224 * 3, 0, 0, "two batches of 32 pictures have", "--data-memory 37"},
	} {
		s.DataMemory = c.mib
		ahead, cache, err := memory(s, c.size)
		if c.refused != "" {
			var e *cli.Error
			if !errors.As(err, &e) || !strings.Contains(e.What, c.refused) || !strings.Contains(e.Fix, c.fix) {
				t.Errorf("%d MiB: %v", c.mib, err)
			}
			continue
		}
		if err != nil || ahead != c.ahead || cache != c.cache {
			t.Errorf("%d MiB: %d ahead, cache of %d, %v; want %d, %d", c.mib, ahead, cache, err, c.ahead, c.cache)
		}
	}
}
