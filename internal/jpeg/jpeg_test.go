package jpeg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"
)

func decode(data []byte, c Config) (*picture, error) {
	var d Decoder
	if _, err := d.ReadHeader(data); err != nil {
		return nil, err
	}
	p := new(picture)
	return p, d.Decode(c, p)
}

// segment is a marker with its contents.
func segment(marker byte, data ...byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(data)+2)), data...)
}

func frame(marker, bits byte, h, w uint16, comps ...byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{bits}, h)
	b = append(binary.BigEndian.AppendUint16(b, w), byte(len(comps)/3))
	return segment(marker, append(b, comps...)...)
}

// Kinds of files that are not decoded are refused by their name.
func TestRefused(t *testing.T) {
	start := []byte{0xFF, soi}
	for want, data := range map[string][]byte{
		"arithmetic coding":              frame(0xC9, 8, 9, 9, 1, 0x11, 0),
		"arithmetic coding (marker FFCA": frame(0xCA, 8, 9, 9, 1, 0x11, 0),
		"lossless":                       frame(0xC3, 8, 9, 9, 1, 0x11, 0),
		"hierarchical":                   frame(0xC5, 8, 9, 9, 1, 0x11, 0),
		"12 bits a sample":               frame(0xC1, 12, 9, 9, 1, 0x11, 0),
		"2 components":                   frame(0xC0, 8, 9, 9, 1, 0x11, 0, 2, 0x11, 0),
		"5 components":                   frame(0xC0, 8, 9, 9, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0, 5, 0x11, 0),
	} {
		var d Decoder
		if _, err := d.ReadHeader(append(bytes.Clone(start), data...)); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// Damaged files say what is wrong.
func TestDamaged(t *testing.T) {
	good := file(t, "p420")
	at := func(marker byte) int {
		i := bytes.Index(good, []byte{0xFF, marker})
		if i < 0 {
			t.Fatalf("no marker %X", marker)
		}
		return i
	}
	change := func(i int, v ...byte) []byte {
		b := bytes.Clone(good)
		copy(b[i:], v)
		return b
	}
	without := func(marker byte) []byte { // all segments of a kind
		b := bytes.Clone(good)
		for {
			i := bytes.Index(b, []byte{0xFF, marker})
			if i < 0 {
				return b
			}
			n := int(binary.BigEndian.Uint16(b[i+2:]))
			b = append(b[:i:i], b[i+2+n:]...)
		}
	}
	for want, c := range map[string]struct {
		data []byte
		kind error
	}{
		"does not begin with FFD8":            {good[1:], ErrFormat},
		"0×67 pixels":                         {change(at(sof0)+7, 0, 0), ErrFormat},
		"sampling 5×2":                        {change(at(sof0)+11, 0x52), ErrFormat},
		"two frames":                          {append(append(bytes.Clone(good[:at(sof0)]), frame(sof0, 8, 9, 9, 1, 0x11, 0)...), good[at(sof0):]...), ErrFormat},
		"two components have number 1":        {change(at(sof0)+13, 1), ErrFormat},
		"quantisation table 0 is missing":     {without(dqt), ErrFormat},
		"Huffman table 0 for DC is missing":   {without(dht), ErrFormat},
		"a scan comes before the size":        {without(sof0), ErrFormat},
		"component 9, which does not exist":   {change(at(sos)+5, 9), ErrFormat},
		"has component 1 twice":               {change(at(sos)+7, 1), ErrFormat},
		"uses Huffman tables 9 and 0":         {change(at(sos)+6, 0x90), ErrFormat},
		"too many codes of 1 bits":            {append(append(bytes.Clone(good[:at(sos)]), segment(dht, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3)...), good[at(sos):]...), ErrFormat},
		"marker FFC4 has length 1":            {change(at(dht)+2, 0, 1), ErrFormat},
		"not a whole factor":                  {change(at(sof0)+11, 0x31, 0, 2, 0x21), ErrUnsupported},
		"ends before its first scan":          {append(bytes.Clone(good[:at(sos)]), 0xFF, eoi), ErrFormat},
		"in marker FFC4":                      {good[:at(dht)+9], ErrTruncated},
		"no end marker":                       {good[:at(dht)], ErrTruncated},
		"cannot hold 93×60000 pixels":         {change(at(sof0)+5, 0xEA, 0x60), ErrTruncated},
		"in row 32 of 67":                     {good[:at(sos)+(len(good)-at(sos))/2], ErrTruncated},
		"marker FFDA within the data, in row": {append(append(bytes.Clone(good[:len(good)/2]), 0xFF, sos), good[len(good)/2:]...), ErrFormat},
	} {
		_, err := decode(c.data, Config{})
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	// Codes that do not exist.
	ones := append(bytes.Clone(good[:at(sos)+14]), bytes.Repeat([]byte{0xFF, 0}, 3000)...)
	if _, err := decode(ones, Config{}); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "does not exist") {
		t.Error(err)
	}
	if _, err := decode(good, Config{Scale: 3}); !errors.Is(err, ErrUnsupported) {
		t.Error(err)
	}
	if _, err := decode(good, Config{Deadline: time.Now().Add(-time.Second)}); !errors.Is(err, ErrDeadline) {
		t.Error(err)
	}
	if _, err := decode(file(t, "prog420"), Config{MaxScans: 3}); !errors.Is(err, ErrScans) {
		t.Error(err)
	}
	if _, err := decode(file(t, "prog420"), Config{Deadline: time.Now().Add(-time.Second)}); !errors.Is(err, ErrDeadline) {
		t.Error(err)
	}
}

// A picture whose data are all there needs no end marker.
func TestNoEnd(t *testing.T) {
	for _, name := range []string{"p420", "prog420", "restart", "scans3"} {
		data := file(t, name)
		got, err := decode(data[:len(data)-2], Config{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		same(t, name, got, want(t, name+".1"))
	}
}

// Luma is the Y plane: what Pillow's draft mode gives for grey.
func TestLuma(t *testing.T) {
	got, err := decode(file(t, "p420"), Config{Luma: true})
	if err != nil || got.c != 1 {
		t.Fatal(err, got.c)
	}
	rgb := want(t, "p420.1")
	for i, y := range got.pix {
		p := rgb.pix[3*i : 3*i+3]
		if p[0] == 0 || p[1] == 0 || p[2] == 0 || p[0] == 255 || p[1] == 255 || p[2] == 255 {
			continue // Y does not survive colours that were clipped
		}
		if l := 0.299*float64(p[0]) + 0.587*float64(p[1]) + 0.114*float64(p[2]) - float64(y); l > 1 || l < -1 {
			t.Fatalf("sample %d is %d, RGB %v", i, y, p)
		}
	}
}

// A decoder uses its memory again, and gives the same after any other picture.
func TestReuse(t *testing.T) {
	var d Decoder
	var got picture
	names := []string{"p420", "prog444", "cmyk", "grey", "s411", "p444", "restartprog", "size1x1", "p420"}
	for range 2 {
		for _, name := range names {
			if _, err := d.ReadHeader(file(t, name)); err != nil {
				t.Fatal(err)
			}
			if err := d.Decode(Config{}, &got); err != nil {
				t.Fatal(err)
			}
			same(t, name, &got, want(t, name+".1"))
		}
	}
	for _, name := range []string{"p420", "prog420"} {
		data := file(t, name)
		if n := testing.AllocsPerRun(20, func() {
			d.ReadHeader(data)
			d.Decode(Config{}, &got)
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// Nothing is allocated by the size that a header claims.
func TestClaims(t *testing.T) {
	var d Decoder
	for _, marker := range []byte{sof0, sof2} {
		data := append([]byte{0xFF, soi}, frame(marker, 8, 65535, 65535, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0)...)
		data = append(data, segment(sos, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0)...)
		data = append(data, make([]byte, 100)...)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		h, err := d.ReadHeader(data)
		if h.Width != 65535 || err != nil {
			t.Errorf("%d×%d: %v", h.Width, h.Height, err)
		}
		if err := d.Decode(Config{}, new(picture)); !errors.Is(err, ErrTruncated) {
			t.Error(err)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<16 {
			t.Errorf("%d bytes were allocated", n)
		}
	}
}
