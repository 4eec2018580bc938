package sequence

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"sync"

	"github.com/antler-ml/antler/internal/par"
	"github.com/antler-ml/antler/tensor"
)

// A Side is an end of a sequence.
type Side string

// The sides of a sequence. The empty Side is Pre, as in Keras.
const (
	Pre  Side = "pre"  // the beginning
	Post Side = "post" // the end
)

// PadConfig says how sequences get one length. Note the defaults, which are
// Keras': padding is put before a sequence, and one that is too long loses its
// beginning and keeps its end.
type PadConfig struct {
	MaxLen     int     // length of every row; 0 = that of the longest sequence
	Padding    Side    // where Value is put; default Pre
	Truncating Side    // which end is cut off; default Pre
	Value      float32 // what short sequences are filled up with; default 0
}

// A Number is what a sequence can be made of.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr | ~float32 | ~float64
}

// Pad returns the sequences as the rows of a tensor [sequences, MaxLen]. Each
// is first cut to MaxLen, then padded; an empty one becomes a row of Value.
// The sequences are not changed.
//
// It is an error if a side is unknown, if MaxLen is negative, if there is
// neither a MaxLen nor a sequence to take the length from, and if a whole
// number has no float32 (only some above 2^24 do); see [PadSlices] for other
// element types.
//
// Keras: pad_sequences, with dtype="float32"
func Pad[T Number](sequences [][]T, c PadConfig) (*tensor.Tensor, error) {
	length, err := c.resolve(len(sequences), func(i int) int { return len(sequences[i]) })
	if err != nil {
		return nil, err
	}
	x := tensor.New(len(sequences), length)
	data := x.Data()
	var mu sync.Mutex
	first := len(sequences) // that is wrong
	eachRow(len(sequences), length, func(i int) bool {
		var bad error
		if bad = padRow(data[i*length:(i+1)*length], sequences[i], i, c); bad != nil {
			mu.Lock()
			defer mu.Unlock()
			if i < first {
				first, err = i, bad
			}
		}
		return bad == nil
	})
	if err != nil {
		return nil, err
	}
	return x, nil
}

// eachRow calls do for the rows of a table, on all cores when it is large.
func eachRow(rows, length int, do func(i int) bool) {
	const cells = 1 << 15 // enough to share out
	par.For(rows, 1+cells/max(length, 1), func(lo, hi int) {
		for i := lo; i < hi && do(i); i++ {
		}
	})
}

// padRow puts sequence i into its row, which holds zeros.
func padRow[T Number](row []float32, sequence []T, i int, c PadConfig) error {
	from, at, n := c.place(len(sequence), len(row))
	if math.Float32bits(c.Value) != 0 {
		fill(row[:at], c.Value)
		fill(row[at+n:], c.Value)
	}
	dst := row[at : at+n]
	sequence = sequence[from : from+n]
	inexact := false
	switch s := any(sequence).(type) {
	case []int: // what a Tokenizer makes
		inexact = convert(dst, s)
	case []int32:
		inexact = convert(dst, s)
	default:
		one := T(1)
		whole := one/2 == 0
		for k, v := range sequence {
			dst[k] = float32(v)
			inexact = inexact || whole && (dst[k] >= 1<<24 || dst[k] <= -1<<24)
		}
	}
	if inexact {
		for _, v := range sequence {
			if !exact(v) {
				return fmt.Errorf("sequence: sequence %d holds %v, which a float32 cannot hold exactly: keep it as a whole number with PadSlices", i, v)
			}
		}
	}
	return nil
}

// convert is the fast way for the usual types. It reports whether one of the
// numbers may have no float32: it is negative or has more than 24 bits.
func convert[T int | int32](dst []float32, s []T) bool {
	var bits T
	k := 0
	for ; k+4 <= len(s) && k+4 <= len(dst); k += 4 {
		a, b := s[k:k+4:k+4], dst[k:k+4:k+4]
		b[0], b[1], b[2], b[3] = float32(a[0]), float32(a[1]), float32(a[2]), float32(a[3])
		bits |= a[0] | a[1] | a[2] | a[3]
	}
	for ; k < len(s); k++ {
		dst[k] = float32(s[k])
		bits |= s[k]
	}
	return bits>>24 != 0
}

// PadRow makes a row of one sequence: dst, as long as rows shall be, gets what
// [PadSlices] would give it with MaxLen len(dst). It is for rows that are
// written one after the other. It panics if a side is unknown.
func PadRow[E any](dst, sequence []E, value E, c PadConfig) {
	if err := c.sides(); err != nil {
		panic(err)
	}
	from, at, n := c.place(len(sequence), len(dst))
	fill(dst[:at], value)
	copy(dst[at:], sequence[from:from+n])
	fill(dst[at+n:], value)
}

