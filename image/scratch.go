package image

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// A scratch is the memory that reading one picture needs, kept for the next.
type scratch struct {
	file   []byte
	reader bytes.Reader
	image  Image   // as decoded
	small  Image   // resized
	alpha  []uint8 // a premultiplied copy
	temp   []uint8 // columns resized, rows not yet
	temp16 []uint16
	coef   [2]coefs
	places [2][]int
	rows   ycbcrRows
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// read reads r to its end into s.file.
func (s *scratch) read(r io.Reader, l *Limits) error {
	b := s.file[:0]
	for {
		if len(b) == cap(b) {
			b = append(b, make([]byte, max(len(b), 64<<10))...)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if e := l.checkBytes(int64(len(b))); e != nil {
			return e
		}
		if errors.Is(err, io.EOF) {
			s.file = b
			return nil
		}
		if err != nil {
			return err
		}
	}
}
