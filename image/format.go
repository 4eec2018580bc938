package image

import (
	"bytes"
	"encoding/binary"
	stdimage "image"
	"image/gif"
	"image/png"
	"io"
	"sync"
	"time"

	"golang.org/x/image/bmp"
)

// A Format is a kind of picture file that can be read. JPEG, PNG, GIF and BMP
// are built in; the packages image/tiff, image/webp and image/ppm add theirs
// when they are imported, and programs can add more.
type Format struct {
	Name  string
	Magic []string // what its files may begin with; a ? stands for any byte

	// DecodeConfig reads the size without the pixels; it is called with the
	// beginning of a file, or all of it.
	DecodeConfig func(io.Reader) (stdimage.Config, error)
	// Decode reads the picture. An *Image is taken as it is. Grey pictures of 16
	// bits are given with 16; colours need it only if deep is set.
	Decode func(r io.Reader, deep bool) (stdimage.Image, error)
	// EXIF returns the TIFF structure with the EXIF tags, or nil. Optional.
	EXIF func(data []byte) []byte
	// LeastBytes returns how long a file with such a picture must be at least,
	// so that short files that claim much are refused at once. Optional.
	LeastBytes func(c stdimage.Config, data []byte) int64
}

var formats = struct {
	sync.RWMutex
	list []*Format
}{list: []*Format{
	{Name: "jpeg", Magic: []string{"\xff\xd8"}}, // decoded by package internal/jpeg
	{
		Name: "png", Magic: []string{"\x89PNG\r\n\x1a\n"},
		DecodeConfig: png.DecodeConfig, Decode: shallow(png.Decode), EXIF: pngEXIF, LeastBytes: leastPNG,
	},
	{
		Name: "gif", Magic: []string{"GIF87a", "GIF89a"},
		DecodeConfig: gif.DecodeConfig, Decode: shallow(gif.Decode), LeastBytes: leastGIF,
	},
	{
		Name: "bmp", Magic: []string{"BM"},
		DecodeConfig: bmp.DecodeConfig, Decode: shallow(bmp.Decode), LeastBytes: leastBMP,
	},
}}

// RegisterFormat adds a format; one with the same name is replaced.
func RegisterFormat(f Format) {
	formats.Lock()
	defer formats.Unlock()
	for i, old := range formats.list {
		if old.Name == f.Name {
			formats.list[i] = &f
			return
		}
	}
	formats.list = append(formats.list, &f)
}

func shallow(decode func(io.Reader) (stdimage.Image, error)) func(io.Reader, bool) (stdimage.Image, error) {
	return func(r io.Reader, _ bool) (stdimage.Image, error) { return decode(r) }
}

// sniff returns the format of data by its first bytes, or nil.
func sniff(data []byte) *Format {
	formats.RLock()
	defer formats.RUnlock()
	for _, f := range formats.list {
		for _, m := range f.Magic {
			if matches(data, m) {
				return f
			}
		}
	}
	return nil
}

func matches(data []byte, magic string) bool {
	if len(data) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != data[i] {
			return false
		}
	}
	return true
}

// foreign returns a format that a decoder has registered with the standard
// library, if the limits name it.
func foreign(data []byte, l *Limits) *Format {
	if len(l.Formats) == 0 {
		return nil
	}
	_, name, err := stdimage.DecodeConfig(bytes.NewReader(data))
	if err != nil || !l.allows(name) {
		return nil
	}
	f := &Format{Name: name}
	f.DecodeConfig = func(r io.Reader) (stdimage.Config, error) {
		c, _, err := stdimage.DecodeConfig(r)
		return c, err
	}
	f.Decode = func(r io.Reader, _ bool) (stdimage.Image, error) {
		m, _, err := stdimage.Decode(r)
		return m, err
	}
	return f
}

// A fileReader gives a decoder the bytes of a file until its time is over.
type fileReader struct {
	bytes.Reader
	deadline time.Time
	over     bool // the decoder was told so, in whatever error it wrapped that
}

func (r *fileReader) late() error {
	if !r.deadline.IsZero() && time.Now().After(r.deadline) {
		r.over = true
		return errLate
	}
	return nil
}

// Read gives little at a time, so that the decoder comes back soon.
func (r *fileReader) Read(p []byte) (int, error) {
	if err := r.late(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p[:min(len(p), 16<<10)])
}

func (r *fileReader) ReadAt(p []byte, at int64) (int, error) {
	if err := r.late(); err != nil {
		return 0, err
	}
	return r.Reader.ReadAt(p, at)
}

// Compression has its limits: deflate makes at most 1032 bytes of one.
func leastPNG(c stdimage.Config, data []byte) int64 {
	if len(data) < 26 {
		return 0
	}
	samples := map[byte]int64{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[data[25]]
	row := (int64(c.Width)*samples*int64(data[24]) + 7) / 8
	return row * int64(c.Height) / 1032
}

// In a GIF, 12 bits stand for at most 4096 pixels of the first frame.
func leastGIF(_ stdimage.Config, data []byte) int64 {
	if len(data) < 13 {
		return 0
	}
	i := 13 + palette(data[10])
	for i+10 <= len(data) && data[i] == 0x21 { // extensions
		for i += 2; i < len(data) && data[i] != 0; {
			i += int(data[i]) + 1
		}
		i++
	}
	if i+10 > len(data) {
		return 0
	}
	w, h := binary.LittleEndian.Uint16(data[i+5:]), binary.LittleEndian.Uint16(data[i+7:])
	return int64(w) * int64(h) * 12 / 8 / 4096
}

// The pixels of a BMP are not compressed.
func leastBMP(c stdimage.Config, data []byte) int64 {
	if len(data) < 30 {
		return 0
	}
	bits := int64(binary.LittleEndian.Uint16(data[28:]))
	return (int64(c.Width)*bits + 31) / 32 * 4 * int64(c.Height)
}
