package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
)

// An Array is what is written: float32, row-major.
type Array struct {
	Name  string
	Shape []int
	Data  []float32
}

// Write writes arrays in their order, and metadata, which may be nil. Equal
// arrays give equal bytes.
func Write(w io.Writer, arrays []Array, metadata map[string]string) error {
	var head bytes.Buffer
	member := func(key string, v any) error {
		k, err := json.Marshal(key)
		if err != nil {
			return err
		}
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if head.Len() == 0 {
			head.WriteByte('{')
		} else {
			head.WriteByte(',')
		}
		head.Write(k)
		head.WriteByte(':')
		head.Write(b)
		return nil
	}
	if len(metadata) > 0 {
		if err := member("__metadata__", metadata); err != nil {
			return err
		}
	}
	seen, at := map[string]bool{"__metadata__": true}, 0
	for _, a := range arrays {
		n := 1
		for _, d := range a.Shape {
			n *= d
		}
		if n != len(a.Data) {
			return fmt.Errorf("safetensors: %q has shape %v and %d numbers", a.Name, a.Shape, len(a.Data))
		}
		if seen[a.Name] {
			return fmt.Errorf("safetensors: two arrays are called %q", a.Name)
		}
		seen[a.Name] = true
		shape := a.Shape
		if shape == nil {
			shape = []int{}
		}
		if err := member(a.Name, struct {
			Dtype   string `json:"dtype"`
			Shape   []int  `json:"shape"`
			Offsets [2]int `json:"data_offsets"`
		}{"F32", shape, [2]int{at, at + 4*n}}); err != nil {
			return err
		}
		at += 4 * n
	}
	if head.Len() == 0 {
		head.WriteByte('{')
	}
	head.WriteByte('}')
	for head.Len()%8 != 0 { // the numbers begin at a multiple of eight
		head.WriteByte(' ')
	}
	var length [8]byte
	binary.LittleEndian.PutUint64(length[:], uint64(head.Len()))
	if _, err := w.Write(length[:]); err != nil {
		return err
	}
	if _, err := w.Write(head.Bytes()); err != nil {
		return err
	}
	buf := make([]byte, 0, 1<<16)
	for _, a := range arrays {
		for _, v := range a.Data {
			buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v))
			if len(buf) == cap(buf) {
				if _, err := w.Write(buf); err != nil {
					return err
				}
				buf = buf[:0]
			}
		}
	}
	_, err := w.Write(buf)
	return err
}
