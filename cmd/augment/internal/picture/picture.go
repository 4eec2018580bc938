// Package picture reads a picture with its mask and boxes, changes it, and gives
// it back as numbers.
package picture

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image/color"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/cmd/augment/internal/boxfile"
	"github.com/antler-ml/antler/cmd/augment/internal/source"
	"github.com/antler-ml/antler/image"
	_ "github.com/antler-ml/antler/image/all" // read every format
	"github.com/antler-ml/antler/tensor"
)

// A Loader says how pictures are read. It is not changed by its use.
type Loader struct {
	Tree            *source.Tree
	TargetSize      [2]int          // height and width; 0: as they are
	ColorMode       image.ColorMode // empty: as it is
	NoAlpha         bool            // what is written has no alpha
	Keep16          bool            // what is written can hold 16 bits
	Interpolation   image.Interpolation
	KeepAspectRatio bool
	Orient          bool
	AllowTruncated  bool // take what there is of a JPEG that ends early
	Whole           bool // leave pictures in their own size: TargetSize comes later
	Exact           bool // never decode at a part of the size, which is faster but gives slightly other numbers
	Masks           *Masks
	Boxes           *boxfile.Set
	Budget          *Budget
}

// A Picture is one as it was read. Its memory is used again by the next Load.
type Picture struct {
	augment.Sample
	File    source.File
	Hash    string  // SHA-256 of the file
	Format  string  // of the file: jpeg, png …
	Depth   float32 // what a sample of 255 stands for in the file, by 255: 257 for 16 bits, else 1
	palette color.Palette
	deep    bool // the mask has 16 bits
	boxes   []boxfile.Box
}

// A BadError is a picture, or what belongs to it, that cannot be used.
type BadError struct{ Reason string }

func (e *BadError) Error() string { return e.Reason }

func bad(format string, args ...any) error { return &BadError{fmt.Sprintf(format, args...)} }

// maxBytes bounds a file, as image.Limits does.
const maxBytes = 256 << 20

// A Source is a picture's file in memory, with the right to decode it.
type Source struct {
	file   source.File
	data   []byte
	hash   string
	head   head
	budget *Budget
	taken  int64
}

var sources = sync.Pool{New: func() any { return new(Source) }}

// Open reads a file, and waits until the memory for its picture is free. Close
// it when the picture is not used any more. Errors of type *[BadError] are about
// this picture only.
func (l *Loader) Open(f source.File) (*Source, error) {
	s := sources.Get().(*Source)
	s.file, s.budget = f, l.Budget
	if err := s.read(l.Tree.Path(f)); err != nil {
		s.Close()
		return nil, err
	}
	sum := sha256.Sum256(s.data)
	s.hash, s.head = hex.EncodeToString(sum[:]), probe(s.data)
	s.taken = l.Budget.take(l.cost(s.head))
	return s, nil
}

// Close lets other pictures have the memory.
func (s *Source) Close() {
	s.budget.giveBack(s.taken)
	s.taken = 0
	sources.Put(s)
}

// Share takes the memory for one more who changes the picture, if it is free.
func (s *Source) Share() (giveBack func(), ok bool) {
	n := s.taken
	if !s.budget.try(n) {
		return nil, false
	}
	return func() { s.budget.giveBack(n) }, true
}

// Load decodes a picture into p.
func (l *Loader) Load(p *Picture, s *Source) error {
	h := s.head
	p.File, p.Name, p.Hash, p.Format, p.palette, p.deep, p.Depth = s.file, s.file.Name, s.hash, h.format, nil, false, 1
	c := image.LoadConfig{ColorMode: l.ColorMode, Keep16: l.Keep16, Orient: l.Orient, Interpolation: l.Interpolation, KeepAspectRatio: l.KeepAspectRatio, AllowTruncated: l.AllowTruncated}
	if c.ColorMode == "" {
		c.ColorMode = h.mode
	}
	if l.NoAlpha && c.ColorMode == image.RGBA {
		c.ColorMode = image.RGB
	}
	// Masks and boxes need the picture's own size.
	own := l.Whole || l.Masks != nil || l.Boxes != nil
	if !own {
		c.TargetSize, c.Draft = l.TargetSize, !l.Exact
	}
	m, err := image.Decode(bytes.NewReader(s.data), c)
	if err != nil {
		return reason(err)
	}
	if m.Pix16 != nil {
		p.Depth = 257
	}
	height, width := m.Height, m.Width
	resize := own && !l.Whole && l.TargetSize != [2]int{}
	if resize {
		if m, err = l.resized(m, l.Interpolation); err != nil {
			return err
		}
	}
	fill(&p.Image, m, p.Depth)
	p.Masks, p.Boxes, p.Points = p.Masks[:0], p.Boxes[:0], p.Points[:0]
	if l.Masks != nil {
		if err := l.loadMask(p, height, width, resize); err != nil {
			return err
		}
	}
	if l.Boxes != nil {
		return l.loadBoxes(p, height, width, resize)
	}
	return nil
}

