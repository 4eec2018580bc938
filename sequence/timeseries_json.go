package sequence

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/tensor"
)

// TimeseriesSaved is a generator as Keras saves it: the settings, and the two
// arrays, each a string of JSON.
type TimeseriesSaved struct {
	Data         string `json:"data"`
	Targets      string `json:"targets"`
	Length       int    `json:"length"`
	SamplingRate int    `json:"sampling_rate"`
	Stride       int    `json:"stride"`
	StartIndex   int    `json:"start_index"` // the first time step that has a window: Length more than that of the settings
	EndIndex     int    `json:"end_index"`
	Shuffle      bool   `json:"shuffle"`
	Reverse      bool   `json:"reverse"`
	BatchSize    int    `json:"batch_size"`
}

// GetConfig returns the generator as Keras saves it. Seed is not part of it.
// NaN and infinite numbers are written as Python does, which is not JSON
// outside of Python.
//
// Keras: TimeseriesGenerator.get_config
func (g *TimeseriesGenerator) GetConfig() TimeseriesSaved {
	c := g.c
	return TimeseriesSaved{dumpTensor(g.data), dumpTensor(g.targets), c.Length, c.SamplingRate, c.Stride, g.first, g.last, c.Shuffle, c.Reverse, c.BatchSize}
}

// ToJSON returns the generator in Keras' file format, byte for byte what Python
// writes for arrays of float32. Whole numbers get a decimal point.
//
// Keras: TimeseriesGenerator.to_json
func (g *TimeseriesGenerator) ToJSON() string {
	c := g.GetConfig()
	return fmt.Sprintf(`{"class_name": "TimeseriesGenerator", "config": {"data": "%s", "targets": "%s", "length": %d, "sampling_rate": %d, "stride": %d, "start_index": %d, "end_index": %d, "shuffle": %t, "reverse": %t, "batch_size": %d}}`,
		c.Data, c.Targets, c.Length, c.SamplingRate, c.Stride, c.StartIndex, c.EndIndex, c.Shuffle, c.Reverse, c.BatchSize)
}

