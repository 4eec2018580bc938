// Package safetensors reads and writes files of named arrays in the safetensors
// format: eight bytes for the length of a header, the header in JSON, the
// numbers. It trusts no length and no offset, and reads single arrays.
package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// What a header may hold.
const (
	maxHeader  = 16 << 20 // bytes
	maxEntries = 65_536
	maxRank    = 32
)

// A File is an open safetensors file.
type File struct {
	r        io.ReaderAt
	start    int64 // of the numbers
	names    []string
	entries  map[string]entry
	metadata map[string]string
}

type entry struct {
	dtype  string
	shape  []int
	lo, hi int64
}

// sizes are the bytes of the kinds of numbers.
var sizes = map[string]int64{"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U64": 8, "U32": 4, "U16": 2, "U8": 1, "BOOL": 1}

// Open reads the header of a file of the given size. Every array must lie in
// the file, without gaps and overlaps.
func Open(r io.ReaderAt, size int64) (*File, error) {
	var head [8]byte
	if size < 8 {
		return nil, fmt.Errorf("safetensors: the file has %d bytes, less than the 8 of its first number", size)
	}
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	n := binary.LittleEndian.Uint64(head[:])
	if n > uint64(size-8) {
		return nil, fmt.Errorf("safetensors: the header is said to have %d bytes, but the file has %d", n, size)
	}
	if n > maxHeader {
		return nil, fmt.Errorf("safetensors: the header has %d bytes, more than %d", n, maxHeader)
	}
	text := make([]byte, n)
	if _, err := r.ReadAt(text, 8); err != nil {
		return nil, fmt.Errorf("safetensors: header: %w", err)
	}
	f := &File{r: r, start: 8 + int64(n), entries: map[string]entry{}}
	if err := f.parse(text, size-8-int64(n)); err != nil {
		return nil, fmt.Errorf("safetensors: header: %w", err)
	}
	return f, nil
}

