package encode

import (
	"bytes"
	"fmt"
	stdimage "image"
	"image/png"
	"math"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/npy"
	"github.com/antler-ml/antler/tensor"
)

// Samples are rounded and limited; 16 bits are kept.
func TestPicture(t *testing.T) {
	nan := float32(math.NaN())
	x := tensor.From([]float32{-5, 0.49, 0.5, 127.5, 254.4, 254.5, 300, nan, 1e30, -1e30, 7, 8}, 2, 2, 3)
	want := []uint8{0, 0, 1, 128, 254, 255, 255, 0, 255, 0, 7, 8}
	var e Encoder
	data, err := e.Picture(x, "png", 1, false)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	rgba := m.(*stdimage.RGBA)
	for i, w := range want {
		if got := rgba.Pix[i/3*4+i%3]; got != w {
			t.Errorf("sample %d (%v) is %d, want %d", i, x.Data()[i], got, w)
		}
	}
	for _, ch := range []int{1, 3, 4} {
		deep := tensor.New(1, 5, ch)
		for i := range deep.Data() {
			deep.Data()[i] = float32(i*3000+i) / 257
		}
		data, err := e.Picture(deep, "png", 257, false)
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		for x := range 5 {
			r, g, b, _ := stdimage.Image(m).At(x, 0).RGBA()
			i := x * ch
			if ch == 3 && (int(r) != i*3001 || int(g) != (i+1)*3001 || int(b) != (i+2)*3001) || ch == 1 && int(r) != i*3001 {
				t.Errorf("%d channels, pixel %d: %d %d %d", ch, x, r, g, b)
			}
		}
	}
	if _, err := e.Picture(tensor.New(2, 2, 2), "png", 1, false); err == nil {
		t.Error("2 channels are accepted")
	}
}

// As Keras' array_to_img: the least number becomes 0, the greatest 255.
func TestStretch(t *testing.T) {
	var e Encoder
	data, err := e.Picture(tensor.From([]float32{-1, 0, 1}, 1, 3, 1), "png", 1, true)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if got := m.(*stdimage.Gray).Pix; !slices.Equal(got, []uint8{0, 127, 255}) { // (0+1)/2·255 = 127.5, cut off
		t.Errorf("got %v", got)
	}
}

// Numbers of all types, read back by package npy.
func TestNumbers(t *testing.T) {
	x := tensor.From([]float32{-3.5, 0, 1, 2.5, 255, 300}, 1, 2, 3)
	for name, want := range map[string][]float32{
		"float32": {-3.5, 0, 1, 2.5, 255, 300}, "float64": {-3.5, 0, 1, 2.5, 255, 300}, "float16": {-3.5, 0, 1, 2.5, 255, 300},
		"uint8": {0, 0, 1, 3, 255, 255}, "int8": {-4, 0, 1, 3, 127, 127}, "uint16": {0, 0, 1, 3, 255, 300}, "int16": {-4, 0, 1, 3, 255, 300}, "int32": {-4, 0, 1, 3, 255, 300},
	} {
		for _, first := range []bool{false, true} {
			var file bytes.Buffer
			if err := npy.WriteRaw(&file, Types[name], []int{6}, bytes.NewReader(Numbers(x, Types[name], first))); err != nil {
				t.Fatal(err)
			}
			got, err := tensor.ReadNPY(&file)
			if err != nil {
				t.Fatal(err)
			}
			w := want
			if first { // two pixels of three channels: 0 3, 1 4, 2 5
				w = []float32{want[0], want[3], want[1], want[4], want[2], want[5]}
			}
			if !slices.Equal(got.Data(), w) {
				t.Errorf("%s, channels first %v: %v, want %v", name, first, got.Data(), w)
			}
		}
	}
}

// half is exact for what 16 bits can hold: the largest, the least, infinity.
func TestHalf(t *testing.T) {
	for v, want := range map[float32]uint16{0: 0, 1: 0x3c00, -2: 0xc000, 65504: 0x7bff, 1.0 / (1 << 14): 0x0400, 1.0 / (1 << 24): 0x0001, float32(math.Inf(-1)): 0xfc00} {
		if got := half(v); got != want {
			t.Errorf("half(%v) = %#04x, want %#04x", v, got, want)
		}
	}
	if fmt.Sprintf("%x", half(float32(math.NaN()))) != "7e00" {
		t.Error("NaN")
	}
}
