package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"strings"

	"github.com/antler-ml/antler/internal/npy"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// Version is that of the format that is written.
const Version = 1

const (
	formatName   = "antler-checkpoint"
	manifestName = "manifest"
	digestName   = "manifest.sha256"
)

// manifest is what a checkpoint says of itself. Arrays are members of the
// archive, named here.
type manifest struct {
	Format    string            `json:"format"`
	Version   int               `json:"version"`
	Setup     []string          `json:"setup"`
	Data      dataPrint         `json:"data"`
	Seed      uint64            `json:"seed"`
	Epoch     int               `json:"epoch"`
	Begun     bool              `json:"begun"`
	Batch     int               `json:"batch"`
	Epochs    int               `json:"epochs"`
	Finished  bool              `json:"finished"`
	Stopped   bool              `json:"stopped"`
	Weights   []array           `json:"weights"`
	Optimizer optimizer         `json:"optimizer"`
	Meter     meter             `json:"meter"`
	History   history           `json:"history"`
	Callbacks []callback        `json:"callbacks"`
	Sums      map[string]string `json:"sha256"` // of each member
}

type dataPrint struct {
	Batches int    `json:"batches"`
	Samples int    `json:"samples"`
	First   string `json:"first_batch_sha256"`
}

type array struct {
	Name   string `json:"name"`
	Member string `json:"member"`
}

type optimizer struct {
	Class        string     `json:"class_name"`
	Iterations   uint64     `json:"iterations"`
	Batches      uint64     `json:"batches"`
	LearningRate float64    `json:"learning_rate"`
	Variables    []variable `json:"variables"`
	Window       *window    `json:"window,omitempty"`
}

type variable struct {
	Slot   string `json:"slot"`
	Weight string `json:"weight"`
	Member string `json:"member"`
}

type window struct {
	Batches int      `json:"batches"`
	Samples int      `json:"samples"`
	Rows    []bool   `json:"rows"`
	Members []string `json:"members"`
}

type meter struct {
	Samples float64  `json:"samples"`
	Losses  string   `json:"losses"`
	Sums    []string `json:"sums"`
}

type history struct {
	Epochs []int   `json:"epochs"`
	Logs   []array `json:"logs"`
}

type callback struct {
	Class   string          `json:"class_name"`
	Values  json.RawMessage `json:"values,omitempty"`
	Tensors []string        `json:"tensors,omitempty"`
}

// encoder writes the members of a checkpoint.
type encoder struct {
	z    *npy.Writer
	sums map[string]string
	err  error
}

// put writes one member and keeps its SHA-256. It returns the member's name:
// under dir, with the number in place of a name that no file may have.
func (e *encoder) put(dir string, i int, name string, write func(io.Writer) error) string {
	member := dir + "/" + name
	if name == "" || !fs.ValidPath(member) || strings.ContainsAny(member, "\\\x00") || e.sums[member] != "" {
		member = fmt.Sprintf("%s/%d", dir, i)
	}
	if e.err != nil {
		return member
	}
	w, err := e.z.Create(member)
	if err == nil {
		h := sha256.New()
		err = write(io.MultiWriter(w, h))
		e.sums[member] = hex.EncodeToString(h.Sum(nil))
	}
	e.err = err
	return member
}

func (e *encoder) tensor(dir string, i int, name string, t *tensor.Tensor) string {
	return e.put(dir, i, name, func(w io.Writer) error { return tensor.WriteNPY(w, t) })
}

func (e *encoder) floats(dir string, i int, name string, x []float64) string {
	return e.put(dir, i, name, func(w io.Writer) error { return npy.WriteFloat64(w, []int{len(x)}, x) })
}

