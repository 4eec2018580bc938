package tensor_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	. "github.com/antler-ml/antler/tensor"
)

// bench reports MB/s of the bytes of the operand.
func bench(b *testing.B, x *Tensor, f func()) {
	b.SetBytes(int64(4 * x.Len()))
	b.ReportAllocs()
	for b.Loop() {
		f()
	}
}

func random(shape ...int) *Tensor {
	x := New(shape...)
	seed := uint32(1)
	for i := range x.Data() {
		seed = seed*1664525 + 1013904223
		x.Data()[i] = float32(seed>>8)/(1<<23) - 1
	}
	return x
}

func BenchmarkSum(b *testing.B) {
	x := random(64, 128, 128)
	for _, axes := range [][]int{{}, {0}, {1}, {2}, {0, 2}, {0, 1}} {
		b.Run(fmt.Sprint(axes), func(b *testing.B) { bench(b, x, func() { Sum(x, axes...) }) })
	}
}

func BenchmarkSumShort(b *testing.B) {
	x := random(100000, 10)
	for axis := range 2 {
		b.Run(fmt.Sprint(axis), func(b *testing.B) { bench(b, x, func() { Sum(x, axis) }) })
	}
}

func BenchmarkVar(b *testing.B) {
	x := random(256, 32, 32, 3) // channels of images
	bench(b, x, func() { Var(x, 0, 1, 2) })
}

func BenchmarkMax(b *testing.B) {
	x := random(1024, 1024)
	for axis := range 2 {
		b.Run(fmt.Sprint(axis), func(b *testing.B) { bench(b, x, func() { Max(x, axis) }) })
	}
}

func BenchmarkArgMax(b *testing.B) {
	x := random(1024, 1024)
	for axis := range 2 {
		b.Run(fmt.Sprint(axis), func(b *testing.B) { bench(b, x, func() { ArgMax(x, axis) }) })
	}
}

func BenchmarkSort(b *testing.B) {
	x := random(256, 1024)
	bench(b, x, func() { Sort(x, -1) })
}

func BenchmarkAdd(b *testing.B) {
	x := random(1024, 1024)
	for name, y := range map[string]*Tensor{
		"same": random(1024, 1024), "row": random(1024), "column": random(1024, 1), "scalar": Scalar(2), "transpose": Transpose(random(1024, 1024)),
	} {
		b.Run(name, func(b *testing.B) { bench(b, x, func() { Add(x, y) }) })
	}
	images := random(512, 32, 32, 3)
	b.Run("channels", func(b *testing.B) { y := random(3); bench(b, images, func() { Add(images, y) }) })
}

func BenchmarkExp(b *testing.B) {
	x := random(1 << 20)
	bench(b, x, func() { Exp(x) })
}

func BenchmarkTranspose(b *testing.B) {
	for _, n := range []int{256, 1000, 1024, 2048} {
		x := Transpose(random(n, n))
		b.Run(fmt.Sprint(n), func(b *testing.B) { bench(b, x, func() { x.Clone() }) })
	}
	x := Transpose(random(64, 32, 32, 3), 0, 3, 1, 2)
	b.Run("nhwc-nchw", func(b *testing.B) { bench(b, x, func() { x.Clone() }) })
}

func BenchmarkMatMul(b *testing.B) {
	for _, n := range []int{64, 512} {
		x, y := random(n, n), random(n, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				MatMul(x, y)
			}
			b.ReportMetric(2*float64(n*n*n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

func BenchmarkReadNPY(b *testing.B) {
	x := random(1 << 22)
	var file bytes.Buffer
	if err := WriteNPY(&file, x); err != nil {
		b.Fatal(err)
	}
	for name, open := range map[string]func() io.Reader{
		"sized":  func() io.Reader { return bytes.NewReader(file.Bytes()) },
		"stream": func() io.Reader { return struct{ io.Reader }{bytes.NewReader(file.Bytes())} },
	} {
		b.Run(name, func(b *testing.B) {
			bench(b, x, func() {
				if _, err := ReadNPY(open()); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}

func BenchmarkWriteNPY(b *testing.B) {
	x := random(2048, 2048)
	for name, y := range map[string]*Tensor{"contiguous": x, "transpose": Transpose(x)} {
		b.Run(name, func(b *testing.B) {
			bench(b, x, func() {
				if err := WriteNPY(io.Discard, y); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}

func BenchmarkReadNPZ(b *testing.B) {
	x := random(1 << 22)
	for name, write := range map[string]func(io.Writer, map[string]*Tensor) error{"stored": WriteNPZ, "deflated": WriteNPZCompressed} {
		var file bytes.Buffer
		if err := write(&file, map[string]*Tensor{"x": x}); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			bench(b, x, func() {
				if _, err := ReadNPZ(bytes.NewReader(file.Bytes()), int64(file.Len())); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}
