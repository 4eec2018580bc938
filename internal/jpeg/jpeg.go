// Package jpeg decodes JPEG pictures with the bits of libjpeg-turbo, and so of
// Pillow: sequential and progressive Huffman coding of 8-bit samples, one, three
// or four components with any whole subsampling, restart intervals, and pictures
// scaled to 1/2, 1/4 and 1/8 while they are decoded.
//
// A picture is read in two steps, so that its size can be checked before memory
// is spent on it:
//
//	var d jpeg.Decoder
//	h, err := d.ReadHeader(data)
//	…
//	err = d.Decode(jpeg.Config{}, sink)
//
// It knows no arithmetic coding, no lossless or hierarchical pictures and no 12
// bits; each is refused by its name. Colour profiles are not applied.
package jpeg

import (
	"time"

	"github.com/antler-ml/antler/internal/kernel"
)

// A Space says what the components of a file are.
type Space uint8

// The colour spaces. Decode turns YCbCr into RGB and YCCK into CMYK.
const (
	Gray Space = iota
	YCbCr
	RGB
	CMYK
	YCCK
)

// A Header is what a file says of itself before its first scan.
type Header struct {
	Width, Height int
	Components    int // 1, 3 or 4
	Progressive   bool
	Space         Space
	EXIF          []byte // the TIFF structure in the Exif marker, part of the file's bytes; or nil
}

// A Config says how to decode.
type Config struct {
	Scale          int       // 1, 2, 4 or 8: sides are divided by it, rounded up; 0 means 1
	Luma           bool      // of YCbCr only the Y samples, one channel
	AllowTruncated bool      // data that end early leave the rest grey, in a progressive picture coarse
	MaxScans       int       // 0: no limit
	Deadline       time.Time // zero: none
}

// A Sink takes the picture. Start is called once, before any memory is
// allocated that depends on the picture's size. Rows come from top to bottom.
type Sink interface {
	// Start gives the size after scaling and the channels: 1 grey, 3 RGB, 4
	// CMYK (255 is full ink).
	Start(width, height, channels int) error
	// Row gives width·channels samples, which are the sink's until it returns.
	Row(y int, samples []uint8)
}

// A Decoder decodes one picture after the other in memory that it keeps.
// The zero value is ready.
type Decoder struct {
	data []byte
	pos  int // of the next marker

	header   Header
	adobe    int // the transform of the Adobe marker, or -1
	jfif     bool
	ids      [4]uint8 // of the components
	quants   [4]quantTable
	dc, ac   [4]huffman
	interval int // MCUs between restarts, 0 for none

	comps      []component
	compsArray [4]component
	maxH, maxV int // the largest sampling factors
	mcusX      int // in a row
	mcusY      int

	config    Config
	scan      scan
	scans     int
	lastGood  int // the last row of MCUs that a scan began to decode with data
	truncated bool
	bits      bitReader
	coefs     []int16 // of some MCUs, in a sequential picture of one scan
	out       output
}

type quantTable struct {
	set   bool
	table [64]uint16 // in the order of rows
}

// A component is one of the planes of a picture.
type component struct {
	id, h, v, tq   uint8
	bw, bh         int // blocks that hold samples
	stride, height int // blocks with those that fill up MCUs

	latched bool // quant and steps hold the table of its first scan
	quant   [64]uint16
	steps   kernel.JPEGQuant
	dc, ac  *huffman
	pred    int32
	coefs   []int16   // the whole plane, when there are several scans
	masks   []uint64  // which of a block's coefficients are not zero, in a progressive picture
	acc     [64]int8  // bits still missing from each coefficient in zigzag order, -1: all
	prevAcc [10]int8  // acc before the last scan
	plane   plane     // samples
	guessed [64]int16 // a block with guessed coefficients
}

func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// ReadHeader reads data up to the first scan. On an error the header has what
// was found so far; Width is 0 if the size is not known.
func (d *Decoder) ReadHeader(data []byte) (Header, error) {
	d.data, d.pos = data, 0
	d.header, d.adobe, d.jfif, d.interval = Header{}, -1, false, 0
	d.comps, d.scans, d.truncated, d.lastGood = nil, 0, false, 0
	for i := range d.quants {
		d.quants[i].set = false
		d.dc[i].set, d.ac[i].set = false, false
	}
	err := d.readHeader()
	return d.header, err
}

// Decode decodes the picture whose header was read last. The sink has had the
// rows so far when an error is returned.
func (d *Decoder) Decode(c Config, s Sink) error {
	if c.Scale == 0 {
		c.Scale = 1
	}
	d.config = c
	if err := d.plausible(); err != nil {
		return err
	}
	if err := d.prepare(); err != nil {
		return err
	}
	if err := s.Start(d.out.width, d.out.height, d.out.channels); err != nil {
		return err
	}
	d.out.sink = s
	defer func() { d.out.sink, d.data = nil, nil }()
	d.out.allocate(d.comps)
	return d.decode()
}