// write writes a state as one archive.
func write(w io.Writer, s *nn.TrainingState) error {
	e := &encoder{z: npy.NewWriter(w, false), sums: map[string]string{}}
	m := manifest{
		Format: formatName, Version: Version, Setup: s.Setup, Data: dataPrint(s.Data), Seed: s.Seed,
		Epoch: s.Epoch, Begun: s.Begun, Batch: s.Batch, Epochs: s.Epochs, Finished: s.Finished, Stopped: s.Stopped,
		Optimizer: optimizer{Class: s.Optimizer.Class, Iterations: s.Optimizer.Iterations, Batches: s.Optimizer.Batches, LearningRate: s.Optimizer.LearningRate},
		Meter:     meter{Samples: s.Meter.Samples}, Sums: e.sums,
	}
	for i, x := range s.Weights {
		m.Weights = append(m.Weights, array{x.Name, e.tensor("weights", i, x.Name, x.Value)})
	}
	for i, v := range s.Optimizer.Variables {
		m.Optimizer.Variables = append(m.Optimizer.Variables, variable{v.Slot, v.Weight, e.tensor("optimizer", i, v.Slot+"/"+v.Weight, v.Value)})
	}
	if g := s.Optimizer.Window; g != nil {
		m.Optimizer.Window = &window{Batches: g.Batches, Samples: g.Samples, Rows: g.Rows}
		for i, t := range g.Sums {
			m.Optimizer.Window.Members = append(m.Optimizer.Window.Members, e.tensor("gradients", i, "", t))
		}
	}
	m.Meter.Losses = e.floats("meter", 0, "losses", s.Meter.Losses)
	for i, x := range s.Meter.Sums {
		m.Meter.Sums = append(m.Meter.Sums, e.floats("meter", i, "", x))
	}
	m.History.Epochs = s.History.Epoch
	for i, n := range s.History.Names() {
		m.History.Logs = append(m.History.Logs, array{n, e.floats("history", i, n, s.History.Get(n))})
	}
	for i, c := range s.Callbacks {
		cb := callback{Class: c.Class, Values: c.State.Values}
		for k, t := range c.State.Tensors {
			cb.Tensors = append(cb.Tensors, e.tensor(fmt.Sprintf("callbacks/%d", i), k, "", t))
		}
		m.Callbacks = append(m.Callbacks, cb)
	}
	if e.err != nil {
		return e.err
	}
	js, err := json.Marshal(m)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(js)
	for _, x := range []struct{ name, text string }{{manifestName, string(js)}, {digestName, hex.EncodeToString(sum[:])}} {
		w, err := e.z.Create(x.name)
		if err != nil {
			return err
		}
		if err := npy.WriteStrings(w, []int{1}, []string{x.text}); err != nil {
			return err
		}
	}
	return e.z.Close()
}

// decoder reads the members of a checkpoint.
type decoder struct {
	a   *npy.Archive
	m   manifest
	err error
}

// open reads the manifest of an archive of size bytes.
func open(r io.ReaderAt, size int64) (*decoder, error) {
	a, err := npy.OpenArchive(r, size, npy.Limits{MaxBytes: 4 * size, MaxMembers: 1 << 20})
	if err != nil {
		return nil, err
	}
	d := &decoder{a: a}
	js, err := d.text(manifestName)
	if err != nil {
		return nil, err
	}
	digest, err := d.text(digestName)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256([]byte(js)); hex.EncodeToString(sum[:]) != digest {
		return nil, errors.New("the manifest has another SHA-256 than when it was written")
	}
	var v struct {
		Format  string
		Version int
	}
	if err := json.Unmarshal([]byte(js), &v); err != nil {
		return nil, fmt.Errorf("the manifest: %w", err)
	}
	if v.Format != formatName || v.Version != Version {
		return nil, &VersionError{Format: v.Format, Version: v.Version}
	}
	dec := json.NewDecoder(strings.NewReader(js))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d.m); err != nil {
		return nil, fmt.Errorf("the manifest: %w", err)
	}
	return d, nil
}

func (d *decoder) text(name string) (string, error) {
	var s []string
	err := d.a.Read(name, func(r *npy.Reader) (err error) {
		s, err = npy.ReadStrings(r)
		return err
	})
	if err == nil && len(s) != 1 {
		err = fmt.Errorf("%s holds %d strings, want 1", name, len(s))
	}
	if err != nil {
		return "", err
	}
	return s[0], nil
}

