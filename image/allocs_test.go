package image

import (
	"bytes"
	stdimage "image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Reading pictures over and over takes no memory after the first ones: from
// memory everywhere, from files on Linux.
func TestLoadArrayAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector drops what pools keep")
	}
	m := stdimage.NewRGBA(stdimage.Rect(0, 0, 320, 240))
	for i := range m.Pix {
		m.Pix[i] = uint8(i * i >> 5)
	}
	m.Set(0, 0, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.jpg")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	dst := make([]float32, 64*64*3)
	for _, c := range []LoadConfig{{}, {Interpolation: Bilinear}, {Interpolation: Bilinear, Draft: true}, {Interpolation: Lanczos, KeepAspectRatio: true}} {
		c.TargetSize = [2]int{64, 64}
		try := func(what string, load func() error) {
			if n := testing.AllocsPerRun(50, func() {
				if err := load(); err != nil {
					t.Fatal(err)
				}
			}); n > 0 {
				t.Errorf("%s, %+v: %v allocations", what, c, n)
			}
		}
		try("in memory", func() error { return DecodeArray(dst, b.Bytes(), c, ChannelsFirst) })
		if runtime.GOOS == "linux" {
			try("file", func() error { return LoadArray(dst, path, c, ChannelsLast) })
		}
	}
}

// A name with a zero byte, a directory and a missing file are errors as ever.
func TestDiskErrors(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a\x00b", dir, filepath.Join(dir, "none.jpg"), ""} {
		if err := LoadArray(nil, name, LoadConfig{}, ChannelsLast); err == nil {
			t.Errorf("%q: no error", name)
		}
	}
}
