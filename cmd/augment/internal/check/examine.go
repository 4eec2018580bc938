package check

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/antler-ml/antler/image"
	_ "github.com/antler-ml/antler/image/all" // TIFF, WebP and PPM are pictures too
)

// facts are what is kept of a picture.
type facts struct {
	File
	bytes   int64
	head    Header
	w, h    int
	kind    Kind   // why it cannot be used; empty: it can
	reason  string // likewise
	content [sha256.Size]byte
	pixels  [sha256.Size]byte
	blank   bool // all pixels are the same
	look    look
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// glance is how much of a file is read to see what it is.
const glance = 64 << 10

// maxBytes is the default of image.Limits.MaxBytes.
const maxBytes = 256 << 20

// examine reads and decodes a picture.
func examine(root string, f File, opt *Options) facts {
	r := facts{File: f}
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := r.read(b, filepath.Join(root, filepath.FromSlash(f.Name)), &opt.Limits); err != nil {
		r.kind, r.reason = Unreadable, cause(err)
		return r
	}
	if r.kind != "" {
		return r
	}
	data := b.Bytes()
	r.content = sha256.Sum256(data)
	r.head = ReadHeader(data)
	c := image.LoadConfig{ColorMode: image.RGB, Orient: opt.Orient, AllowTruncated: opt.AllowTruncated, Limits: opt.Limits}
	if r.head.Alpha {
		c.ColorMode = image.RGBA
	}
	m, err := image.Decode(bytes.NewReader(data), c)
	if err != nil {
		r.kind, r.reason = refused(err), cause(err)
		return r
	}
	r.w, r.h = m.Width, m.Height
	r.blank = flat(m)
	r.pixels = pixelHash(m)
	r.look = lookOf(m)
	return r
}

// read reads a file, unless it is empty or too large.
func (r *facts) read(b *bytes.Buffer, path string, l *image.Limits) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	r.bytes = st.Size()
	most := l.MaxBytes
	if most == 0 {
		most = maxBytes
	}
	switch {
	case !st.Mode().IsRegular():
		return errors.New("it is no regular file any more")
	case r.bytes == 0:
		r.kind, r.reason = Empty, "the file has no bytes; copy or download it again"
		return nil
	case most > 0 && r.bytes > most:
		r.kind, r.reason = TooLarge, fmt.Sprintf("the file has %d bytes, more than %d", r.bytes, most)
		return nil
	}
	// What is no picture shows at the beginning; the rest need not be read.
	if _, err := io.CopyN(b, f, glance); err != nil {
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	}
	if ReadHeader(b.Bytes()).Format == "" {
		return nil
	}
	b.Grow(int(min(r.bytes, maxBytes)) + bytes.MinRead)
	_, err = io.Copy(b, io.LimitReader(f, r.bytes))
	return err
}

// refused says what kind of trouble an error of decoding is.
func refused(err error) Kind {
	var d *image.DecodeError
	switch {
	case errors.Is(err, image.ErrLimit):
		return TooLarge
	case errors.Is(err, image.ErrTruncated):
		return Truncated
	case errors.As(err, &d) && d.Format == "":
		return NotPicture
	}
	return Corrupt
}

// cause is an error without the name of the file, which stands before it.
func cause(err error) string {
	var d *image.DecodeError
	var p *os.PathError
	s := ""
	switch {
	case errors.As(err, &d):
		s = d.Cause.Error()
	case errors.As(err, &p):
		s = p.Err.Error()
	default:
		s = err.Error()
	}
	s, _, _ = strings.Cut(s, "\n") // no stacks
	for _, e := range []error{image.ErrFormat, image.ErrTruncated, image.ErrLimit} {
		s = strings.TrimPrefix(s, e.Error()+": ")
	}
	return strings.Replace(s, "or set AllowTruncated", "or give --allow-truncated", 1) // words of the library
}

// flat reports whether all pixels are the same.
func flat(m *image.Image) bool {
	n := m.Channels
	for i := n; i < len(m.Pix); i++ {
		if m.Pix[i] != m.Pix[i-n] {
			return false
		}
	}
	return true
}

// pixelHash is that of the size and the samples. Alpha counts unless the
// picture is opaque everywhere, so that a picture is the same in any format
// that keeps it.
func pixelHash(m *image.Image) (sum [sha256.Size]byte) {
	h := sha256.New()
	pix, n := m.Pix, m.Channels
	if n == 4 && opaque(pix) {
		rgb := make([]uint8, 0, len(pix)/4*3)
		for i := 0; i < len(pix); i += 4 {
			rgb = append(rgb, pix[i:i+3]...)
		}
		pix, n = rgb, 3
	}
	var size [12]byte
	binary.LittleEndian.PutUint32(size[:], uint32(m.Width))
	binary.LittleEndian.PutUint32(size[4:], uint32(m.Height))
	binary.LittleEndian.PutUint32(size[8:], uint32(n))
	h.Write(size[:])
	h.Write(pix)
	h.Sum(sum[:0])
	return sum
}

func opaque(pix []uint8) bool {
	for i := 3; i < len(pix); i += 4 {
		if pix[i] != 255 {
			return false
		}
	}
	return true
}
