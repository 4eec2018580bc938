package input

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"

	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/npy"
)

// numpyLines returns the rows of an array as lines of numbers. An array of one
// dimension is one row.
func numpyLines(name string, r io.Reader) (io.Reader, error) {
	a, err := npy.NewReader(r, -1, npy.Limits{})
	if err != nil {
		return nil, cli.Errorf(cli.BadData, "%s: %w", name, err)
	}
	return arrayLines(name, a, r)
}

// arrayLines reads the elements, which follow in r, row by row.
func arrayLines(name string, a *npy.Reader, r io.Reader) (io.Reader, error) {
	rows, cols := 1, 0
	switch len(a.Shape) {
	case 1:
		cols = a.Shape[0]
	case 2:
		rows, cols = a.Shape[0], a.Shape[1]
	default:
		return nil, cli.Errorf(cli.BadData, "%s has the shape %v: want rows of numbers", name, a.Shape).Do("save one row for each text")
	}
	if a.Fortran && len(a.Shape) == 2 {
		return nil, cli.Errorf(cli.BadData, "%s is stored column by column", name).Do("numpy.save(…, numpy.ascontiguousarray(x))")
	}
	one, err := element(a.DType)
	if err != nil {
		return nil, cli.Errorf(cli.BadData, "%s: %w", name, err)
	}
	size := a.DType.Size
	return &lines{next: func(dst []byte) ([]byte, error) {
		if rows == 0 {
			return dst, io.EOF
		}
		rows--
		var chunk [4096 * 8]byte
		for left := cols; left > 0; {
			n := min(left, 4096)
			if _, err := io.ReadFull(r, chunk[:n*size]); err != nil {
				return dst, cli.Errorf(cli.BadData, "%s is cut off", name).Do("make it again")
			}
			for i := range n {
				dst = append(one(dst, chunk[i*size:(i+1)*size]), ' ')
			}
			left -= n
		}
		return append(dst, '\n'), nil
	}}, nil
}

// element returns how one element is written.
func element(d npy.DType) (func(dst, b []byte) []byte, error) {
	var order binary.ByteOrder = binary.LittleEndian
	if d.Big {
		order = binary.BigEndian
	}
	bits := func(b []byte) uint64 {
		switch d.Size {
		case 1:
			return uint64(b[0])
		case 2:
			return uint64(order.Uint16(b))
		case 4:
			return uint64(order.Uint32(b))
		}
		return order.Uint64(b)
	}
	switch {
	case d.Kind == 'i':
		shift := 64 - 8*d.Size
		return func(dst, b []byte) []byte { return strconv.AppendInt(dst, int64(bits(b)<<shift)>>shift, 10) }, nil
	case d.Kind == 'u' || d.Kind == 'b':
		return func(dst, b []byte) []byte { return strconv.AppendUint(dst, bits(b), 10) }, nil
	case d.Kind == 'f' && d.Size == 4:
		return func(dst, b []byte) []byte {
			return strconv.AppendFloat(dst, float64(math.Float32frombits(uint32(bits(b)))), 'f', -1, 32)
		}, nil
	case d.Kind == 'f' && d.Size == 8:
		return func(dst, b []byte) []byte {
			return strconv.AppendFloat(dst, math.Float64frombits(bits(b)), 'f', -1, 64)
		}, nil
	}
	return nil, fmt.Errorf("its elements are %s: want whole numbers", d)
}

// archiveLines reads the first array of an .npz, or the one that is called ids.
func archiveLines(name string) (io.Reader, error) {
	if name == Stdin {
		return nil, cli.Errorf(cli.Usage, "an .npz cannot be read from standard input").Do("name the file")
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, cli.Errorf(cli.Failed, "%w", err)
	}
	z, err := npy.OpenArchive(bytes.NewReader(b), int64(len(b)), npy.Limits{})
	if err != nil {
		return nil, cli.Errorf(cli.BadData, "%s: %w", name, err)
	}
	names := z.Names()
	if len(names) == 0 {
		return nil, cli.Errorf(cli.BadData, "%s holds no array", name)
	}
	which := names[0]
	for _, n := range names {
		if n == "ids" {
			which = n
		}
	}
	var shape []int
	var x []int64
	err = z.Read(which, func(r *npy.Reader) (err error) {
		shape = r.Shape
		x, err = npy.Read[int64](r)
		return err
	})
	if err == nil && len(shape) > 2 {
		err = fmt.Errorf("array %q has the shape %v: want rows of numbers", which, shape)
	}
	if err != nil {
		return nil, cli.Errorf(cli.BadData, "%s: %w", name, err)
	}
	rows, cols := 1, len(x)
	if len(shape) == 2 {
		rows, cols = shape[0], shape[1]
	}
	return &lines{next: func(dst []byte) ([]byte, error) {
		if rows == 0 {
			return dst, io.EOF
		}
		rows--
		for _, v := range x[:cols] {
			dst = append(strconv.AppendInt(dst, v, 10), ' ')
		}
		x = x[cols:]
		return append(dst, '\n'), nil
	}}, nil
}

// lines is a reader of lines that are made when they are wanted.
type lines struct {
	next func(dst []byte) ([]byte, error)
	buf  []byte
	at   int
	err  error
}

func (l *lines) Read(p []byte) (int, error) {
	for l.at == len(l.buf) {
		if l.err != nil {
			return 0, l.err
		}
		l.at = 0
		l.buf, l.err = l.next(l.buf[:0])
	}
	n := copy(p, l.buf[l.at:])
	l.at += n
	return n, nil
}
