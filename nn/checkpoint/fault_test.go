package checkpoint

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

// faulty lets the k-th call fail.
type faulty struct {
	disk
	calls, fail int
	err         error // nil: a short write, and no space after
}

func (f *faulty) next() error {
	f.calls++
	if f.calls == f.fail {
		if f.err == nil {
			return syscall.ENOSPC
		}
		return f.err
	}
	return nil
}

func (f *faulty) Rename(a, b string) error {
	if err := f.next(); err != nil {
		return &os.LinkError{Op: "rename", Old: a, New: b, Err: err}
	}
	return f.disk.Rename(a, b)
}

func (f *faulty) SyncDir(dir string) error {
	if err := f.next(); err != nil {
		return &os.PathError{Op: "sync", Path: dir, Err: err}
	}
	return f.disk.SyncDir(dir)
}

func (f *faulty) Remove(path string) error {
	if err := f.next(); err != nil {
		return &os.PathError{Op: "remove", Path: path, Err: err}
	}
	return f.disk.Remove(path)
}

func (f *faulty) Create(path string) (file, error) {
	if err := f.next(); err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	w, err := f.disk.Create(path)
	return &faultyFile{w, f}, err
}

func (f *faulty) Open(path string) (reader, error) {
	if err := f.next(); err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	r, err := f.disk.Open(path)
	return &faultyReader{r, f}, err
}

type faultyFile struct {
	file
	f *faulty
}

func (w *faultyFile) Write(b []byte) (int, error) {
	if err := w.f.next(); err != nil {
		n := 0
		if w.f.err == nil {
			n, _ = w.file.Write(b[:len(b)/2])
		}
		return n, err
	}
	return w.file.Write(b)
}

func (w *faultyFile) Sync() error { return errors.Join(w.f.next(), w.file.Sync()) }

func (w *faultyFile) Close() error { return errors.Join(w.f.next(), w.file.Close()) }

type faultyReader struct {
	reader
	f *faulty
}

func (r *faultyReader) ReadAt(b []byte, off int64) (int, error) {
	if err := r.f.next(); err != nil {
		return 0, err
	}
	return r.reader.ReadAt(b, off)
}

func someState(batches uint64) *nn.TrainingState {
	w := tensor.New(3, 2)
	for i := range w.Data() {
		w.Data()[i] = float32(i) + float32(batches)
	}
	return &nn.TrainingState{
		Setup:     []string{"layer dense"},
		Weights:   []nn.NamedTensor{{Name: "dense/kernel", Value: w}, {Name: "../odd", Value: tensor.New(1)}},
		Optimizer: nn.OptimizerState{Class: "Adam", Batches: batches, LearningRate: 0.1, Variables: []nn.OptimizerVariable{{Slot: "m", Weight: "dense/kernel", Value: w}}},
		Meter:     nn.MeterState{Samples: 4, Losses: []float64{1.25}, Sums: [][]float64{{1, 2}}},
		History:   nn.NewHistory([]int{0}, []string{"loss"}, map[string][]float64{"loss": {0.5}}),
	}
}

