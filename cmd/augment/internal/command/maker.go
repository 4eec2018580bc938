package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/cmd/augment/internal/boxfile"
	"github.com/antler-ml/antler/cmd/augment/internal/manifest"
	"github.com/antler-ml/antler/cmd/augment/internal/picture"
	"github.com/antler-ml/antler/cmd/augment/internal/plan"
	"github.com/antler-ml/antler/cmd/augment/internal/settings"
	"github.com/antler-ml/antler/cmd/augment/internal/source"
	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/cli"
)

// A maker makes pictures. What it holds does not change while workers run.
type maker struct {
	*Env
	in, out string
	tree    *source.Tree
	plan    *plan.Plan
	loader  *picture.Loader
	policy  *augment.Policy             // nil: none
	drawer  *augment.ImageDataGenerator // of the random changes; nil: none
	scaler  *augment.ImageDataGenerator // of the numbers afterwards; nil: they stay 0 to 255
	number  string                      // type of arrays
	memory  int64                       // of pictures at the same time
	header  *manifest.Header

	hands   hands
	dirs    folders
	pretend bool        // write nothing
	stop    atomic.Bool // a signal has come: finish what is at hand
}

// prepare finds the pictures and makes all that is needed for them.
func (e *Env) prepare(in, out string) (*maker, error) {
	var err error
	if e.usual, err = e.Complete(e.Flags); err != nil {
		return nil, err
	}
	if out != "" {
		if err := source.Apart(in, out); err != nil {
			return nil, err
		}
	}
	m := &maker{Env: e, in: in, out: out, hands: make(hands, e.Workers)}
	g, err := e.Generator()
	if err != nil {
		return nil, err
	}
	if m.policy, err = e.ReadPolicy(); err != nil {
		return nil, err
	}
	if m.memory, err = settings.Bytes("memory", e.Memory); err != nil {
		return nil, err
	}
	if m.tree, err = source.Scan(in, source.Config{FollowLinks: e.FollowLinks, Exclude: e.exclude(), Split: e.ValidationSplit, Subset: e.Subset}); err != nil {
		return nil, err
	}
	if m.plan, err = plan.New(m.tree, plan.Config{PerImage: e.PerImage, Total: e.Total, Balance: e.Balance, Originals: e.IncludeOriginals}); err != nil {
		return nil, err
	}
	if settings.Changes(g) {
		m.drawer = g
	}
	if err := m.reading(); err != nil {
		return nil, err
	}
	if err := m.scaling(g); err != nil {
		return nil, err
	}
	m.header = &manifest.Header{Settings: settings.Recorded(e.Settings, e.Flags), Classes: m.tree.Classes, Sources: len(m.tree.Files), SourcesHash: m.tree.Hash()}
	if m.policy != nil {
		if m.header.Policy, err = json.Marshal(m.policy); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// exclude are the folders in IN that hold no pictures to be changed.
func (e *Env) exclude() []string {
	var dirs []string
	for _, d := range []string{e.Masks, e.Boxes} {
		if d != "" {
			dirs = append(dirs, d)
		}
	}
	return dirs
}

// reading says how pictures are read.
func (m *maker) reading() error {
	e := m.Env
	m.uniform()
	m.loader = &picture.Loader{
		Tree: m.tree, ColorMode: image.ColorMode(e.ColorMode), NoAlpha: e.Format == "jpg", Keep16: e.Format != "jpg" && !e.Normalizes(),
		Interpolation: image.Interpolation(e.Interpolation), KeepAspectRatio: e.KeepAspectRatio, Orient: e.Orient, AllowTruncated: e.AllowTruncated, Whole: e.Whole(), Exact: e.Fits(),
	}
	if e.TargetSize != nil {
		m.loader.TargetSize = [2]int(e.TargetSize)
	}
	var err error
	if e.Masks != "" {
		if m.loader.Masks, err = picture.FindMasks(e.Masks, m.tree); err != nil {
			return err
		}
	}
	if e.Boxes != "" {
		set, err := boxfile.LoadConfig(e.Boxes, m.tree.Names(), boxfile.Config{Format: e.BoxesFormat, Outside: boxfile.Outside(e.BoxesOutside), SkipUnknown: e.Subset != ""})
		if err != nil {
			return problems("boxes", err)
		}
		m.loader.Boxes = set
	}
	m.loader.Budget = picture.NewBudget(m.memory)
	return nil
}

// problems makes an error of several lines one of the user's.
func problems(what string, err error) error {
	var pe *fs.PathError
	text := strings.ReplaceAll(err.Error(), "choose the policy", "choose --boxes-outside")
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], what+": ")
	}
	x := cli.Errorf(cli.BadData, "%s: %s", what, lines[0])
	if errors.As(err, &pe) {
		x.Do("name the file or folder that exists")
	}
	x.Lines = lines[1:]
	return x
}

// uniform fills in the size and the channels where all pictures must have the
// same: in arrays, and for statistics.
func (m *maker) uniform() {
	e := m.Env
	if e.Format != "npz" && !e.Fits() {
		return
	}
	if e.TargetSize == nil {
		e.TargetSize = []int{256, 256} // Keras' target_size
	}
	if e.ColorMode == "" {
		e.ColorMode = "rgb"
	}
}

