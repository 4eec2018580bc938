package command

import (
	"context"
	"errors"
	"time"

	"github.com/antler-ml/antler/cmd/train/internal/report"
	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/cmd/train/internal/trainer"
	"github.com/antler-ml/antler/internal/config"
)

// An undertaking is a training of any kind of data, ready to begin.
type undertaking struct {
	job    *trainer.Job
	from   *resumed
	began  time.Time     // of the command
	start  config.Object // the event, but for the epoch
	finish func(h *report.History) error
	failed func() error // what is saved of a training that did not end well; or nil
}

// carryOut trains into the run's directory, whose files are there, and writes
// its events.
func (e *Env) carryOut(ctx context.Context, u undertaking) (err error) {
	s, job, events := e.Settings, u.job, u.job.Events
	job.Settings, job.Console, job.Emit = s, e.Console, e.emit
	if job.InitialEpoch, err = u.from.load(job.Model); err != nil {
		return err
	}
	if s.DryRun {
		job.Steps = 1
	}
	start := append(u.start, config.Member{Key: "initial_epoch", Value: job.InitialEpoch})
	events.Add(start)
	e.emit(start)
	history, err := job.Fit(ctx)
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err == nil && !s.DryRun {
		err = u.finish(history)
	}
	if err != nil {
		if u.failed != nil && !s.DryRun {
			if lost := u.failed(); lost != nil {
				err = errors.Join(err, lost)
			}
		}
		events.Add(rundir.Event("stop", config.Member{Key: "reason", Value: err.Error()}))
		events.Close()
		return e.stopped(err, job.Run, job.Dir)
	}
	if err := events.Close(); err != nil {
		return err
	}
	if s.DryRun {
		return e.dryRun(job.Dir, u.began)
	}
	return nil
}
