package command

import (
	"context"
	"fmt"
	"time"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/cmd/augment/internal/manifest"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/pipeline"
)

// tried is how many pictures a dry run makes at most, and for how long.
const (
	tried   = 256
	trying  = 3 * time.Second
	perFile = 4
)

// estimate makes a few pictures, writes nothing, and says what all would take.
func (m *maker) estimate(ctx context.Context) error {
	m.pretend = true
	total := m.plan.Total()
	files := len(m.plan.Files)
	var jobs []job
	step := max(files*perFile/tried, 1)
	for i := 0; i < files; i += step {
		j := job{file: m.plan.Files[i]}
		for k := max(m.plan.First(), 1); k <= m.plan.Last(i) && len(j.todo) < perFile; k++ {
			j.todo = append(j.todo, task{epoch: k})
		}
		if len(j.todo) > 0 {
			jobs = append(jobs, j)
		}
	}
	m.announce(&run{maker: m})
	stop := context.AfterFunc(ctx, func() { m.stop.Store(true) })
	defer stop()
	start := time.Now()
	var size int64
	n, unusable := 0, 0
	var rows []manifest.Line
	results := pipeline.Apply(pipeline.List(jobs), pipeline.ApplyConfig[job]{Workers: m.Workers}, func(_ context.Context, _ pipeline.Place, j job) (result, error) { return m.do(j) })
	for res, err := range results.Items(context.WithoutCancel(ctx), 0) {
		if err != nil {
			return plain(err)
		}
		if res.bad != "" {
			unusable++
		}
		for _, x := range res.made {
			n++
			size += x.line.Bytes + x.line.MaskBytes
			if len(rows) < 3 && (len(rows) == 0 || rows[len(rows)-1].Source != x.line.Source) {
				rows = append(rows, x.line)
			}
		}
		if time.Since(start) > trying {
			break
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if n == 0 {
		return cli.Errorf(cli.BadData, "none of the %s that were tried can be read", cli.Plural(unusable, "picture")).Do("augment --check %s tells more", cli.Quote(m.in))
	}
	took := time.Since(start)
	each := took / time.Duration(n)
	for _, l := range rows {
		ops, err := augment.UnmarshalOp(l.Transform)
		if err != nil {
			return err
		}
		m.Console.Printf("  %s  %d×%d (height × width)  %s", l.Output, l.Height, l.Width, describe(ops))
	}
	if unusable > 0 {
		m.Console.Warnf("%s of %s that were tried cannot be read", cli.Count(unusable), cli.Plural(len(jobs), "picture"))
	}
	if m.JSON {
		fmt.Fprintf(m.Env.Out, `{"v":1,"dry_run":true,"pictures":%d,"bytes":%d,"seconds":%.1f,"tried":%d}`+"\n", total, size/int64(n)*int64(total), (each * time.Duration(total)).Seconds(), n)
		return nil
	}
	m.Console.Printf("%s, ≈ %s, ≈ %s (%s tried in %s; nothing was written)", cli.Plural(total, "picture"), cli.Bytes(size/int64(n)*int64(total)),
		cli.Duration(each*time.Duration(total)), cli.Count(n), cli.Duration(took))
	return nil
}
