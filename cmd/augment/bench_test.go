package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"testing"
)

// BenchmarkPictures makes new pictures of JPEGs of 1024 × 768, end to end:
// read, decode, change, encode, write. Rates are of new pictures; five are made
// of each.
func BenchmarkPictures(b *testing.B) {
	b.Chdir(b.TempDir())
	const pictures, each = 12, 5
	for i := range pictures {
		paint(b, fmt.Sprintf("in/%02d.jpg", i), 768, 1024, i)
	}
	for _, c := range []struct {
		name  string
		flags []string
	}{
		{"whole", nil},
		{"224", []string{"--target-size", "224"}},
		{"224png", []string{"--target-size", "224", "--format", "png"}},
		{"224npz", []string{"--target-size", "224", "--format", "npz"}},
		{"224randaugment", []string{"--target-size", "224", "--policy", "randaugment"}},
	} {
		for _, workers := range []string{"1", "2"} {
			b.Run(c.name+"/workers="+workers, func(b *testing.B) {
				for b.Loop() {
					var out, err bytes.Buffer
					args := append([]string{"in", "out", "--quiet", "--workers", workers, "-n", fmt.Sprint(each)}, c.flags...)
					if code := run(context.Background(), args, &out, &err); code != 0 {
						b.Fatal(err.String())
					}
					b.StopTimer()
					os.RemoveAll("out")
					b.StartTimer()
				}
				b.ReportMetric(float64(b.N*pictures*each)/b.Elapsed().Seconds(), "images/s")
			})
		}
	}
}
