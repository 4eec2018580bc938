package report

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"strconv"
)

// ReadHistory reads the history.csv of a run.
func ReadHistory(path string) (*History, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	h := &History{First: 1}
	for n, row := range rows[min(1, len(rows)):] {
		for i, cell := range row {
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				v = math.NaN() // NA
			}
			if rows[0][i] == "epoch" {
				if n == 0 {
					h.First = int(v) + 1
				}
				continue
			}
			h.Add(rows[0][i], v)
		}
	}
	return h, nil
}
