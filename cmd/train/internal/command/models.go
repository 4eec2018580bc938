package command

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/antler-ml/antler/cmd/train/internal/rundir"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/saving"
)

// openModel reads a model: of a run, or of a file.
func openModel(path string) (*nn.Model, error) {
	file := path
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		if _, err := rundir.Open(path); err != nil {
			return nil, err
		}
		file = filepath.Join(path, rundir.BestFile)
	}
	m, err := saving.Load(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && file != path:
		return nil, unfinished(path)
	case errors.Is(err, fs.ErrNotExist):
		return nil, cli.Errorf(cli.Usage, "there is no run or model %s", path)
	case err != nil:
		return nil, cli.Errorf(cli.BadData, "%w", err)
	}
	return m, nil
}
