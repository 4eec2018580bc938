package tabular

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math"
	"os"
)

// Rows are encoded rows, in memory or in a file that only this program knows.
// A row is what the model reads, then the target, then the weight if there is
// one.
type Rows struct {
	width    int
	weighted bool
	n        int
	data     []float32
	file     *os.File
	w        *bufio.Writer
	buf      []byte
}

func newRows(width int, weighted, large bool) *Rows {
	r := &Rows{width: width, weighted: weighted}
	if large {
		r.buf = make([]byte, 4*width)
	}
	return r
}

// Len is the number of rows.
func (r *Rows) Len() int { return r.n }

func (r *Rows) add(row []float32) error {
	r.n++
	if r.buf == nil {
		r.data = append(r.data, row...)
		return nil
	}
	if r.file == nil {
		var err error
		if r.file, err = os.CreateTemp("", "train-rows-*"); err != nil {
			return fmt.Errorf("a file for encoded rows: %w", err)
		}
		// Where the system allows it the file has no name any more, and is gone
		// with the program, however that ends; elsewhere Close removes it.
		os.Remove(r.file.Name())
		r.w = bufio.NewWriterSize(r.file, 1<<20)
	}
	for i, x := range row {
		binary.LittleEndian.PutUint32(r.buf[4*i:], math.Float32bits(x))
	}
	_, err := r.w.Write(r.buf)
	return err
}

func (r *Rows) flush() error {
	if r.w == nil {
		return nil
	}
	return r.w.Flush()
}

// Close removes the file.
func (r *Rows) Close() {
	if r.file == nil {
		return
	}
	r.file.Close()
	os.Remove(r.file.Name())
	r.file = nil
}

// read reads the rows i, i+1 … into dst; buf is scratch, as long in bytes.
func (r *Rows) read(dst []float32, i int, buf []byte) error {
	if r.buf == nil {
		copy(dst, r.data[i*r.width:])
		return nil
	}
	b := buf[:4*len(dst)]
	if _, err := r.file.ReadAt(b, int64(i)*int64(r.width)*4); err != nil {
		return fmt.Errorf("the file of encoded rows: %w", err)
	}
	for k := range dst {
		dst[k] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*k:]))
	}
	return nil
}
