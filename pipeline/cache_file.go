package pipeline

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"iter"
	"math"
	"os"
	"slices"

	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/tensor"
)

// CacheFile keeps the samples of s in a file: they are computed once, in the
// first epoch that runs to its end, and are the same in every epoch and in later
// runs, namely those of epoch 0; so put random stages after it. Bad samples are
// kept as such. The file appears whole or not at all, and every record has a
// checksum.
//
// key says what the samples are made of, such as "v2 224x224 photos". A file
// with another key is an error, and so is a damaged one: remove it to make it
// anew.
func CacheFile(s Stream[Sample], path, key string) Stream[Sample] {
	return NewStream(s.Len(), func(ctx context.Context, _ int) iter.Seq2[Sample, error] {
		return func(yield func(Sample, error) bool) {
			f, err := os.Open(path)
			if errors.Is(err, fs.ErrNotExist) {
				writeCache(s.Items(ctx, 0), path, key, yield)
				return
			}
			if err != nil {
				yield(Sample{}, fmt.Errorf("pipeline: CacheFile: %w", err))
				return
			}
			defer f.Close()
			if err := readCache(f, key, yield); err != nil {
				yield(Sample{}, fmt.Errorf("pipeline: CacheFile: %s: %w", path, err))
			}
		}
	})
}

// The file: a magic line, then records of a byte for the kind, the length of
// the content (uint32), its CRC-32 and the content, all little-endian.
const cacheMagic = "antler samples 1\n"

const (
	keyRecord byte = iota
	sampleRecord
	badRecord
	endRecord // an empty one: the file is whole
)

var errLeft = errors.New("the loop was left")

// writeCache yields the items and writes them to path on the way.
func writeCache(items iter.Seq2[Sample, error], path, key string, yield func(Sample, error) bool) {
	left := false
	err := atomicfile.Write(path, func(file io.Writer) error {
		w := bufio.NewWriterSize(file, 1<<16)
		w.WriteString(cacheMagic)
		if err := writeRecord(w, keyRecord, []byte(key)); err != nil {
			return err
		}
		var buf []byte
		for v, err := range items {
			kind := sampleRecord
			var bad *SampleError
			switch {
			case errors.As(err, &bad):
				kind = badRecord
				buf = binary.LittleEndian.AppendUint64(buf[:0], uint64(bad.Index))
				buf = appendString(appendString(buf, bad.Name), bad.Err.Error())
			case err != nil:
				return err
			default:
				buf = appendSample(buf[:0], v)
			}
			if e := writeRecord(w, kind, buf); e != nil {
				return e
			}
			if left = !yield(v, err); left {
				return errLeft
			}
		}
		if err := writeRecord(w, endRecord, nil); err != nil {
			return err
		}
		return w.Flush()
	})
	if err != nil && !left {
		yield(Sample{}, fmt.Errorf("pipeline: CacheFile: %w", err))
	}
}

func writeRecord(w *bufio.Writer, kind byte, content []byte) error {
	if uint64(len(content)) > math.MaxUint32 {
		return fmt.Errorf("a sample of %d bytes is too large", len(content))
	}
	head := binary.LittleEndian.AppendUint32([]byte{kind}, uint32(len(content)))
	w.Write(binary.LittleEndian.AppendUint32(head, crc32.ChecksumIEEE(content)))
	_, err := w.Write(content) // bufio keeps the first error
	return err
}

func appendString(b []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(s))), s...)
}

func appendSample(b []byte, v Sample) []byte {
	b = appendString(b, v.ID)
	for _, ts := range v.groups() {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(ts)))
		for _, t := range ts {
			b = binary.LittleEndian.AppendUint32(b, uint32(t.Rank()))
			for _, d := range t.Shape() {
				b = binary.LittleEndian.AppendUint32(b, uint32(d))
			}
			for _, x := range t.Data() {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
			}
		}
	}
	return b
}

var errDamaged = errors.New("it is damaged; remove it to make it anew")

// readCache yields what is in the file. What it returns has not been yielded.
func readCache(f *os.File, key string, yield func(Sample, error) bool) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	left := info.Size() - int64(len(cacheMagic))
	r := bufio.NewReaderSize(f, 1<<16)
	magic := make([]byte, len(cacheMagic))
	if _, err := io.ReadFull(r, magic); err != nil || string(magic) != cacheMagic {
		return errors.New("it is not a file of samples")
	}
	var buf []byte
	for n := 0; ; n++ {
		var head [9]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return fmt.Errorf("record %d: %w", n, errors.Join(errDamaged, err))
		}
		size := int64(binary.LittleEndian.Uint32(head[1:]))
		if left -= int64(len(head)) + size; left < 0 {
			return fmt.Errorf("record %d: %w", n, errDamaged)
		}
		buf = slices.Grow(buf[:0], int(size))[:size]
		if _, err := io.ReadFull(r, buf); err != nil {
			return fmt.Errorf("record %d: %w", n, err)
		}
		if crc32.ChecksumIEEE(buf) != binary.LittleEndian.Uint32(head[5:]) {
			return fmt.Errorf("record %d: its checksum is wrong: %w", n, errDamaged)
		}
		kind, d := head[0], decoder{b: buf}
		if (n == 0) != (kind == keyRecord) {
			return fmt.Errorf("record %d: %w", n, errDamaged)
		}
		var v Sample
		var bad error
		switch kind {
		case keyRecord:
			if string(buf) != key {
				return fmt.Errorf("its key is %q, want %q; remove it to make it anew", buf, key)
			}
			continue
		case sampleRecord:
			v = d.sample()
		case badRecord:
			bad = &SampleError{Index: int(d.uint32()) | int(d.uint32())<<32, Name: d.string(), Err: errors.New(d.string())}
		case endRecord:
			return nil
		default:
			d.failed = true
		}
		if d.failed || len(d.b) > 0 {
			return fmt.Errorf("record %d: %w", n, errDamaged)
		}
		if !yield(v, bad) {
			return nil
		}
	}
}

// A decoder takes values from the front of b until they run out.
type decoder struct {
	b      []byte
	failed bool
}

func (d *decoder) take(n int) []byte {
	if n < 0 || n > len(d.b) {
		d.failed, d.b = true, nil
		return nil
	}
	p := d.b[:n]
	d.b = d.b[n:]
	return p
}

func (d *decoder) uint32() uint32 {
	if p := d.take(4); p != nil {
		return binary.LittleEndian.Uint32(p)
	}
	return 0
}

func (d *decoder) string() string { return string(d.take(int(d.uint32()))) }

func (d *decoder) sample() Sample {
	v := Sample{ID: d.string()}
	for _, ts := range []*[]*tensor.Tensor{&v.X, &v.Y, &v.W} {
		for range d.uint32() {
			t := d.tensor()
			if d.failed {
				return v
			}
			*ts = append(*ts, t)
		}
	}
	return v
}

func (d *decoder) tensor() *tensor.Tensor {
	rank := int(d.uint32())
	dims := d.take(4 * min(rank, len(d.b))) // no more than there can be
	if d.failed {
		return nil
	}
	shape, n := make([]int, rank), int64(1)
	for i := range shape {
		shape[i] = int(binary.LittleEndian.Uint32(dims[4*i:]))
		if n *= int64(shape[i]); n > int64(len(d.b)/4) {
			d.failed = true
			return nil
		}
	}
	p := d.take(4 * int(n))
	if d.failed {
		return nil
	}
	data := make([]float32, n)
	for i := range data {
		data[i] = math.Float32frombits(binary.LittleEndian.Uint32(p[4*i:]))
	}
	return tensor.From(data, shape...)
}
