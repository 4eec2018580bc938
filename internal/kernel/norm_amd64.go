//go:build amd64 && !purego

package kernel

import (
	"golang.org/x/sys/cpu"

	"github.com/antler-ml/antler/internal/kernel/impl"
)

var (
	normAVX512 = cpu.X86.HasAVX512F
	normAVX2   = cpu.X86.HasAVX2 && cpu.X86.HasFMA
)

func init() {
	impl.Register("norm", "AVX512", &normAVX512)
	impl.Register("norm", "AVX2", &normAVX2)
}

// normColumns is how many columns the assembly takes: whole vectors.
func normColumns(w int) int {
	if normAVX512 || normAVX2 {
		return w &^ 15
	}
	return 0
}

func normMoments(s, sq, x, centre []float32) {
	w := len(centre)
	cols, rows := normColumns(w), len(x)/w
	if cols > 0 && rows > 0 {
		if normAVX512 {
			normMomentsAVX512(&s[0], &sq[0], &x[0], &centre[0], rows, w, cols)
		} else {
			normMomentsAVX2(&s[0], &sq[0], &x[0], &centre[0], rows, w, cols)
		}
	}
	if cols < w {
		normMomentsGo(s, sq, x, centre, cols)
	}
}

func normApply(y, x, mean, scale, shift []float32) {
	w := len(mean)
	cols, rows := normColumns(w), len(x)/w
	if cols > 0 && rows > 0 {
		if normAVX512 {
			normApplyAVX512(&y[0], &x[0], &mean[0], &scale[0], &shift[0], rows, w, cols)
		} else {
			normApplyAVX2(&y[0], &x[0], &mean[0], &scale[0], &shift[0], rows, w, cols)
		}
	}
	if cols < w {
		normApplyGo(y, x, mean, scale, shift, cols)
	}
}

func normDots(s, p, dy, x, mean []float32) {
	w := len(mean)
	cols, rows := normColumns(w), len(x)/w
	if cols > 0 && rows > 0 {
		if normAVX512 {
			normDotsAVX512(&s[0], &p[0], &dy[0], &x[0], &mean[0], rows, w, cols)
		} else {
			normDotsAVX2(&s[0], &p[0], &dy[0], &x[0], &mean[0], rows, w, cols)
		}
	}
	if cols < w {
		normDotsGo(s, p, dy, x, mean, cols)
	}
}

func normBack(dx, dy, x, mean, a, b, c []float32) {
	w := len(mean)
	cols, rows := normColumns(w), len(x)/w
	if cols > 0 && rows > 0 {
		if normAVX512 {
			normBackAVX512(&dx[0], &dy[0], &x[0], &mean[0], &a[0], &b[0], &c[0], rows, w, cols)
		} else {
			normBackAVX2(&dx[0], &dy[0], &x[0], &mean[0], &a[0], &b[0], &c[0], rows, w, cols)
		}
	}
	if cols < w {
		normBackGo(dx, dy, x, mean, a, b, c, cols)
	}
}
