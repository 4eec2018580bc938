package image

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/disintegration/imaging"

	"github.com/antler-ml/antler/internal/golden"
)

func jpeg512(b *testing.B) []byte {
	m, err := Load(golden.Path(b, "keras", "image", "pictures", "rgb420.jpg"), LoadConfig{TargetSize: [2]int{512, 512}, Interpolation: Bicubic})
	if err != nil {
		b.Fatal(err)
	}
	var buf bytes.Buffer
	if err := Encode(&buf, m, SaveConfig{Format: "jpeg", Quality: 90}); err != nil {
		b.Fatal(err)
	}
	return buf.Bytes()
}

func BenchmarkLoad(b *testing.B) {
	dir := b.TempDir()
	path := filepath.Join(dir, "x.jpg")
	if err := os.WriteFile(path, jpeg512(b), 0o644); err != nil {
		b.Fatal(err)
	}
	dst := make([]float32, 224*224*3)
	for _, i := range []Interpolation{Nearest, Bilinear, Lanczos} {
		b.Run("jpeg512to224_"+string(i), func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if err := LoadArray(dst, path, LoadConfig{TargetSize: [2]int{224, 224}, Interpolation: i}, ChannelsLast); err != nil {
					b.Fatal(err)
				}
				n++
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "images/s")
		})
	}
}

func BenchmarkResize(b *testing.B) {
	m, err := Decode(bytes.NewReader(jpeg512(b)), LoadConfig{})
	if err != nil {
		b.Fatal(err)
	}
	for _, i := range []Interpolation{Nearest, Bilinear, Bicubic, Lanczos, Box} {
		b.Run("512to224_"+string(i), func(b *testing.B) {
			var s scratch
			n := 0
			for b.Loop() {
				s.resize(m, 224, 224, i, false)
				n++
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "images/s")
		})
	}
	b.Run("imaging_512to224_bilinear", func(b *testing.B) {
		src := imaging.Clone(m)
		n := 0
		for b.Loop() {
			imaging.Resize(src, 224, 224, imaging.Linear)
			n++
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "images/s")
	})
}
