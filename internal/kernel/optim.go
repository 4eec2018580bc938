package kernel

//go:generate go run -C _asm ./math -topic optim -dir ../

// One fused pass over a weight for each optimizer of tf_keras 2. w is the weight,
// g its gradient; the other slices are the optimizer's state and all are updated
// in place. Beside the formulas nothing is computed here: the caller raises betas
// to powers and schedules the learning rate. The results have the same bits on
// every instruction set.

// SGD does w -= lr*g.
func SGD(w, g []float32, lr float32) { like(w, g); optimSGD(w, g, lr) }

// Momentum does m = mu*m - lr*g; w += m.
func Momentum(w, g, m []float32, lr, mu float32) {
	like(w, g)
	like(w, m)
	optimMomentum(w, g, m, lr, mu)
}

// Nesterov does m = mu*m - lr*g; w += mu*m - lr*g.
func Nesterov(w, g, m []float32, lr, mu float32) {
	like(w, g)
	like(w, m)
	optimNesterov(w, g, m, lr, mu)
}

// RMSprop does v = rho*v + (1-rho)*g²; w -= lr*g / √(v+eps).
func RMSprop(w, g, v []float32, lr, rho, eps float32) {
	like(w, g)
	like(w, v)
	optimRMSprop(w, g, v, lr, rho, 1-rho, eps)
}

// RMSpropMomentum does v = rho*v + (1-rho)*g²; m = mu*m + lr*g / √(v+eps); w -= m.
func RMSpropMomentum(w, g, v, m []float32, lr, rho, eps, mu float32) {
	like(w, g)
	like(w, v)
	like(w, m)
	optimRMSpropMomentum(w, g, v, m, lr, rho, 1-rho, eps, mu)
}

// RMSpropCentered does v = rho*v + (1-rho)*g²; a = rho*a + (1-rho)*g;
// w -= lr*g / √(v-a²+eps).
func RMSpropCentered(w, g, v, a []float32, lr, rho, eps float32) {
	like(w, g)
	like(w, v)
	like(w, a)
	optimRMSpropCentered(w, g, v, a, lr, rho, 1-rho, eps)
}

// RMSpropCenteredMomentum is RMSpropCentered with RMSpropMomentum's last step.
func RMSpropCenteredMomentum(w, g, v, a, m []float32, lr, rho, eps, mu float32) {
	like(w, g)
	like(w, v)
	like(w, a)
	like(w, m)
	optimRMSpropCenteredMomentum(w, g, v, a, m, lr, rho, 1-rho, eps, mu)
}

// Adam does m += (g-m)*(1-beta1); v += (g²-v)*(1-beta2); w -= alpha*m / (√v+eps),
// where alpha = lr·√(1-beta2ᵗ)/(1-beta1ᵗ) in step t = 1, 2, …
func Adam(w, g, m, v []float32, alpha, beta1, beta2, eps float32) {
	like(w, g)
	like(w, m)
	like(w, v)
	optimAdam(w, g, m, v, alpha, 1-beta1, 1-beta2, eps)
}

// AMSGrad is Adam with h = max(h, v) in the place of v in the last step.
func AMSGrad(w, g, m, v, h []float32, alpha, beta1, beta2, eps float32) {
	like(w, g)
	like(w, m)
	like(w, v)
	like(w, h)
	optimAMSGrad(w, g, m, v, h, alpha, 1-beta1, 1-beta2, eps)
}

// Adagrad does a += g²; w -= lr*g / √(a+eps).
func Adagrad(w, g, a []float32, lr, eps float32) {
	like(w, g)
	like(w, a)
	optimAdagrad(w, g, a, lr, eps)
}

// Adadelta does a = rho*a + (1-rho)*g²; d = √(u+eps)*g / √(a+eps);
// u = rho*u + (1-rho)*d²; w -= lr*d.
func Adadelta(w, g, a, u []float32, lr, rho, eps float32) {
	like(w, g)
	like(w, a)
	like(w, u)
	optimAdadelta(w, g, a, u, lr, rho, 1-rho, eps)
}

// Adamax does m += (g-m)*(1-beta1); u = max(beta2*u, |g|);
// w -= lr*m / (c*(u+eps)), where c = 1-beta1ᵗ.
func Adamax(w, g, m, u []float32, lr, beta1, beta2, eps, c float32) {
	like(w, g)
	like(w, m)
	like(w, u)
	optimAdamax(w, g, m, u, lr, 1-beta1, beta2, eps, c)
}

// Nadam does m += (g-m)*(1-beta1); v += (g²-v)*(1-beta2);
// w -= lr*(cm*m + cg*g) / (√(cv*v)+eps), where with the momentum schedule μ and
// its running product M: cm = μₜ₊₁/(1-Mₜ₊₁), cg = (1-μₜ)/(1-Mₜ), cv = 1/(1-beta2ᵗ).
func Nadam(w, g, m, v []float32, lr, beta1, beta2, eps, cm, cg, cv float32) {
	like(w, g)
	like(w, m)
	like(w, v)
	optimNadam(w, g, m, v, lr, 1-beta1, 1-beta2, eps, cm, cg, cv)
}

// Lion does w -= lr*sign(beta1*m + (1-beta1)*g); m = beta2*m + (1-beta2)*g.
// The sign of 0 is 0.
func Lion(w, g, m []float32, lr, beta1, beta2 float32) {
	like(w, g)
	like(w, m)
	optimLion(w, g, m, lr, beta1, 1-beta1, beta2, 1-beta2)
}

// FTRL does b = a+g²; l += g + shrink*w - (√b-√a)/lr*w; a = b;
// w = (min(max(l, -l1), l1) - l) / (√a/lr + l2).
func FTRL(w, g, a, l []float32, lr, shrink, l1, l2 float32) {
	like(w, g)
	like(w, a)
	like(w, l)
	optimFTRL(w, g, a, l, lr, shrink, l1, l2)
}
