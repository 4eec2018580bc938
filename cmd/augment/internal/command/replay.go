package command

import (
	"context"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/cmd/augment/internal/manifest"
	"github.com/antler-ml/antler/cmd/augment/internal/settings"
	"github.com/antler-ml/antler/cmd/augment/internal/source"
	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/cli"
)

// replay makes the pictures of a manifest again.
func (e *Env) replay(ctx context.Context, in, out string) error {
	if out == "" {
		return cli.Errorf(cli.Usage, "where shall the pictures go?").Do("augment --replay %s %s again", cli.Quote(e.Replay), cli.Quote(in))
	}
	if err := e.onlyReplay(); err != nil {
		return err
	}
	if err := source.Apart(in, out); err != nil {
		return err
	}
	h, lines, err := e.index()
	if err != nil {
		return err
	}
	// The manifest's settings hold, but for those that say where things are now.
	masks, boxes := e.Masks, e.Boxes
	if !e.Flags.Changed("on-error") {
		e.OnError = "fail"
	}
	if err := settings.Restore(e.Flags, h.Settings); err != nil {
		return err
	}
	if masks != "" {
		e.Masks = masks
	}
	if boxes != "" {
		e.Boxes = boxes
	}
	m, err := e.again(in, out, h)
	if err != nil {
		return err
	}
	r, err := m.starting(lines)
	if err != nil {
		return err
	}
	m.Console.Printf("making %s again, as %s says", cli.Plural(lines, "picture"), cli.Quote(e.Replay))
	if r.state != nil {
		m.Console.Printf("going on: %s are there already", cli.Plural(r.state.Len(), "picture"))
	}
	if err := m.saveStatistics(); err != nil {
		return err
	}
	var broken error
	err = r.all(ctx, r.lines(&broken))
	if err == nil {
		err = broken
	}
	return r.end(ctx, err)
}

// onlyReplay refuses flags that the manifest decides.
func (e *Env) onlyReplay() error {
	for _, w := range e.Flags.Given() {
		name, _, _ := strings.Cut(strings.TrimPrefix(w, "--"), "=")
		switch g := e.Flags.Group(name); {
		case !strings.HasPrefix(w, "--"), g == "", g == "run", name == "replay", name == "force", name == "on-error", name == "masks", name == "boxes", name == "follow-links":
		default:
			return cli.Errorf(cli.Usage, "--%s means nothing with --replay: the manifest says how pictures were made", name).Do("leave it out")
		}
	}
	return nil
}

// index reads the header and counts the lines.
func (e *Env) index() (*manifest.Header, int, error) {
	n := 0
	h, _, err := manifest.Read(e.Replay, func(l *manifest.Line, _ []byte, _ int64) error {
		n++
		for _, name := range []string{l.Output, l.Mask, l.Source, l.Shard} {
			if name != "" && !filepath.IsLocal(filepath.FromSlash(name)) {
				return cli.Errorf(cli.BadData, "%s names %q, which leads out of the folder", cli.Quote(e.Replay), name).Do("do not use this manifest")
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, cliError(err, e.Replay)
	}
	if n == 0 {
		return nil, 0, cli.Errorf(cli.BadData, "%s lists no pictures", cli.Quote(e.Replay))
	}
	return h, n, nil
}

// cliError names the file in an error of opening it.
func cliError(err error, path string) error {
	if _, ok := err.(*cli.Error); ok {
		return err
	}
	return cli.Errorf(cli.BadData, "%s: %w", cli.Quote(path), err).Do("name the manifest.jsonl of the folder that augment wrote")
}

// again is prepare for a manifest.
func (e *Env) again(in, out string, h *manifest.Header) (*maker, error) {
	m := &maker{Env: e, in: in, out: out, header: h, hands: make(hands, e.Workers)}
	var err error
	if m.tree, err = source.Scan(in, source.Config{FollowLinks: e.FollowLinks, Exclude: e.exclude()}); err != nil {
		return nil, err
	}
	// The numbers of classes are those of then.
	m.tree.Classes, m.tree.Bad = h.Classes, nil
	g, err := e.Generator()
	if err != nil {
		return nil, err
	}
	if m.memory, err = settings.Bytes("memory", e.Memory); err != nil {
		return nil, err
	}
	if err := m.reading(); err != nil {
		return nil, err
	}
	g2 := *g
	g2.DataFormat = image.ChannelsLast
	if e.Fits() {
		ok, err := loadStatistics(&g2, filepath.Dir(e.Replay))
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, cli.Errorf(cli.BadData, "%s is not beside the manifest", statistics).Do("copy it along with the manifest: it holds the mean and deviation that the pictures were scaled by")
		}
	}
	m.typed(&g2)
	return m, nil
}

// lines yields the jobs of the manifest: lines of one source that follow each
// other are one. An error of reading ends them, and is put into *broken.
func (r *run) lines(broken *error) iter.Seq[job] {
	return func(yield func(job) bool) {
		var j job
		flush := func() bool {
			defer func() { j = job{} }()
			return len(j.todo) == 0 || yield(j)
		}
		stopped := errStop
		_, _, err := manifest.Read(r.Replay, func(l *manifest.Line, _ []byte, _ int64) error {
			k := max(slices.Index(r.tree.Classes, l.Class), 0)
			if r.state.Done(l.Key()) {
				r.found[k].Add(1)
				return nil
			}
			if (j.file.Name != l.Source || len(j.todo) >= 8) && !flush() {
				return stopped
			}
			j.file = source.File{Name: l.Source, Class: k, Index: l.Index, Key: r.key(l)}
			j.todo = append(j.todo, task{epoch: l.Epoch, replay: l})
			return nil
		})
		if err == nil {
			flush()
		} else if err != stopped {
			*broken = err
		}
	}
}

var errStop = cli.Errorf(cli.Failed, "stopped")

// key is what the name of a line's picture begins with.
func (r *run) key(l *manifest.Line) string {
	name := l.Output
	if i := strings.LastIndex(name, "_"); i >= 0 {
		name = name[:i]
	}
	return strings.TrimPrefix(name, r.folder("images"))
}
