package command

import (
	"path/filepath"

	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
)

// announce says what was found and inferred, what will be written, and how to
// change it.
func (e *Env) announce(u *undertaking, dir string, from *resumed) {
	s, c, run := e.Settings, e.Console, u.run
	for _, l := range u.found {
		c.Printf("%s", l)
	}
	optimizer := s.Optimizer
	if u.optimizer != "" {
		optimizer = u.optimizer
	}
	c.Printf("model      %s: %s weights; %s, batch size %d, %s %g %s", run.Model, cli.Count(run.Weights), cli.Plural(s.Epochs, "epoch"), s.BatchSize, optimizer, s.LearningRate, s.Schedule)
	where := dir + string(filepath.Separator)
	if s.DryRun {
		where = "nothing (--dry-run)"
	}
	c.Printf("writes     %s", where)
	c.Printf("change     any of it by flags, such as %s; seed %d", u.change, s.Seed)
	for _, n := range u.notes {
		c.Printf("note       %s", n)
	}
	if len(u.bad) > 0 {
		c.Warnf("note       %s %s, listed in %s", u.badly, e.treated(), filepath.Join(dir, rundir.BadFile))
	}
	switch s.ClassWeight {
	case "none":
	case "balanced":
		c.Printf("note       rare classes weigh more: samples / (classes × samples of the class)")
	default:
		c.Printf("note       classes weigh as --class-weight says: %s; others 1", s.ClassWeight)
	}
	if from != nil {
		c.Printf("note       %s", from.from())
	}
	if !s.Verbose {
		return
	}
	for _, l := range u.job.Model.Layers() {
		b := nn.BaseOf(l)
		c.Printf("layer      %-28s %-22v %s weights", b.Name()+" ("+nn.ClassName(l)+")", b.OutputAt(0).Shape(), cli.Count(b.CountParams()))
	}
}
