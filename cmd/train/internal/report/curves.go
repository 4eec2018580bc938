package report

import (
	"slices"

	"github.com/antler-ml/antler/nn/plot"
)

// History is the logs of the epochs: a value an epoch for each name. First is
// the number of the first epoch, from 1.
type History struct {
	First  int
	Names  []string
	Values map[string][]float64
}

// Add appends an epoch.
func (h *History) Add(name string, v float64) {
	if h.Values == nil {
		h.Values = map[string][]float64{}
	}
	if _, ok := h.Values[name]; !ok {
		h.Names = append(h.Names, name)
	}
	h.Values[name] = append(h.Values[name], v)
}

// Curves draws loss and accuracy, or mean absolute error, over the epochs as PNG; without epochs there is
// nothing to draw, and no file.
func (h *History) Curves(path, title string) error {
	names := slices.DeleteFunc([]string{"loss", "accuracy", "mean_absolute_error"}, func(n string) bool { return !slices.Contains(h.Names, n) })
	if len(names) == 0 {
		return nil
	}
	p, err := plot.Curves(title, plot.Series(*h), names...)
	if err != nil {
		return err
	}
	return p.Save(path)
}