// parse reads the header token by token, so that a name that is there twice is
// seen.
func (f *File) parse(text []byte, room int64) error {
	if len(text) == 0 || text[0] != '{' {
		return errors.New("it is no JSON object")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		name := t.(string) // the decoder has no other keys
		if name == "__metadata__" {
			if f.metadata != nil {
				return errors.New("__metadata__ is there twice")
			}
			if err := d.Decode(&f.metadata); err != nil {
				return fmt.Errorf("__metadata__: %w", err)
			}
			continue
		}
		var e struct {
			Dtype   string   `json:"dtype"`
			Shape   []int64  `json:"shape"`
			Offsets [2]int64 `json:"data_offsets"`
		}
		if err := d.Decode(&e); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		if _, there := f.entries[name]; there {
			return fmt.Errorf("%q is there twice", name)
		}
		if len(f.names) == maxEntries {
			return fmt.Errorf("more than %d arrays", maxEntries)
		}
		in, err := newEntry(e.Dtype, e.Shape, e.Offsets[0], e.Offsets[1], room)
		if err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		f.names, f.entries[name] = append(f.names, name), in
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	if rest := bytes.TrimRight(text[d.InputOffset():], " "); len(rest) > 0 {
		return errors.New("something follows the JSON object")
	}
	return f.tiled(room)
}

func newEntry(dtype string, shape []int64, lo, hi, room int64) (entry, error) {
	size, ok := sizes[dtype]
	if !ok {
		return entry{}, fmt.Errorf("dtype %q is not known", dtype)
	}
	if len(shape) > maxRank {
		return entry{}, fmt.Errorf("rank %d is more than %d", len(shape), maxRank)
	}
	if lo < 0 || hi < lo || hi > room {
		return entry{}, fmt.Errorf("bytes [%d, %d) of %d that the file has", lo, hi, room)
	}
	e := entry{dtype: dtype, shape: make([]int, len(shape)), lo: lo, hi: hi}
	for i, d := range shape {
		if d < 0 || d > math.MaxInt32 {
			return entry{}, fmt.Errorf("axis %d has size %d", i, d)
		}
		e.shape[i] = int(d)
		if d > 0 && size > math.MaxInt64/d {
			return entry{}, fmt.Errorf("shape %v is too large", shape)
		}
		size *= d
	}
	if size != hi-lo {
		return entry{}, fmt.Errorf("shape %v of %s needs %d bytes, but has %d", shape, dtype, size, hi-lo)
	}
	return e, nil
}

// tiled checks that the arrays lie one behind another.
func (f *File) tiled(room int64) error {
	order := slices.Clone(f.names)
	slices.SortStableFunc(order, func(a, b string) int {
		x, y := f.entries[a], f.entries[b]
		if x.lo != y.lo {
			return int(min(1, max(-1, x.lo-y.lo)))
		}
		return int(min(1, max(-1, x.hi-y.hi)))
	})
	at := int64(0)
	for _, n := range order {
		if e := f.entries[n]; e.lo != at {
			return fmt.Errorf("%q begins at byte %d; the array before it ends at %d", n, e.lo, at)
		}
		at = f.entries[n].hi
	}
	if at != room {
		return fmt.Errorf("the arrays end at byte %d of %d", at, room)
	}
	return nil
}

// Names returns the names of the arrays in the order of the header.
func (f *File) Names() []string { return f.names }

// Metadata returns the words that the file carries; nil for none.
func (f *File) Metadata() map[string]string { return f.metadata }

// Info returns the kind of numbers of an array, such as F32, and its shape.
func (f *File) Info(name string) (dtype string, shape []int, ok bool) {
	e, ok := f.entries[name]
	return e.dtype, e.shape, ok
}

// Floats reads an array. Numbers of other kinds are rounded to float32.
func (f *File) Floats(name string) ([]float32, []int, error) {
	e, ok := f.entries[name]
	if !ok {
		return nil, nil, fmt.Errorf("safetensors: there is no array %q", name)
	}
	out := make([]float32, (e.hi-e.lo)/sizes[e.dtype])
	return out, e.shape, f.ReadFloats(name, out)
}

// pieceBytes is how much of an array is read at once.
const pieceBytes = 1 << 18

// ReadFloats is [File.Floats] into dst, which has room for exactly the elements.
func (f *File) ReadFloats(name string, dst []float32) error {
	e, ok := f.entries[name]
	if !ok {
		return fmt.Errorf("safetensors: there is no array %q", name)
	}
	size := sizes[e.dtype]
	if n := (e.hi - e.lo) / size; int64(len(dst)) != n {
		return fmt.Errorf("safetensors: %q has %d elements; want %d", name, n, len(dst))
	}
	piece := make([]byte, min(pieceBytes, e.hi-e.lo))
	for at := e.lo; at < e.hi; at += pieceBytes {
		b := piece[:min(pieceBytes, e.hi-at)]
		if _, err := f.r.ReadAt(b, f.start+at); err != nil {
			return fmt.Errorf("safetensors: %q: %w", name, err)
		}
		for i := range int64(len(b)) / size {
			dst[i] = number(e.dtype, b[i*size:][:size])
		}
		dst = dst[int64(len(b))/size:]
	}
	return nil
}

// number reads one number.
func number(dtype string, b []byte) float32 {
	le := binary.LittleEndian
	switch dtype {
	case "F32":
		return math.Float32frombits(le.Uint32(b))
	case "F64":
		return float32(math.Float64frombits(le.Uint64(b)))
	case "BF16":
		return math.Float32frombits(uint32(le.Uint16(b)) << 16)
	case "F16":
		return half(le.Uint16(b))
	case "I64":
		return float32(int64(le.Uint64(b)))
	case "I32":
		return float32(int32(le.Uint32(b)))
	case "I16":
		return float32(int16(le.Uint16(b)))
	case "I8":
		return float32(int8(b[0]))
	case "U64":
		return float32(le.Uint64(b))
	case "U32":
		return float32(le.Uint32(b))
	case "U16":
		return float32(le.Uint16(b))
	}
	return float32(b[0]) // U8, BOOL
}

// half widens an IEEE 754 number of 16 bits.
func half(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, int(h>>10&31), uint32(h&1023)
	switch exp {
	case 0: // zero and subnormal numbers: units of 2⁻²⁴
		v := float32(frac) / (1 << 24)
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31:
		return math.Float32frombits(sign | 255<<23 | frac<<13)
	}
	return math.Float32frombits(sign | uint32(exp+112)<<23 | frac<<13)
}
