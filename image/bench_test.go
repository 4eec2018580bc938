package image

import (
	"bytes"
	"fmt"
	stdjpeg "image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"github.com/disintegration/imaging"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/internal/kernel/impl"
)

// photo returns a JPEG of 4:2:0 and quality 90 that shows a real photograph,
// next to itself where that is needed.
func photo(b *testing.B, h, w int) []byte {
	m, err := Load(golden.Path(b, "keras", "image", "photo.jpg"), LoadConfig{})
	if err != nil {
		b.Fatal(err)
	}
	p := New(h, w, 3)
	for y := range h {
		for x := 0; x < w; x += m.Width {
			copy(p.Pix[3*(y*w+x):3*(y+1)*w], m.Pix[3*(y%m.Height*m.Width):][:3*m.Width])
		}
	}
	var buf bytes.Buffer
	if err := Encode(&buf, p, SaveConfig{Format: "jpeg", Quality: 90}); err != nil {
		b.Fatal(err)
	}
	return buf.Bytes()
}

// rate reports what a benchmark of one file did.
func rate(b *testing.B, file []byte, f func() error) {
	b.Helper()
	b.ReportAllocs()
	if file != nil {
		b.SetBytes(int64(len(file)))
	}
	n := 0
	for b.Loop() {
		if err := f(); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "images/s")
}

// BenchmarkDecode decodes a JPEG of 1024×768 pixels: MB/s are those of the file.
func BenchmarkDecode(b *testing.B) {
	data := photo(b, 768, 1024)
	for _, c := range []struct {
		name string
		LoadConfig
	}{
		{"whole", LoadConfig{}},
		{"half", LoadConfig{Draft: true, TargetSize: [2]int{384, 512}}},
		{"quarter", LoadConfig{Draft: true, TargetSize: [2]int{192, 256}}},
		{"eighth", LoadConfig{Draft: true, TargetSize: [2]int{96, 128}}},
	} {
		for _, isa := range []string{"AVX2", "Go"} {
			b.Run("jpeg1024x768/"+c.name+"/"+isa, func(b *testing.B) {
				defer impl.Select("jpeg", isa)()
				s := new(scratch)
				s.file = data
				if err := c.check(); err != nil {
					b.Fatal(err)
				}
				rate(b, data, func() error {
					_, err := decode(s, "", &c.LoadConfig)
					return err
				})
			})
		}
	}
	b.Run("jpeg1024x768/whole/standard library", func(b *testing.B) {
		rate(b, data, func() error {
			_, err := stdjpeg.Decode(bytes.NewReader(data)) // to YCbCr only
			return err
		})
	})
}

// BenchmarkLoad reads a file into an array, as pipelines do.
func BenchmarkLoad(b *testing.B) {
	for _, size := range [][2]int{{512, 512}, {768, 1024}} {
		data := photo(b, size[0], size[1])
		path := filepath.Join(b.TempDir(), "x.jpg")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			b.Fatal(err)
		}
		dst := make([]float32, 224*224*3)
		for _, i := range []Interpolation{Nearest, Bilinear, Lanczos} {
			for _, draft := range []bool{false, true} {
				name := fmt.Sprintf("jpeg%dx%d/to224/%s", size[1], size[0], i)
				if draft {
					name += "/draft"
				}
				c := LoadConfig{TargetSize: [2]int{224, 224}, Interpolation: i, Draft: draft}
				b.Run(name, func(b *testing.B) {
					rate(b, data, func() error { return LoadArray(dst, path, c, ChannelsLast) })
				})
			}
		}
	}
}

func BenchmarkResize(b *testing.B) {
	m, err := Decode(bytes.NewReader(photo(b, 768, 1024)), LoadConfig{})
	if err != nil {
		b.Fatal(err)
	}
	for _, i := range []Interpolation{Nearest, Bilinear, Bicubic, Lanczos, Box} {
		b.Run("1024x768to224/"+string(i), func(b *testing.B) {
			var s scratch
			rate(b, nil, func() error {
				s.resize(m, 224, 224, i, false)
				return nil
			})
		})
	}
	b.Run("1024x768to224/imaging bilinear", func(b *testing.B) {
		src := imaging.Clone(m)
		rate(b, nil, func() error {
			imaging.Resize(src, 224, 224, imaging.Linear)
			return nil
		})
	})
}
