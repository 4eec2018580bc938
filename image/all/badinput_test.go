package all

import (
	"bytes"
	"encoding/binary"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/image"
)

// tiff is a TIFF of one directory of entries tag, type, count, value, with data
// behind it.
func tiffOf(entries [][4]uint32, data []byte) []byte {
	slices.SortFunc(entries, func(a, b [4]uint32) int { return int(a[0]) - int(b[0]) })
	b := append([]byte("II*\x00"), 8, 0, 0, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(entries)))
	for _, e := range entries {
		b = binary.LittleEndian.AppendUint16(b, uint16(e[0]))
		b = binary.LittleEndian.AppendUint16(b, uint16(e[1]))
		b = binary.LittleEndian.AppendUint32(b, e[2])
		b = binary.LittleEndian.AppendUint32(b, e[3])
	}
	return append(append(b, 0, 0, 0, 0), data...)
}

const (
	short = 3
	long  = 4
)

// grey is a grey TIFF of w × h pixels in one strip.
func greyTIFF(w, h, compression uint32, data []byte) []byte {
	e := [][4]uint32{{256, long, 1, w}, {257, long, 1, h}, {258, short, 1, 8}, {259, short, 1, compression}, {262, short, 1, 1},
		{273, long, 1, 0}, {277, short, 1, 1}, {278, long, 1, h}, {279, long, 1, uint32(len(data))}}
	e[5][3] = uint32(8 + 2 + 12*len(e) + 4)
	return tiffOf(e, data)
}

// Bombs of the further formats are refused for little memory.
func TestFurtherBombs(t *testing.T) {
	runs := bytes.Repeat([]byte{0x81, 7}, 100_000) // PackBits: 128 times 7, 12.8 MB of 200 kB
	vp8x := func(w, h uint32) []byte {
		b := []byte("RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00")
		return append(b, byte(w-1), byte((w-1)>>8), byte((w-1)>>16), byte(h-1), byte((h-1)>>8), byte((h-1)>>16))
	}
	for name, c := range map[string]struct {
		data []byte
		kind []error
	}{
		"tiff of 65535²":            {greyTIFF(65535, 65535, 1, []byte{1}), []error{image.ErrLimit}},
		"tiff of 2³²":               {greyTIFF(1<<32-1, 1<<32-1, 1, []byte{1}), []error{image.ErrLimit, image.ErrFormat}},
		"tiff of no pixels":         {greyTIFF(0, 5, 1, []byte{1}), []error{image.ErrFormat}},
		"small tiff, large claim":   {greyTIFF(9000, 9000, 1, []byte{1}), []error{image.ErrTruncated}},
		"small deflate, the same":   {greyTIFF(9000, 9000, 8, []byte{0x78, 0x9c, 3, 0}), []error{image.ErrTruncated}},
		"small lzw, the same":       {greyTIFF(9000, 9000, 5, []byte{0x80, 0x0b}), []error{image.ErrTruncated}},
		"packbits (CVE-2026-46599)": {greyTIFF(4, 4, 32773, runs), []error{image.ErrFormat}},
		"ppm of 10 digits":          {[]byte("P6 4294967295 4294967295 255\n"), []error{image.ErrLimit, image.ErrFormat}},
		"ppm of 65535²":             {[]byte("P6 65535 65535 255\n"), []error{image.ErrLimit}},
		"ppm, a small file":         {[]byte("P6 9000 9000 255\nabc"), []error{image.ErrTruncated}},
		"webp of 2²⁴":               {vp8x(1<<24, 1<<24), []error{image.ErrLimit, image.ErrFormat}},
		"webp without pixels":       {vp8x(5000, 5000), []error{image.ErrTruncated, image.ErrFormat}},
	} {
		var m *image.Image
		var err error
		decode := func() { m, err = image.Decode(bytes.NewReader(c.data), image.LoadConfig{}) }
		decode()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		decode()
		runtime.ReadMemStats(&after)
		if m != nil || !slices.ContainsFunc(c.kind, func(k error) bool { return errors.Is(err, k) }) || strings.Contains(err.Error(), "panicked") {
			t.Errorf("%s: %v", name, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%s: %d bytes were allocated", name, n)
		}
	}
}
