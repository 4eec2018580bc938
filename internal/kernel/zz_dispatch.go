package kernel

func vecAdd(dst, a, b []float32)                            { vecAddGo(dst, a, b) }
func vecSub(dst, a, b []float32)                            { vecSubGo(dst, a, b) }
func vecMul(dst, a, b []float32)                            { vecMulGo(dst, a, b) }
func vecDiv(dst, a, b []float32)                            { vecDivGo(dst, a, b) }
func vecMaximum(dst, a, b []float32)                        { vecMaximumGo(dst, a, b) }
func vecMinimum(dst, a, b []float32)                        { vecMinimumGo(dst, a, b) }
func vecEqual(dst, a, b []float32)                          { vecEqualGo(dst, a, b) }
func vecNotEqual(dst, a, b []float32)                       { vecNotEqualGo(dst, a, b) }
func vecLess(dst, a, b []float32)                           { vecLessGo(dst, a, b) }
func vecLessEqual(dst, a, b []float32)                      { vecLessEqualGo(dst, a, b) }
func vecAnd(dst, a, b []float32)                            { vecAndGo(dst, a, b) }
func vecOr(dst, a, b []float32)                             { vecOrGo(dst, a, b) }
func vecReLUGrad(dst, dy, x []float32)                      { vecReLUGradGo(dst, dy, x) }
func vecTanhGrad(dst, dy, y []float32)                      { vecTanhGradGo(dst, dy, y) }
func vecSigmoidGrad(dst, dy, y []float32)                   { vecSigmoidGradGo(dst, dy, y) }
func vecSelect(dst, c, a, b []float32)                      { vecSelectGo(dst, c, a, b) }
func vecMulAdd(dst, a, b, c []float32)                      { vecMulAddGo(dst, a, b, c) }
func vecAxpy(dst, x []float32, s float32)                   { vecAxpyGo(dst, x, s) }
func vecAddScalar(dst, x []float32, s float32)              { vecAddScalarGo(dst, x, s) }
func vecScale(dst, x []float32, s float32)                  { vecScaleGo(dst, x, s) }
func vecClip(dst, x []float32, lo, hi float32)              { vecClipGo(dst, x, lo, hi) }
func vecFill(dst []float32, s float32)                      { vecFillGo(dst, s) }
func vecNeg(dst, x []float32)                               { vecNegGo(dst, x) }
func vecSquare(dst, x []float32)                            { vecSquareGo(dst, x) }
func vecRsqrt(dst, x []float32)                             { vecRsqrtGo(dst, x) }
func vecReciprocal(dst, x []float32)                        { vecReciprocalGo(dst, x) }
func vecRound(dst, x []float32)                             { vecRoundGo(dst, x) }
func vecReLU(dst, x []float32)                              { vecReLUGo(dst, x) }
func vecIsNaN(dst, x []float32)                             { vecIsNaNGo(dst, x) }
func vecNot(dst, x []float32)                               { vecNotGo(dst, x) }
func vecAbs(dst, x []float32)                               { vecAbsGo(dst, x) }
func vecSqrt(dst, x []float32)                              { vecSqrtGo(dst, x) }
func vecSign(dst, x []float32)                              { vecSignGo(dst, x) }
func vecFloor(dst, x []float32)                             { vecFloorGo(dst, x) }
func mathExp(dst, x []float32)                              { mathExpGo(dst, x) }
func mathExpm1(dst, x []float32)                            { mathExpm1Go(dst, x) }
func mathLog(dst, x []float32)                              { mathLogGo(dst, x) }
func mathLog1p(dst, x []float32)                            { mathLog1pGo(dst, x) }
func mathTanh(dst, x []float32)                             { mathTanhGo(dst, x) }
func mathSigmoid(dst, x []float32)                          { mathSigmoidGo(dst, x) }
func mathSoftplus(dst, x []float32)                         { mathSoftplusGo(dst, x) }
func mathErf(dst, x []float32)                              { mathErfGo(dst, x) }
func mathSin(dst, x []float32)                              { mathSinGo(dst, x) }
func mathCos(dst, x []float32)                              { mathCosGo(dst, x) }
func mathSigmoidLoss(dst, x, t []float32)                   { mathSigmoidLossGo(dst, x, t) }
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
func optimSGD(w, g []float32, lr float32)             { optimSGDGo(w, g, lr) }
func optimMomentum(w, g, m []float32, lr, mu float32) { optimMomentumGo(w, g, m, lr, mu) }
func optimNesterov(w, g, m []float32, lr, mu float32) { optimNesterovGo(w, g, m, lr, mu) }
func optimRMSprop(w, g, v []float32, lr, rho, q, eps float32) {
	optimRMSpropGo(w, g, v, lr, rho, q, eps)
}
func optimRMSpropMomentum(w, g, v, m []float32, lr, rho, q, eps, mu float32) {
	optimRMSpropMomentumGo(w, g, v, m, lr, rho, q, eps, mu)
}
func optimRMSpropCentered(w, g, v, a []float32, lr, rho, q, eps float32) {
	optimRMSpropCenteredGo(w, g, v, a, lr, rho, q, eps)
}
func optimRMSpropCenteredMomentum(w, g, v, a, m []float32, lr, rho, q, eps, mu float32) {
	optimRMSpropCenteredMomentumGo(w, g, v, a, m, lr, rho, q, eps, mu)
}
func optimAdam(w, g, m, v []float32, alpha, p, q, eps float32) {
	optimAdamGo(w, g, m, v, alpha, p, q, eps)
}
func optimAMSGrad(w, g, m, v, h []float32, alpha, p, q, eps float32) {
	optimAMSGradGo(w, g, m, v, h, alpha, p, q, eps)
}
func optimAdagrad(w, g, a []float32, lr, eps float32) { optimAdagradGo(w, g, a, lr, eps) }
func optimAdadelta(w, g, a, u []float32, lr, rho, q, eps float32) {
	optimAdadeltaGo(w, g, a, u, lr, rho, q, eps)
}
func optimAdamax(w, g, m, u []float32, lr, p, beta2, eps, c float32) {
	optimAdamaxGo(w, g, m, u, lr, p, beta2, eps, c)
}
func optimNadam(w, g, m, v []float32, lr, p, q, eps, cm, cg, cv float32) {
	optimNadamGo(w, g, m, v, lr, p, q, eps, cm, cg, cv)
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
