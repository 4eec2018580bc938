//go:build amd64 && !purego

package roofline

import (
	"testing"

	"golang.org/x/sys/cpu"
)

// BenchmarkFMA is the peak of a core in float32 arithmetic.
func BenchmarkFMA(b *testing.B) {
	run := func(name string, has bool, lanes int, f func(n int)) {
		b.Run(name, func(b *testing.B) {
			if !has {
				b.Skip("not on this machine")
			}
			const rounds = 10000
			for b.Loop() {
				f(rounds)
			}
			b.ReportMetric(float64(b.N)*rounds*12*2*float64(lanes)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
	run("AVX512", cpu.X86.HasAVX512F, 16, fmaAVX512)
	run("AVX2", cpu.X86.HasAVX2 && cpu.X86.HasFMA, 8, fmaAVX2)
}
