package command

import (
	"os"
	"path/filepath"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/cmd/augment/internal/manifest"
	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/tensor"
)

// fit takes the statistics of all pictures, or those that the run that is gone
// on with has taken.
func (m *maker) fit(g *augment.ImageDataGenerator) error {
	if m.out != "" && !m.Force {
		if _, err := os.Stat(filepath.Join(m.out, manifest.Name)); err == nil {
			if ok, err := loadStatistics(g, m.out); ok || err != nil {
				return err
			}
		}
	}
	m.Console.Printf("measuring %s: mean and deviation of %d×%d", cli.Plural(len(m.tree.Files), "picture"), m.TargetSize[0], m.TargetSize[1])
	t := &augment.Table{Name: m.in, Columns: []string{"filename"}}
	for _, f := range m.tree.Files {
		t.Rows = append(t.Rows, []any{filepath.FromSlash(f.Name)})
	}
	read := &augment.ImageDataGenerator{DataFormat: g.DataFormat} // statistics are still to come
	flow, err := read.FlowFromDataframe(t, m.in, augment.FlowConfig{
		TargetSize: [2]int(m.TargetSize), ColorMode: image.ColorMode(m.ColorMode), ClassMode: augment.None, NoAugment: true,
		Interpolation: image.Interpolation(m.Interpolation), KeepAspectRatio: m.KeepAspectRatio, OnError: augment.Skip,
		ValidateFilenames: new(false), Workers: m.Workers,
	})
	if err != nil {
		return cli.Errorf(cli.BadData, "measuring %s: %w", cli.Quote(m.in), err)
	}
	if bad := flow.Bad(); len(bad) > 0 {
		var names []string
		for _, b := range bad {
			name, err := filepath.Rel(m.in, b.Path)
			if err != nil {
				name = b.Path
			}
			names = append(names, filepath.ToSlash(name))
		}
		m.Console.Warnf("measured without %s that cannot be read: %s", cli.Plural(len(bad), "picture"), cli.List(names, 5))
	}
	if err := g.FitFlow(flow); err != nil {
		return cli.Errorf(cli.BadData, "measuring %s: %w", cli.Quote(m.in), err)
	}
	return nil
}

// saveStatistics keeps the statistics beside the pictures that they scaled.
func (m *maker) saveStatistics() error {
	if m.scaler == nil || m.scaler.Mean == nil {
		return nil
	}
	all := map[string]*tensor.Tensor{"mean": m.scaler.Mean}
	if t := m.scaler.Std; t != nil {
		all["std"] = t
	}
	if t := m.scaler.ZCAWhiteningMatrix; t != nil {
		all["zca"] = t
	}
	return tensor.WriteNPZFile(filepath.Join(m.out, statistics), all)
}

// loadStatistics reads what saveStatistics wrote, if it is there.
func loadStatistics(g *augment.ImageDataGenerator, dir string) (bool, error) {
	path := filepath.Join(dir, statistics)
	if _, err := os.Stat(path); err != nil {
		return false, nil
	}
	all, err := tensor.ReadNPZFile(path)
	if err != nil {
		return false, cli.Errorf(cli.BadData, "%s: %w", cli.Quote(path), err).Do("restore it, or begin anew with --force")
	}
	g.Mean, g.Std, g.ZCAWhiteningMatrix = all["mean"], all["std"], all["zca"]
	return g.Mean != nil, nil
}
