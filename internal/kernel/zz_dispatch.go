package kernel

func reduceSum(x []float32) float32                         { return reduceSumGo(x) }
func reduceDot(a, b []float32) float32                      { return reduceDotGo(a, b) }
func reduceMaxNumber(x []float32) float32                   { return reduceMaxNumberGo(x) }
func reduceMinNumber(x []float32) float32                   { return reduceMinNumberGo(x) }
func reduceMax(x []float32) float32                         { return reduceMaxGo(x) }
func reduceMin(x []float32) float32                         { return reduceMinGo(x) }
func reduceAddColumns(dst, x []float32)                     { reduceAddColumnsGo(dst, x) }
func softmaxExpSum(dst, x []float32, top float32) float32   { return softmaxExpSumGo(dst, x, top) }
func softmaxSumExp(x []float32, top float32) float32        { return softmaxSumExpGo(x, top) }
func softmaxExpScale(dst, x []float32, top, log, s float32) { softmaxExpScaleGo(dst, x, top, log, s) }
func softmaxLossSum(x, t []float32, top, log float32) float32 {
	return softmaxLossSumGo(x, t, top, log)
}
func randomUniform(dst []float32, key, step, g uint64, lo, span, last float32) {
	randomUniformGo(dst, key, step, g, lo, span, last)
}
func randomNormal(dst []float32, key, step, g uint64, mean, std float32) {
	randomNormalGo(dst, key, step, g, mean, std)
}
func randomDropout(dst, x []float32, key, step, g uint64, drop uint32, scale float32) {
	randomDropoutGo(dst, x, key, step, g, drop, scale)
}