// exact reports whether a whole number survives the way to float32 and back.
func exact[T Number](v T) bool {
	f := float64(float32(v))
	if v < 0 {
		return f >= math.MinInt64 && int64(f) == int64(v)
	}
	return f < 1<<64 && uint64(f) == uint64(v)
}

// PadSlices is [Pad] for elements of any type: numbers that must stay whole,
// strings, or, where a sequence has rows, arrays such as [3]float32. The rows
// of the result share one allocation. value takes the place of c.Value.
//
// Keras: pad_sequences, with any dtype
func PadSlices[E any](sequences [][]E, value E, c PadConfig) ([][]E, error) {
	length, err := c.resolve(len(sequences), func(i int) int { return len(sequences[i]) })
	if err != nil {
		return nil, err
	}
	data := make([]E, len(sequences)*length)
	rows := make([][]E, len(sequences))
	isZero := reflect.ValueOf(&value).Elem().IsZero()
	eachRow(len(sequences), length, func(i int) bool {
		s := sequences[i]
		row := data[i*length : (i+1)*length : (i+1)*length]
		from, at, n := c.place(len(s), length)
		copy(row[at:], s[from:from+n])
		if !isZero {
			fill(row[:at], value)
			fill(row[at+n:], value)
		}
		rows[i] = row
		return true
	})
	return rows, nil
}

// PadTensors is [Pad] for sequences of rows: each tensor is [length, …], and
// the result [sequences, MaxLen, …]. The trailing shape is that of the first
// sequence that is not empty; the others must agree.
//
// Keras: pad_sequences, with dtype="float32"
func PadTensors(sequences []*tensor.Tensor, c PadConfig) (*tensor.Tensor, error) {
	var trailing []int
	for i, s := range sequences {
		if s.Rank() == 0 {
			return nil, fmt.Errorf("sequence: sequence %d is a scalar: want a tensor [length, …]", i)
		}
		if trailing == nil && s.Shape()[0] > 0 {
			trailing = append([]int{}, s.Shape()[1:]...)
		}
	}
	length, err := c.resolve(len(sequences), func(i int) int { return sequences[i].Shape()[0] })
	if err != nil {
		return nil, err
	}
	x := tensor.New(append([]int{len(sequences), length}, trailing...)...)
	data := x.Data()
	size := 1
	for _, d := range trailing {
		size *= d
	}
	for i, s := range sequences {
		shape := s.Shape()
		from, at, n := c.place(shape[0], length)
		row := data[i*length*size : (i+1)*length*size]
		fill(row[:at*size], c.Value)
		fill(row[(at+n)*size:], c.Value)
		if shape[0] == 0 {
			continue
		}
		if !slices.Equal(shape[1:], trailing) {
			return nil, fmt.Errorf("sequence: the rows of sequence %d have shape %v, those of the sequences before it %v: they must agree", i, shape[1:], trailing)
		}
		copy(row[at*size:(at+n)*size], s.Data()[from*size:])
	}
	return x, nil
}

// resolve checks the settings and returns the length of the rows.
func (c PadConfig) resolve(n int, length func(i int) int) (int, error) {
	if err := c.sides(); err != nil {
		return 0, err
	}
	if c.MaxLen < 0 {
		return 0, fmt.Errorf("sequence: MaxLen is %d: want a length, or 0 for that of the longest sequence", c.MaxLen)
	}
	if c.MaxLen > 0 {
		return c.MaxLen, nil
	}
	if n == 0 {
		return 0, fmt.Errorf("sequence: no sequences to take the length from: set MaxLen")
	}
	longest := 0
	for i := range n {
		longest = max(longest, length(i))
	}
	return longest, nil
}

func (c PadConfig) sides() error {
	if err := check("Padding", c.Padding); err != nil {
		return err
	}
	return check("Truncating", c.Truncating)
}

func check(field string, s Side) error {
	switch s {
	case "", Pre, Post:
		return nil
	}
	return fmt.Errorf("sequence: %s is %q: want %q or %q", field, s, Pre, Post)
}

// place says that elements [from, from+n) of a sequence go to [at, at+n) of its row.
func (c PadConfig) place(length, row int) (from, at, n int) {
	n = min(length, row)
	if c.Truncating != Post {
		from = length - n
	}
	if c.Padding != Post {
		at = row - n
	}
	return from, at, n
}

// fill sets all elements: some, and then twice as many by a copy, and so on.
func fill[E any](s []E, v E) {
	for i := range s[:min(len(s), 16)] {
		s[i] = v
	}
	for n := 16; n < len(s); n *= 2 {
		copy(s[n:], s[:n])
	}
}