// TimeseriesFromJSON reads a generator that Keras or
// [TimeseriesGenerator.ToJSON] wrote, and returns the one that was saved.
//
// Keras' own reader does not: Keras saves start_index with the length added,
// and its reader adds the length again, so that each round trip loses the first
// windows. To get what Keras makes of a file, add Length to the StartIndex.
//
// Keras: timeseries_generator_from_json
func TimeseriesFromJSON(data []byte) (*TimeseriesGenerator, error) {
	fail := func(format string, args ...any) (*TimeseriesGenerator, error) {
		return nil, fmt.Errorf("sequence: timeseries JSON: "+format, args...)
	}
	var file struct {
		ClassName string                     `json:"class_name"`
		Config    map[string]json.RawMessage `json:"config"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return fail("%w", err)
	}
	if file.ClassName != "TimeseriesGenerator" {
		return fail("the class is %q: want %q", file.ClassName, "TimeseriesGenerator")
	}
	s := TimeseriesSaved{SamplingRate: 1, Stride: 1, BatchSize: 128, EndIndex: -1}
	fields := map[string]any{
		"data": &s.Data, "targets": &s.Targets, "length": &s.Length, "sampling_rate": &s.SamplingRate, "stride": &s.Stride,
		"start_index": &s.StartIndex, "end_index": &s.EndIndex, "shuffle": &s.Shuffle, "reverse": &s.Reverse, "batch_size": &s.BatchSize,
	}
	for key, raw := range file.Config {
		if fields[key] == nil {
			return fail("unknown setting %q", key)
		}
		if err := json.Unmarshal(raw, fields[key]); err != nil {
			return fail("%s: %w", key, err)
		}
	}
	for _, key := range []string{"data", "targets", "length", "start_index"} {
		if file.Config[key] == nil {
			return fail("config has no %q", key)
		}
	}
	if s.StartIndex < s.Length {
		return fail("start_index %d is below length %d: what is saved is the first time step that has a window", s.StartIndex, s.Length)
	}
	x, err := parseTensor(s.Data)
	if err != nil {
		return fail("data: %w", err)
	}
	y, err := parseTensor(s.Targets)
	if err != nil {
		return fail("targets: %w", err)
	}
	c := TimeseriesConfig{Length: s.Length, SamplingRate: s.SamplingRate, Stride: s.Stride, StartIndex: s.StartIndex - s.Length,
		Shuffle: s.Shuffle, Reverse: s.Reverse, BatchSize: s.BatchSize}
	if s.EndIndex >= 0 {
		c.EndIndex = &s.EndIndex
	}
	for _, f := range []struct {
		key string
		v   int
	}{{"length", s.Length}, {"sampling_rate", s.SamplingRate}, {"stride", s.Stride}, {"batch_size", s.BatchSize}} {
		if f.v < 1 {
			return fail("%s is %d: want 1 or more", f.key, f.v)
		}
	}
	return NewTimeseriesGenerator(x, y, c)
}

// dumpTensor writes nested lists as Python's json.dumps(x.tolist()) does.
func dumpTensor(t *tensor.Tensor) string {
	var b []byte
	data := t.Data()
	var dump func(shape []int)
	dump = func(shape []int) {
		if len(shape) == 0 {
			b = appendPyFloat(b, float64(data[0]))
			data = data[1:]
			return
		}
		b = append(b, '[')
		for i := range shape[0] {
			if i > 0 {
				b = append(b, ", "...)
			}
			dump(shape[1:])
		}
		b = append(b, ']')
	}
	dump(t.Shape())
	return string(b)
}

// appendPyFloat writes a float as Python's repr does: in decimals from 1e-4 up
// to 1e16, with an exponent elsewhere.
func appendPyFloat(b []byte, x float64) []byte {
	switch a := math.Abs(x); {
	case math.IsNaN(x):
		return append(b, "NaN"...)
	case math.IsInf(x, 1):
		return append(b, "Infinity"...)
	case math.IsInf(x, -1):
		return append(b, "-Infinity"...)
	case a != 0 && (a < 1e-4 || a >= 1e16):
		return strconv.AppendFloat(b, x, 'e', -1, 64)
	}
	at := len(b)
	if b = strconv.AppendFloat(b, x, 'f', -1, 64); !strings.Contains(string(b[at:]), ".") {
		b = append(b, ".0"...)
	}
	return b
}

// maxDepth is the most dimensions that an array in a file may have.
const maxDepth = 32

// parseTensor reads nested lists of equal lengths. Numbers are rounded to float32.
func parseTensor(s string) (*tensor.Tensor, error) {
	s = pythonNumbers.Replace(s)
	var data []float32
	var shape []int
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var value func(depth int) error
	value = func(depth int) error {
		tok, err := d.Token()
		if err != nil {
			return err
		}
		switch v := tok.(type) {
		case json.Number:
			x, err := strconv.ParseFloat(string(v), 32)
			if err != nil {
				return fmt.Errorf("%s is too large for a float32", v)
			}
			data = append(data, float32(x))
			return flat(shape, depth)
		case string:
			x, ok := map[string]float64{"NaN": math.NaN(), "inf": math.Inf(1), "-inf": math.Inf(-1)}[v]
			if !ok {
				return fmt.Errorf("%q is not a number", v)
			}
			data = append(data, float32(x))
			return flat(shape, depth)
		case json.Delim:
			if depth == maxDepth {
				return fmt.Errorf("more than %d lists in each other", maxDepth)
			}
			if len(shape) == depth {
				if len(data) > 0 {
					return fmt.Errorf("the lists are ragged: a list stands where others have a number")
				}
				shape = append(shape, -1)
			}
			n := 0
			for d.More() {
				if err := value(depth + 1); err != nil {
					return err
				}
				n++
			}
			if _, err := d.Token(); err != nil {
				return err
			}
			if shape[depth] < 0 {
				shape[depth] = n
			}
			if shape[depth] != n {
				return fmt.Errorf("the lists are ragged: one has %d elements, another %d", shape[depth], n)
			}
			return nil
		}
		return fmt.Errorf("%v is not a number", tok)
	}
	if err := value(0); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("more follows the list")
	}
	if len(shape) == 0 {
		return nil, fmt.Errorf("want a list, got a number")
	}
	size := 1
	for i, n := range shape {
		if n < 0 { // below an empty list
			shape[i] = 0
		}
		size *= shape[i]
	}
	if size != len(data) {
		return nil, fmt.Errorf("the lists are ragged: %d numbers, but the shape is %v", len(data), shape)
	}
	return tensor.From(data, shape...), nil
}

// flat checks that a number stands as deep as the others.
func flat(shape []int, depth int) error {
	if depth != len(shape) {
		return fmt.Errorf("the lists are ragged: a number stands where others have a list")
	}
	return nil
}

// pythonNumbers makes strings of what Python writes for numbers that JSON lacks.
var pythonNumbers = strings.NewReplacer("-Infinity", `"-inf"`, "Infinity", `"inf"`, "NaN", `"NaN"`)
