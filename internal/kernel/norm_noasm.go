//go:build !amd64 || purego

package kernel

func normMoments(s, sq, x, centre []float32)       { normMomentsGo(s, sq, x, centre, 0) }
func normApply(y, x, mean, scale, shift []float32) { normApplyGo(y, x, mean, scale, shift, 0) }
func normDots(s, p, dy, x, mean []float32)         { normDotsGo(s, p, dy, x, mean, 0) }
func normBack(dx, dy, x, mean, a, b, c []float32)  { normBackGo(dx, dy, x, mean, a, b, c, 0) }
