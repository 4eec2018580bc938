package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
	"github.com/antler-ml/antler/internal/atomicfile"
)

// Results are what a run measured. The report is computed from them alone, so
// a run can be interrupted, continued and merged with another.
type results struct {
	Machine  string
	Versions map[string]string // of everything that took part
	Missing  map[string]string // peers that could not be installed or built, and why
	AVX512   bool              // whether ours has more than AVX2 here
	Rounds   int
	Block    time.Duration
	Calm     float64
	Note     string
	Sections []*section
}

// A section is what one case measured.
type section struct {
	Case    string
	Commit  string
	Begin   time.Time
	Took    time.Duration
	Load    float64 // share of the machine that other programs used meanwhile
	Records []*record
}

// A record is one comparison: the figures of all sides on the same work.
type record struct {
	Name      string // step/mlp, infer/mlp/8, gemm/square/64×64×64 NN …
	Title     string
	Product   *wire.Product `json:",omitempty"`
	FLOP      float64       `json:",omitempty"` // arithmetic of one unit
	Core      float64       `json:",omitempty"` // GFLOP/s of multiply-adds in registers on one core, measured beside it
	Tolerance float64       `json:",omitempty"` // of the first losses
	Sides     []*figures
}

// figures are what one setting brought.
type figures struct {
	setting
	Problem string    `json:",omitempty"` // why there are no times
	Note    string    `json:",omitempty"`
	Rounds  []float64 `json:",omitempty"` // ns a unit, a number for each round
	Ratios  []float64 `json:",omitempty"` // its time by ours in the same turn
	Median  float64   `json:",omitempty"` // inference: ns of all calls
	P99     float64   `json:",omitempty"`
	Idle    float64   `json:",omitempty"` // MB when ready
	Peak    float64   `json:",omitempty"` // MB after some steps
	Losses  []float64 `json:",omitempty"`
	Digest  string    `json:",omitempty"` // ours: of the weights after these losses
	Allocs  float64   `json:",omitempty"` // ours: allocations of one more step
	Ready   []float64 `json:",omitempty"` // start: ms
	Trained []float64 `json:",omitempty"` // start: ms
	After   []float64 `json:",omitempty"` // start: MB when trained
}

func (f *figures) runs() bool { return f.Problem == "" }

// section is that of a case; nil when it was not measured.
func (r *results) section(name string) *section {
	for _, s := range r.Sections {
		if s.Case == name {
			return s
		}
	}
	return nil
}

// put adds a section in the place of an older one of the same case.
func (r *results) put(s *section) {
	for i, old := range r.Sections {
		if old.Case == s.Case {
			r.Sections[i] = s
			return
		}
	}
	r.Sections = append(r.Sections, s)
}

// record is the comparison of that name; nil when it was not measured.
func (r *results) record(name string) *record {
	for _, s := range r.Sections {
		for _, rec := range s.Records {
			if rec.Name == name {
				return rec
			}
		}
	}
	return nil
}

// merge takes what other measured; where both did, other's.
func (r *results) merge(other *results) {
	old := *r
	*r = *other
	r.Sections, r.Versions = old.Sections, map[string]string{}
	for _, vs := range []map[string]string{old.Versions, other.Versions} {
		for k, v := range vs {
			r.Versions[k] = v
		}
	}
	for _, s := range other.Sections {
		r.put(s)
	}
}

func readResults(path string) (*results, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("benchmarks: %w", err)
	}
	r := &results{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("benchmarks: %s: %w", path, err)
	}
	return r, nil
}

// readIfThere is readResults, with nothing for a file that is not there.
func readIfThere(path string) (*results, error) {
	r, err := readResults(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &results{}, nil
	}
	return r, err
}

// save writes the results, and the report when report is a path.
func (r *results) save(data, report string) error {
	if data != "" {
		text, err := json.MarshalIndent(r, "", "\t")
		if err == nil {
			err = atomicfile.WriteBytes(data, text)
		}
		if err != nil {
			return fmt.Errorf("benchmarks: %w", err)
		}
	}
	if report != "" {
		return atomicfile.WriteBytes(report, []byte(reportOf(r)))
	}
	return nil
}