// cost is about how much memory a picture takes: as decoded, as numbers before
// and after a change with two more that ops work with, and as encoded.
func (l *Loader) cost(h head) int64 {
	pixels := int64(h.width) * int64(h.height)
	n := int64(h.mode.Channels())
	final := pixels
	if t := int64(l.TargetSize[0]) * int64(l.TargetSize[1]); t > 0 && !l.Whole {
		final = t
	}
	if l.Masks != nil {
		n += 2
	}
	return pixels*n*2 + final*(n*4*5+8)
}

// read reads a file into s.data.
func (s *Source) read(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return unreadable(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return unreadable(err)
	}
	if st.Size() > maxBytes {
		return bad("it has %d bytes, more than %d", st.Size(), maxBytes)
	}
	if n := int(st.Size()); cap(s.data) < n {
		s.data = make([]byte, n)
	}
	s.data = s.data[:st.Size()]
	if _, err := io.ReadFull(f, s.data); err != nil {
		return unreadable(err)
	}
	return nil
}

func unreadable(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return bad("it cannot be read: %v", err)
}

// reason makes a BadError of one of package image.
func reason(err error) error {
	var d *image.DecodeError
	if !errors.As(err, &d) {
		return bad("%s", strings.TrimPrefix(err.Error(), "image: "))
	}
	text, _, _ := strings.Cut(d.Cause.Error(), "\n")                                      // a panic has its stack behind
	text = strings.Replace(text, "or set AllowTruncated", "or give --allow-truncated", 1) // words of the library
	if d.Format != "" && !strings.HasPrefix(text, d.Format) {
		text = d.Format + ": " + text
	}
	return bad("%s", text)
}

func (l *Loader) resized(m *image.Image, i image.Interpolation) (*image.Image, error) {
	if l.KeepAspectRatio {
		return image.ResizeCrop(m, l.TargetSize[0], l.TargetSize[1], i)
	}
	return image.Resize(m, l.TargetSize[0], l.TargetSize[1], i)
}

// fill puts the samples of a picture into a tensor, 0 to 255.
func fill(place **tensor.Tensor, m *image.Image, depth float32) {
	room(place, m.Height, m.Width, m.Channels)
	x := (*place).Data()
	if m.Pix16 != nil {
		for i, v := range m.Pix16 {
			x[i] = float32(v) / depth
		}
		return
	}
	for i, v := range m.Pix {
		x[i] = float32(v)
	}
}

// room makes *place a tensor of a shape, the one that it is if that fits.
func room(place **tensor.Tensor, shape ...int) {
	if t := *place; t != nil && equal(t.Shape(), shape) {
		return
	}
	*place = tensor.New(append([]int(nil), shape...)...)
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// CopyTo makes s a copy of the sample, in the memory of s where it fits.
func (p *Picture) CopyTo(s *augment.Sample) {
	s.Name = p.Name
	room(&s.Image, p.Image.Shape()...)
	copy(s.Image.Data(), p.Image.Data())
	for len(s.Masks) < len(p.Masks) {
		s.Masks = append(s.Masks, nil)
	}
	s.Masks = s.Masks[:len(p.Masks)]
	for i, m := range p.Masks {
		room(&s.Masks[i], m.Shape()...)
		copy(s.Masks[i].Data(), m.Data())
	}
	s.Boxes = append(s.Boxes[:0], p.Boxes...)
	s.Points = append(s.Points[:0], p.Points...)
}
