package image

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/antler-ml/antler/internal/jpeg"
)

// A scratch is the memory that reading one picture needs, kept for the next.
type scratch struct {
	config  LoadConfig // here so that it does not escape
	disk    disk
	file    []byte
	reader  fileReader
	jpeg    jpeg.Decoder
	sink    jpegSink
	stream  stream
	image   Image   // as decoded
	turned  Image   // before it is turned
	small   Image   // resized
	alpha   []uint8 // a premultiplied copy
	temp    []uint8 // columns resized, rows not yet
	temp16  []uint16
	alpha16 []uint16
	coef    [2]coefs
	places  [2][]int
	rows    ycbcrRows
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// glance is how much of a file is read before its size in pixels is checked.
const glance = 64 << 10

// read reads r, of about size bytes, to its end into s.file. What is no picture
// or too large is refused after the beginning.
func (s *scratch) read(r io.Reader, size int64, l *Limits) error {
	b := s.file[:0]
	checked := false
	for {
		if len(b) >= glance && !checked {
			checked = true
			if err := s.probe(b, l); err != nil {
				return err
			}
			if n := min(size, 16<<20) + 1; int64(cap(b)) < n {
				b = append(make([]byte, 0, n), b...)
			}
		}
		if len(b) == cap(b) {
			b = append(b, make([]byte, max(len(b), glance))...)[:len(b)]
		}
		end := cap(b)
		if !checked {
			end = min(end, glance)
		}
		n, err := r.Read(b[len(b):end])
		b = b[:len(b)+n]
		s.file = b
		if e := l.checkBytes(int64(len(b))); e != nil {
			return e
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// probe checks what the beginning of a file says.
func (s *scratch) probe(b []byte, l *Limits) error {
	f := sniff(b)
	switch {
	case f == nil && len(l.Formats) == 0:
		return &DecodeError{Cause: unknown(b)}
	case f == nil:
		return nil
	case f.Name == "jpeg":
		// Only the size matters here: the file is not complete.
		if h, _ := s.jpeg.ReadHeader(b); h.Width > 0 {
			if err := l.checkSize(h.Width, h.Height); err != nil {
				return &DecodeError{Format: f.Name, Cause: err}
			}
		}
		return nil
	}
	if cfg, err := f.DecodeConfig(bytes.NewReader(b)); err == nil {
		if err := l.checkSize(cfg.Width, cfg.Height); err != nil {
			return &DecodeError{Format: f.Name, Cause: err}
		}
	}
	return nil
}