// scaling says what becomes of the numbers.
func (m *maker) scaling(g *augment.ImageDataGenerator) error {
	e := m.Env
	g2 := *g
	g2.DataFormat = image.ChannelsLast // of samples; arrays are turned when they are written
	m.typed(&g2)
	if !e.Fits() {
		return nil
	}
	return m.fit(&g2)
}

// typed says of which type arrays are: bytes as long as nothing asks for more.
func (m *maker) typed(g *augment.ImageDataGenerator) {
	kind := m.DType
	if kind != "" || m.Normalizes() {
		m.scaler = g
	}
	switch {
	case kind == "" && m.scaler == nil:
		kind = "uint8"
	case kind == "":
		kind = "float32"
	}
	m.number = kind
}

// folders makes folders once.
type folders struct{ made sync.Map }

func (f *folders) make(dir string) error {
	if _, ok := f.made.Load(dir); ok {
		return nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	f.made.Store(dir, true)
	return nil
}

// begin makes OUT ready, and returns what an earlier run has left there.
func (m *maker) begin() (*manifest.State, *manifest.Journal, error) {
	out := m.out
	entries, err := os.ReadDir(out)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, cli.Errorf(cli.Failed, "OUT %s: %w", cli.Quote(out), err)
	}
	entries, err = manifest.Sweep(out, entries)
	if err != nil {
		return nil, nil, cli.Errorf(cli.Failed, "OUT %s: %w", cli.Quote(out), err)
	}
	ours := slices.ContainsFunc(entries, func(d fs.DirEntry) bool { return d.Name() == manifest.Name })
	if len(entries) > 0 && !ours {
		var names []string
		for _, d := range entries {
			names = append(names, d.Name())
		}
		return nil, nil, cli.Errorf(cli.Usage, "OUT %s is not empty, and augment did not write it", cli.Quote(out)).
			Why("found: %s", cli.List(names, 5)).Do("name a new folder: augment %s %s", cli.Quote(m.in), cli.Quote(filepath.Clean(out)+"-augmented"))
	}
	if ours && m.Force {
		if err := forget(out); err != nil {
			return nil, nil, err
		}
		ours = false
	}
	if ours {
		return m.resume()
	}
	if err := os.MkdirAll(out, 0o777); err != nil {
		return nil, nil, cli.Errorf(cli.Failed, "OUT %s: %w", cli.Quote(out), err)
	}
	j, err := manifest.Create(out, m.header)
	if err != nil {
		return nil, nil, err
	}
	return nil, j, nil
}

// What stands in OUT beside pictures.
const (
	quarantine = "quarantine.jsonl"
	statistics = "statistics.npz"
)

// forget removes what an earlier run has written.
func forget(out string) error {
	if err := manifest.Forget(out); err != nil {
		return err
	}
	for _, name := range []string{quarantine, statistics, "annotations.json"} {
		if err := remove(filepath.Join(out, name)); err != nil {
			return err
		}
	}
	for _, name := range []string{"labels", "annotations"} {
		if err := os.RemoveAll(filepath.Join(out, name)); err != nil {
			return err
		}
	}
	return nil
}

// resume goes on where an earlier run has ended, if it was the same job.
func (m *maker) resume() (*manifest.State, *manifest.Journal, error) {
	s, err := manifest.Load(m.out)
	if err != nil {
		return nil, nil, err
	}
	if err := m.sameJob(s.Header); err != nil {
		return nil, nil, err
	}
	if err := s.Clean(); err != nil {
		return nil, nil, err
	}
	j, err := s.Open()
	return s, j, err
}

// sameJob refuses to mix pictures that were made in different ways.
func (m *maker) sameJob(h *manifest.Header) error {
	old, now := h.Settings, m.header.Settings
	e := cli.Errorf(cli.Usage, "OUT %s was begun with other settings", cli.Quote(m.out))
	usual := settings.Default()
	first := settings.Recorded(usual, settings.Flags(usual))
	keys := slices.Sorted(maps.Keys(now))
	for _, key := range keys {
		a, ok := old[key]
		if !ok { // a flag that the augment that began did not have
			a = first[key]
		}
		if b := now[key]; a != b {
			e.Why("--%s was %s, now %s", strings.ReplaceAll(key, "_", "-"), shown(a), shown(b))
		}
	}
	if len(e.Lines) == 0 && string(h.Policy) != string(m.header.Policy) {
		e.Why("the policy %s has changed", cli.Quote(m.Policy))
	}
	if len(e.Lines) == 0 && (h.SourcesHash != m.header.SourcesHash || h.Sources != m.header.Sources) {
		e.What = fmt.Sprintf("IN %s is not what it was when OUT %s was begun", cli.Quote(m.in), cli.Quote(m.out))
		e.Why("it had %s, now %s with other names", cli.Plural(h.Sources, "picture"), cli.Count(m.header.Sources))
		if h.Sources != m.header.Sources {
			e.Lines = []string{fmt.Sprintf("it had %s, now %s", cli.Plural(h.Sources, "picture"), cli.Count(m.header.Sources))}
		}
		return e.Do("put IN back as it was to go on, or another OUT, or --force to remove these pictures and begin anew")
	}
	if len(e.Lines) == 0 {
		return nil
	}
	return e.Do("give the same flags to go on, another OUT, or --force to remove these pictures and begin anew")
}

func shown(s string) string {
	if s == "" {
		return "not given"
	}
	return cli.Quote(s)
}

// remove removes a file if it is there.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
