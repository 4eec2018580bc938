// Package store puts pictures together into shards: tar archives as WebDataset
// reads them, and numpy's .npz.
package store

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/npy"
)

// An Entry is a picture of a shard.
type Entry struct {
	Name    string // without extension, such as cats/7_aug1
	Ext     string // of Data: png or jpg; npz: none
	Data    []byte // the file, or the numbers
	Shape   [3]int // npz: of the numbers
	Mask    []byte // a PNG, or npz: bytes of MaskShape
	MaskDim [3]int
	Class   int
	Meta    []byte // JSON about it, for tar
}

// A Shard takes pictures and becomes a file, whole or not at all.
type Shard interface {
	Add(Entry) error
	Close() error // writes the file under its name
	Abort()       // leaves nothing
}

// Name returns the name of a shard.
func Name(n int, format string) string { return fmt.Sprintf("shard-%05d.%s", n, format) }

type tarShard struct {
	pipe *io.PipeWriter
	tar  *tar.Writer
	done chan error
}

// NewTar begins a tar archive. Each picture has members that differ in the
// extension only: .jpg or .png, .cls with the number of its class, .mask.png,
// .json.
func NewTar(path string) Shard {
	r, w := io.Pipe()
	s := &tarShard{pipe: w, tar: tar.NewWriter(w), done: make(chan error, 1)}
	go func() {
		err := atomicfile.Write(path, func(dst io.Writer) error {
			_, err := io.Copy(dst, r)
			return err
		})
		r.CloseWithError(err) // who still writes learns of it
		s.done <- err
	}()
	return s
}

func (s *tarShard) Add(e Entry) error {
	for _, m := range []struct {
		ext  string
		data []byte
	}{{e.Ext, e.Data}, {"cls", []byte(strconv.Itoa(e.Class))}, {"mask.png", e.Mask}, {"json", e.Meta}} {
		if m.data == nil {
			continue
		}
		if err := s.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: e.Name + "." + m.ext, Mode: 0o644, Size: int64(len(m.data)), Format: tar.FormatPAX}); err != nil {
			return err
		}
		if _, err := s.tar.Write(m.data); err != nil {
			return err
		}
	}
	return nil
}

func (s *tarShard) Close() error {
	if err := s.tar.Close(); err != nil {
		s.pipe.CloseWithError(err)
		<-s.done
		return err
	}
	s.pipe.Close()
	return <-s.done
}

func (s *tarShard) Abort() {
	s.pipe.CloseWithError(io.ErrClosedPipe)
	<-s.done
}

type npzShard struct {
	path    string
	dtype   npy.DType
	shape   [3]int
	maskDim [3]int
	x, mask bytes.Buffer
	y       []int64
	names   []string
}

// NewNPZ begins an archive of arrays: x of all pictures, y of the numbers of
// their classes, names, and masks if there are any. It is in memory until it
// is closed.
func NewNPZ(path string, dtype npy.DType) Shard { return &npzShard{path: path, dtype: dtype} }

func (s *npzShard) Add(e Entry) error {
	if len(s.names) == 0 {
		s.shape, s.maskDim = e.Shape, e.MaskDim
	} else if e.Shape != s.shape || e.MaskDim != s.maskDim {
		return fmt.Errorf("%s is of shape %v, the pictures before of %v; pictures of an array have one size: add --target-size", e.Name, e.Shape, s.shape)
	}
	s.x.Write(e.Data)
	s.mask.Write(e.Mask)
	s.y = append(s.y, int64(e.Class))
	s.names = append(s.names, e.Name)
	return nil
}

func (s *npzShard) Close() error {
	return atomicfile.Write(s.path, func(w io.Writer) error {
		a := npy.NewWriter(w, false)
		n := len(s.names)
		for _, part := range []struct {
			name  string
			write func(io.Writer) error
		}{
			{"x", func(w io.Writer) error { return npy.WriteRaw(w, s.dtype, append([]int{n}, s.shape[:]...), &s.x) }},
			{"y", func(w io.Writer) error { return npy.WriteInt64(w, []int{n}, s.y) }},
			{"names", func(w io.Writer) error { return npy.WriteStrings(w, []int{n}, s.names) }},
			{"masks", func(w io.Writer) error {
				return npy.WriteRaw(w, npy.DType{Kind: 'u', Size: 2}, append([]int{n}, s.maskDim[:]...), &s.mask)
			}},
		} {
			if part.name == "masks" && s.mask.Len() == 0 {
				continue
			}
			m, err := a.Create(part.name)
			if err != nil {
				return err
			}
			if err := part.write(m); err != nil {
				return err
			}
		}
		return a.Close()
	})
}

func (s *npzShard) Abort() {}

// In returns where a shard is.
func In(dir string, n int, format string) string { return filepath.Join(dir, Name(n, format)) }
