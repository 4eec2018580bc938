package hdf5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"

	"github.com/klauspost/compress/zlib"
)

// dataset describes an array and gives it a place.
func (l *layouter) dataset(h *headerWriter, a *Array) error {
	typ, size := typeFloat32, 4
	switch {
	case a.Ints != nil:
		typ, size = typeInt64, 8
	case a.Bytes != nil:
		typ, size = typeByte, 1
	}
	count := a.count()
	h.add(msgDataspace, 0, dims(a.Shape))
	h.add(msgDatatype, 1, typ)
	h.add(msgFill, 0, []byte{3, 0x0a})
	total := int64(count) * int64(size)
	if a.Deflate > 0 && len(a.Shape) > 0 && count > 0 {
		return l.chunks(h, a, size)
	}
	addr := undefined
	if a.stored = total; total > 0 {
		addr = l.put(total, part{data: a})
	}
	b := binary.LittleEndian.AppendUint64([]byte{3, contiguous}, uint64(addr))
	h.add(msgLayout, 0, binary.LittleEndian.AppendUint64(b, uint64(total)))
	return nil
}

// Chunks are cut along the first axis, and not into more than one node of the
// index holds.
const (
	nodeChunks = 64
	chunkBytes = 1 << 18
)

func (l *layouter) chunks(h *headerWriter, a *Array, size int) error {
	row := a.count() / a.Shape[0]
	rows := max(1, chunkBytes/(row*size), (a.Shape[0]+nodeChunks-1)/nodeChunks)
	rows = min(rows, a.Shape[0])
	if int64(rows*row*size) >= 1<<32 {
		return errors.New("too large to compress")
	}
	shape := append([]int{rows}, a.Shape[1:]...)
	rank := len(shape)
	key := func(b []byte, stored, row int) []byte {
		b = binary.LittleEndian.AppendUint32(b, uint32(stored))
		b = binary.LittleEndian.AppendUint32(b, 0)
		b = binary.LittleEndian.AppendUint64(b, uint64(row))
		return append(b, make([]byte, 8*rank)...)
	}
	n := (a.Shape[0] + rows - 1) / rows
	tree := append([]byte("TREE"), 1, 0, byte(n), 0)
	tree = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(tree, math.MaxUint64), math.MaxUint64)
	for i := range n {
		var raw bytes.Buffer
		part0 := i * rows * row
		a.encode(&raw, part0, min(part0+rows*row, a.count()))
		raw.Write(make([]byte, rows*row*size-raw.Len())) // the last chunk is as long as the others
		var packed bytes.Buffer
		z, err := zlib.NewWriterLevel(&packed, a.Deflate)
		if err == nil {
			_, err = z.Write(raw.Bytes())
		}
		if err == nil {
			err = z.Close()
		}
		if err != nil {
			return err
		}
		addr := l.put(int64(packed.Len()), part{b: packed.Bytes()})
		tree = key(tree, packed.Len(), i*rows)
		tree = binary.LittleEndian.AppendUint64(tree, uint64(addr))
	}
	tree = key(tree, 0, n*rows)
	whole := 24 + nodeChunks*(8+16+8*rank) + 16 + 8*rank
	tree = append(tree, make([]byte, whole-len(tree))...)
	addr := l.put(int64(len(tree)), part{b: tree})
	b := binary.LittleEndian.AppendUint64([]byte{3, chunked, byte(rank + 1)}, uint64(addr))
	for _, s := range append(shape, size) {
		b = binary.LittleEndian.AppendUint32(b, uint32(s))
	}
	h.add(msgLayout, 0, b)
	filter := []byte{1, 1, 0, 0, 0, 0, 0, 0, deflate, 0, 8, 0, 1, 0, 1, 0}
	filter = append(filter, "deflate\x00"...)
	h.add(msgFilters, 0, append(filter, byte(a.Deflate), 0, 0, 0, 0, 0, 0, 0))
	return nil
}

// encode writes some elements, low bytes first.
func (a *Array) encode(w io.Writer, first, end int) error {
	if a.Bytes != nil {
		_, err := w.Write(a.Bytes[first:end])
		return err
	}
	if a.Floats != nil && littleEndian {
		return writeAll(w, bytesOf32(a.Floats[first:end]))
	}
	buf := make([]byte, 0, 1<<18)
	for first < end {
		buf = buf[:0]
		n := min(end-first, cap(buf)/8)
		if a.Ints != nil {
			for _, v := range a.Ints[first : first+n] {
				buf = binary.LittleEndian.AppendUint64(buf, uint64(v))
			}
		} else {
			buf = buf[:4*n]
			for i, v := range a.Floats[first : first+n] {
				binary.LittleEndian.PutUint32(buf[4*i:], math.Float32bits(v))
			}
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
		first += n
	}
	return nil
}

// writeAll writes in pieces, so that who stands behind w can begin.
func writeAll(w io.Writer, b []byte) error {
	for len(b) > 0 {
		n := min(len(b), 1<<20)
		if _, err := w.Write(b[:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

func (a *Array) write(w io.Writer) (int64, error) {
	return a.stored, a.encode(w, 0, a.count())
}
