package command

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/pipeline"
)

// inOrder is how pictures are read that are judged, not learned from.
func inOrder(batch, workers int) augment.FlowConfig {
	return augment.FlowConfig{BatchSize: batch, Workers: workers, Shuffle: new(false), NoAugment: true}
}

// watched is what training reads: it knows how long training waits for it, and
// ends when nothing comes any more.
func (e *Env) watched(src pipeline.Source, m *pipeline.Meter) pipeline.Source {
	return e.guarded(pipeline.Timed(src, m, "batch"), m)
}

// guarded ends, and says where it hangs, when nothing comes any more.
func (e *Env) guarded(src pipeline.Source, m *pipeline.Meter) pipeline.Source {
	return pipeline.Watch(src, pipeline.WatchConfig{
		Timeout: time.Duration(e.Settings.StallTimeout * float64(time.Second)), Meter: m,
		// Said at once: a worker that hangs in the system does not come back.
		OnStall: func(err *pipeline.StallError) { e.Console.Warnf("stalled    %v", err) },
	})
}

// memory shares --data-memory out: to batches that are made ahead of the one in
// use, and to a cache of decoded pictures. size is the number of values in a
// picture.
func memory(s *settings.Settings, size int) (ahead int, cache int64, err error) {
	all, batch := int64(s.DataMemory)<<20, 4*int64(size)*int64(s.BatchSize)
	// Beside the batch in use, workers have about a batch begun.
	ring := func(ahead int) int64 { return int64(ahead+2) * batch }
	if ring(0) > all {
		return 0, 0, cli.Errorf(cli.Usage, "--data-memory %d is too little: two batches of %d pictures have %s", s.DataMemory, s.BatchSize, cli.Bytes(ring(0))).
			Do("--data-memory %d, a smaller --batch-size or --target-size", ring(0)>>20+1)
	}
	for ahead = 2; ahead > 0 && ring(ahead) > all/2; ahead-- {
	}
	return ahead, all - ring(ahead), nil
}

// policy reads --policy: a name, a file of package augment's policies, or the
// text of one.
func policy(p string) (*augment.Policy, error) {
	if p == "" || p == "none" {
		return nil, nil
	}
	names := augment.Augmentations()
	for _, n := range names {
		if strings.EqualFold(n, p) {
			return augment.ParsePolicy([]byte(fmt.Sprintf("%q", n)))
		}
	}
	data, err := []byte(p), error(nil)
	if !strings.HasPrefix(p, "[") && !strings.HasPrefix(p, "{") {
		data, err = os.ReadFile(p)
	}
	if err != nil {
		e := cli.Errorf(cli.Usage, "--policy %s is no augmentation, and no file: %w", p, err)
		if near := config.Nearest(p, names); len(near) > 0 {
			return nil, e.Do("did you mean --policy %s?", near[0])
		}
		return nil, e.Do("--policy randaugment, --policy trivialaugment, or a file such as [\"RandAugment\"]")
	}
	parsed, err := augment.ParsePolicy(data)
	if err != nil {
		return nil, cli.Errorf(cli.Usage, "--policy %s: %w", p, err).Do("a list such as [{\"class_name\": \"RandAugment\", \"config\": {\"magnitude\": 9}}]")
	}
	return parsed, nil
}

// noPlaceholder refuses a policy for bad samples that only pictures have.
func (e *Env) noPlaceholder(what string) error {
	if e.Settings.OnError != "placeholder" {
		return nil
	}
	return cli.Errorf(cli.Usage, "--on-error placeholder puts black pictures in; %s have no such thing", what).Do("--on-error=skip")
}
