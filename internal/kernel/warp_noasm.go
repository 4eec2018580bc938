//go:build !amd64 || purego

package kernel

const warpAVX2 = false

func warpPlacesLine(*warpPlan, *WarpRow, bool)                 {}
func warpPlacesList(*warpPlan, *WarpRow, []float64, []float64) {}
func warpNearestLine(*warpPlan, *WarpRow, bool)                {}
func warpNearestList(*warpPlan, *WarpRow, []float64, []float64) {
}
func warpWeights(*WarpRow)                                   {}
func warpLinearFloat(_, _ []float32, _ *WarpRow, _ int) bool { return false }
func warpLinearByte(_, _ []uint8, _ *WarpRow, _ int) bool    { return false }
func warpPickFloat(_, _ []float32, _ *WarpRow, _ int) bool   { return false }
func warpPickByte(_, _ []uint8, _ *WarpRow, _ int) bool      { return false }
func warpFixedLine(*warpFixed, *WarpRow, bool) uint32        { return 0 }
func warpPickOddFloat(_, _ []float32, _ *WarpRow, _ int)     {}
func warpPickOddByte(_, _ []uint8, _ *WarpRow, _ int)        {}
func warpFloats([]float32, []uint8)                          {}