// Whatever call fails, however: the checkpoint before is there and is read, the
// error says what failed, and after the next start nothing half written is left.
func TestFaults(t *testing.T) {
	for name, err := range map[string]error{"ENOSPC": syscall.ENOSPC, "EIO": syscall.EIO, "short write": nil} {
		tried := 0
		for k := 1; ; k++ {
			dir := t.TempDir()
			good := &series{fs: disk{}, dir: dir}
			if err := good.add(someState(1), 0); err != nil {
				t.Fatal(err)
			}
			f := &faulty{fail: k, err: err}
			s := &series{fs: f, dir: dir, have: good.have}
			got := s.add(someState(2), 0)
			if f.calls < k {
				break // all calls were tried
			}
			tried++
			want := err
			if want == nil {
				want = syscall.ENOSPC
			}
			// Close and Remove after another failure may fail unseen.
			if got == nil || !errors.Is(got, want) || !strings.Contains(got.Error(), "checkpoint-000002.npz") {
				t.Errorf("%s at call %d: got %v", name, k, got)
			}
			d := &Dir{Path: dir}
			st, err := d.Begin(t.Context(), 9, func(err error) { t.Errorf("%s at call %d: %v", name, k, err) })
			if err != nil || st == nil || st.Optimizer.Batches < 1 {
				t.Fatalf("%s at call %d: %v", name, k, err)
			}
			d.End(nil)
			for _, n := range must(os.ReadDir(dir)) {
				if !named.MatchString(n.Name()) {
					t.Errorf("%s at call %d: %s is left over", name, k, n.Name())
				}
			}
		}
		if tried < 8 {
			t.Errorf("%s: only %d calls", name, tried)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// A file that was cut short anywhere, or of which any one bit has changed, is
// refused, or holds the very state.
func TestDamage(t *testing.T) {
	var b bytes.Buffer
	if err := write(&b, someState(7)); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	for n := 0; n < len(whole); n += 13 {
		if _, err := read(bytes.NewReader(whole[:n]), int64(n)); err == nil {
			t.Fatalf("%d of %d bytes are read", n, len(whole))
		}
	}
	again := func(s *nn.TrainingState) []byte {
		var b bytes.Buffer
		if err := write(&b, s); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for i := range whole {
		bad := bytes.Clone(whole)
		bad[i] ^= 1 << (i % 8)
		if s, err := read(bytes.NewReader(bad), int64(len(bad))); err == nil && !bytes.Equal(again(s), whole) {
			t.Fatalf("bit %d of byte %d: another state is read", i%8, i)
		}
	}
}

// A damaged newest checkpoint gives way to the one before, which is said.
func TestFallBack(t *testing.T) {
	dir := t.TempDir()
	s := &series{fs: disk{}, dir: dir}
	for i := range 3 {
		if err := s.add(someState(uint64(i+1)), 0); err != nil {
			t.Fatal(err)
		}
	}
	last := filepath.Join(dir, "checkpoint-000003.npz")
	if err := os.Truncate(last, 300); err != nil {
		t.Fatal(err)
	}
	var warned []error
	d := &Dir{Path: dir}
	st, err := d.Begin(t.Context(), 9, func(err error) { warned = append(warned, err) })
	if err != nil || st.Optimizer.Batches != 2 {
		t.Fatalf("%v, %v", st, err)
	}
	var damaged *DamagedError
	if len(warned) != 1 || !errors.As(warned[0], &damaged) || damaged.Path != last || !strings.Contains(damaged.Before, "000002") {
		t.Errorf("warned: %v", warned)
	}
	if err := d.End(someState(4)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(last); err == nil {
		t.Error("the damaged one stays for ever")
	}
	for _, n := range []string{"1", "2", "4"} {
		os.Truncate(filepath.Join(dir, "checkpoint-00000"+n+".npz"), 10)
	}
	if _, err := d.Begin(t.Context(), 9, nil); err == nil || !strings.Contains(err.Error(), "no checkpoint in") {
		t.Errorf("got %v", err)
	}
}

var _ io.Writer = (*faultyFile)(nil)

// TestProve: a file that is not what was written is not named.
func TestProve(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c")
	sums, err := (&series{fs: disk{}}).fill(path, fewMegabytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := prove(disk{}, path, sums); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{0, pieceBytes - 1, pieceBytes, len(good) / 2, len(good) - 1} {
		bad := bytes.Clone(good)
		bad[at] ^= 1
		os.WriteFile(path, bad, 0o644)
		if err := prove(disk{}, path, sums); err == nil || !strings.Contains(err.Error(), "are not those that were written") {
			t.Errorf("byte %d: %v", at, err)
		}
	}
	os.WriteFile(path, good[:len(good)-1], 0o644)
	if err := prove(disk{}, path, sums); err == nil || !strings.Contains(err.Error(), "were written") {
		t.Error(err)
	}
}

// fewMegabytes is a state of some pieces.
func fewMegabytes() *nn.TrainingState {
	return &nn.TrainingState{History: &nn.History{}, Weights: []nn.NamedTensor{{Name: "a", Value: tensor.New(700_000)}}}
}
