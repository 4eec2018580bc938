package sequence

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/tensor"
)

type padCase struct {
	Name                string
	Sequences           json.RawMessage
	MaxLen              *int
	Padding, Truncating Side
	Value               float32
	Shape               []int
	Data                []float32
	Error               string
}

// Expected values come from testdata/tools/text_pad.py.
func TestPadKeras(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "testdata", "keras", "text", "pad.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []padCase
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 800 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		config := PadConfig{Padding: c.Padding, Truncating: c.Truncating, Value: c.Value}
		if c.MaxLen != nil {
			config.MaxLen = *c.MaxLen
		}
		var x *tensor.Tensor
		var flat [][]float32
		if json.Unmarshal(c.Sequences, &flat) == nil {
			x, err = Pad(flat, config)
			checkSlices(t, flat, config, x, err)
		} else {
			x, err = PadTensors(tensors(t, c.Sequences), config)
		}
		// Keras notices an unknown side only when a sequence that is not empty gets there.
		lenient := c.Padding == "middle" || c.Truncating == "middle"
		if c.Error != "" || lenient {
			if err == nil || !strings.HasPrefix(err.Error(), "sequence: ") {
				t.Errorf("%s %+v: want an error like %q, got %v", c.Name, config, c.Error, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s %+v: %v", c.Name, config, err)
			continue
		}
		if !slices.Equal(x.Shape(), c.Shape) || !slices.Equal(x.Data(), c.Data) {
			t.Errorf("%s %+v:\n got %v %v\nwant %v %v", c.Name, config, x.Shape(), x.Data(), c.Shape, c.Data)
		}
	}
}

func checkSlices(t *testing.T, flat [][]float32, c PadConfig, x *tensor.Tensor, err error) {
	t.Helper()
	rows, err2 := PadSlices(flat, c.Value, c)
	if (err == nil) != (err2 == nil) {
		t.Fatalf("Pad: %v, PadSlices: %v", err, err2)
	}
	if err == nil && !slices.Equal(slices.Concat(rows...), x.Data()) {
		t.Errorf("PadSlices: got %v, Pad gives %v", rows, x.Data())
	}
}

// tensors makes [length, …] tensors of nested lists.
func tensors(t *testing.T, raw json.RawMessage) []*tensor.Tensor {
	t.Helper()
	var list []any
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	var out []*tensor.Tensor
	for _, item := range list {
		var data []float32
		var shape []int
		var walk func(v any, depth int)
		walk = func(v any, depth int) {
			l, ok := v.([]any)
			if !ok {
				data = append(data, float32(v.(float64)))
				return
			}
			if depth == len(shape) {
				shape = append(shape, len(l))
			}
			for _, e := range l {
				walk(e, depth+1)
			}
		}
		walk(item, 0)
		out = append(out, tensor.From(data, shape...))
	}
	return out
}

func TestPadErrors(t *testing.T) {
	for want, f := range map[string]func() error{
		`Padding is "left": want "pre" or "post"`:    func() error { _, err := Pad([][]int{}, PadConfig{MaxLen: 1, Padding: "left"}); return err },
		`Truncating is "left": want "pre" or "post"`: func() error { _, err := Pad([][]int{}, PadConfig{MaxLen: 1, Truncating: "left"}); return err },
		"MaxLen is -1":                         func() error { _, err := Pad([][]int{{1}}, PadConfig{MaxLen: -1}); return err },
		"no sequences to take the length from": func() error { _, err := PadSlices([][]string{}, "", PadConfig{}); return err },
		"sequence 1 is a scalar": func() error {
			_, err := PadTensors([]*tensor.Tensor{tensor.New(1), tensor.New()}, PadConfig{})
			return err
		},
		"rows of sequence 1 have shape [3], those of": func() error {
			_, err := PadTensors([]*tensor.Tensor{tensor.New(1, 2), tensor.New(1, 3)}, PadConfig{})
			return err
		},
		"sequence 1 holds 16777217, which":        func() error { _, err := Pad([][]int{{1 << 24}, {1<<24 + 1}}, PadConfig{}); return err },
		"sequence 0 holds -16777217, which":       func() error { _, err := Pad([][]int32{{-1<<24 - 1}}, PadConfig{}); return err },
		"sequence 0 holds 18446744073709551615, ": func() error { _, err := Pad([][]uint64{{math.MaxUint64}}, PadConfig{}); return err },
		"sequence 0 holds 9223372036854775807, ":  func() error { _, err := Pad([][]int64{{math.MaxInt64}}, PadConfig{}); return err },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestPadTypes(t *testing.T) {
	for _, err := range []error{
		padsTo(t, []uint8{255, 0}, 255, 0), padsTo(t, []int64{math.MinInt64}, math.MinInt64),
		padsTo(t, []uint64{1 << 63}, 1<<63), padsTo(t, []float64{0.1, math.Inf(1)}, float32(0.1), float32(math.Inf(1))),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	// Rows and strings through the element type; unlike Pad, whole numbers of any size.
	rows, err := PadSlices([][][2]int{{{1, 2}}, {{3, 4}, {5, 6}}}, [2]int{-1, -1}, PadConfig{})
	if want := [][][2]int{{{-1, -1}, {1, 2}}, {{3, 4}, {5, 6}}}; err != nil || !reflect.DeepEqual(rows, want) {
		t.Errorf("got %v, %v", rows, err)
	}
	words, err := PadSlices([][]string{{"a", "b", "c"}, {}}, "<pad>", PadConfig{MaxLen: 2, Truncating: Post})
	if want := [][]string{{"a", "b"}, {"<pad>", "<pad>"}}; err != nil || !reflect.DeepEqual(words, want) {
		t.Errorf("got %v, %v", words, err)
	}
	if rows[0] = append(rows[0], [2]int{9, 9}); rows[1][0] != [2]int{3, 4} {
		t.Error("appending to a row changed the next one")
	}
}

func padsTo[T Number](t *testing.T, s []T, want ...float32) error {
	t.Helper()
	x, err := Pad([][]T{s}, PadConfig{})
	if err == nil && !slices.Equal(x.Data(), want) {
		t.Errorf("got %v, want %v", x.Data(), want)
	}
	return err
}

func TestPadLeavesInputs(t *testing.T) {
	in := [][]int{{1, 2, 3}, {4}}
	if _, err := Pad(in, PadConfig{MaxLen: 2, Value: 7}); err != nil {
		t.Fatal(err)
	}
	if want := [][]int{{1, 2, 3}, {4}}; !reflect.DeepEqual(in, want) {
		t.Errorf("the sequences became %v", in)
	}
}

// Every whole number that has no float32 is refused, and no other.
func TestPadIsExact(t *testing.T) {
	for shift := range 63 {
		for d := -2; d <= 2; d++ {
			for _, v := range []int{1<<shift + d, -(1 << shift) + d} {
				exact := new(big.Int).SetInt64(int64(v))
				back, accuracy := new(big.Float).SetFloat64(float64(float32(v))).Int(nil)
				want := accuracy == big.Exact && back.Cmp(exact) == 0
				for _, n := range []int{1, 6} { // both loops of convert
					row := make([]int, n)
					row[0] = v
					if _, err := Pad([][]int{row}, PadConfig{}); (err == nil) != want {
						t.Errorf("Pad of %d: error %v", v, err)
					}
				}
				if _, err := Pad([][]int64{{int64(v)}}, PadConfig{}); (err == nil) != want {
					t.Errorf("Pad of int64 %d: error %v", v, err)
				}
				if v == int(int32(v)) {
					if _, err := Pad([][]int32{{int32(v)}}, PadConfig{}); (err == nil) != want {
						t.Errorf("Pad of int32 %d: error %v", v, err)
					}
				}
			}
		}
	}
}

// The first sequence that is wrong is named, whoever finds it.
func TestPadNamesTheFirst(t *testing.T) {
	x := make([][]int, 30000)
	for i := range x {
		x[i] = []int{1, 2, 3}
	}
	for _, bad := range []int{29999, 20000, 11} {
		x[bad] = []int{1<<24 + 1}
		if _, err := Pad(x, PadConfig{MaxLen: 4}); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("sequence %d holds 16777217", bad)) {
			t.Errorf("got %v", err)
		}
	}
}

// Large tables are those of small ones, put together.
func TestPadLarge(t *testing.T) {
	x := ragged[int]()
	for _, c := range []PadConfig{{MaxLen: 80}, {MaxLen: 50, Padding: Post, Truncating: Post, Value: -7}, {MaxLen: 300, Value: float32(math.Copysign(0, -1))}} {
		all, err := Pad(x, c)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := PadSlices(x, int(c.Value), c)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range x {
			one, err := Pad([][]int{s}, c)
			if err != nil {
				t.Fatal(err)
			}
			for k, want := range one.Data() {
				if got := all.Data()[i*c.MaxLen+k]; math.Float32bits(got) != math.Float32bits(want) || float32(whole[i][k]) != want {
					t.Fatalf("%+v: row %d, place %d: %v and %d, want %v", c, i, k, got, whole[i][k], want)
				}
			}
			row := make([]int, c.MaxLen)
			if PadRow(row, s, int(c.Value), c); !slices.Equal(row, whole[i]) {
				t.Fatalf("%+v: PadRow gives %v, PadSlices %v", c, row, whole[i])
			}
		}
	}
}