// check compares what was read with the SHA-256 of when it was written.
func (d *decoder) check(member string, again func(io.Writer) error) {
	h := sha256.New()
	if d.err = again(h); d.err == nil {
		d.err = d.sum(member, h)
	}
}

func (d *decoder) sum(member string, h hash.Hash) error {
	if got := hex.EncodeToString(h.Sum(nil)); got != d.m.Sums[member] {
		return fmt.Errorf("%s has the SHA-256 %.12s…, it was written with %.12s…", member, got, d.m.Sums[member])
	}
	return nil
}

func (d *decoder) tensor(member string) *tensor.Tensor {
	if d.err != nil {
		return nil
	}
	var t *tensor.Tensor
	d.err = d.a.Read(member, func(r *npy.Reader) error {
		data, err := npy.Read[float32](r)
		if err == nil {
			t = tensor.From(data, r.Shape...)
		}
		return err
	})
	if d.err == nil {
		d.check(member, func(w io.Writer) error { return tensor.WriteNPY(w, t) })
	}
	return t
}

func (d *decoder) floats(member string) []float64 {
	if d.err != nil {
		return nil
	}
	var x []float64
	d.err = d.a.Read(member, func(r *npy.Reader) (err error) {
		x, err = npy.Read[float64](r)
		return err
	})
	if d.err == nil {
		d.check(member, func(w io.Writer) error { return npy.WriteFloat64(w, []int{len(x)}, x) })
	}
	if len(x) == 0 {
		return nil
	}
	return x
}

// read reads a state. Every member is compared with its SHA-256.
func read(r io.ReaderAt, size int64) (*nn.TrainingState, error) {
	d, err := open(r, size)
	if err != nil {
		return nil, err
	}
	m := &d.m
	s := &nn.TrainingState{
		Setup: m.Setup, Data: nn.DataPrint(m.Data), Seed: m.Seed,
		Epoch: m.Epoch, Begun: m.Begun, Batch: m.Batch, Epochs: m.Epochs, Finished: m.Finished, Stopped: m.Stopped,
		Optimizer: nn.OptimizerState{Class: m.Optimizer.Class, Iterations: m.Optimizer.Iterations, Batches: m.Optimizer.Batches, LearningRate: m.Optimizer.LearningRate},
	}
	for _, x := range m.Weights {
		s.Weights = append(s.Weights, nn.NamedTensor{Name: x.Name, Value: d.tensor(x.Member)})
	}
	for _, v := range m.Optimizer.Variables {
		s.Optimizer.Variables = append(s.Optimizer.Variables, nn.OptimizerVariable{Slot: v.Slot, Weight: v.Weight, Value: d.tensor(v.Member)})
	}
	if g := m.Optimizer.Window; g != nil {
		s.Optimizer.Window = &nn.GradientWindow{Batches: g.Batches, Samples: g.Samples, Rows: g.Rows}
		for _, x := range g.Members {
			s.Optimizer.Window.Sums = append(s.Optimizer.Window.Sums, d.tensor(x))
		}
	}
	s.Meter.Samples, s.Meter.Losses = m.Meter.Samples, d.floats(m.Meter.Losses)
	for _, x := range m.Meter.Sums {
		s.Meter.Sums = append(s.Meter.Sums, d.floats(x))
	}
	s.History = d.history()
	for _, c := range m.Callbacks {
		cb := nn.SavedCallback{Class: c.Class, State: nn.CallbackState{Values: bytes.Clone(c.Values)}}
		for _, x := range c.Tensors {
			cb.State.Tensors = append(cb.State.Tensors, d.tensor(x))
		}
		s.Callbacks = append(s.Callbacks, cb)
	}
	if d.err != nil {
		return nil, d.err
	}
	return s, nil
}

func (d *decoder) history() *nn.History {
	var names []string
	values := map[string][]float64{}
	for _, x := range d.m.History.Logs {
		names = append(names, x.Name)
		values[x.Name] = d.floats(x.Member)
	}
	return nn.NewHistory(d.m.History.Epochs, names, values)
}
