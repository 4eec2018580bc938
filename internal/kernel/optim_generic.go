package kernel

import "math"

func optimSGDGo(w, g []float32, lr float32) {
	for i, g := range g {
		w[i] -= float32(lr * g)
	}
}

func optimMomentumGo(w, g, m []float32, lr, mu float32) {
	for i, g := range g {
		m[i] = float32(mu*m[i]) - float32(lr*g)
		w[i] += m[i]
	}
}

func optimNesterovGo(w, g, m []float32, lr, mu float32) {
	for i, g := range g {
		s := float32(lr * g)
		m[i] = float32(mu*m[i]) - s
		w[i] += float32(mu*m[i]) - s
	}
}

// mean2 returns the running mean of squares r*v + q*g².
func mean2(v, g, r, q float32) float32 { return float32(r*v) + float32(q*float32(g*g)) }

func optimRMSpropGo(w, g, v []float32, lr, rho, q, eps float32) {
	for i, g := range g {
		v[i] = mean2(v[i], g, rho, q)
		w[i] -= float32(lr*g) / sqrt32(v[i]+eps)
	}
}

func optimRMSpropMomentumGo(w, g, v, m []float32, lr, rho, q, eps, mu float32) {
	for i, g := range g {
		v[i] = mean2(v[i], g, rho, q)
		m[i] = float32(mu*m[i]) + float32(lr*g)/sqrt32(v[i]+eps)
		w[i] -= m[i]
	}
}

func optimRMSpropCenteredGo(w, g, v, a []float32, lr, rho, q, eps float32) {
	for i, g := range g {
		v[i] = mean2(v[i], g, rho, q)
		a[i] = float32(rho*a[i]) + float32(q*g)
		w[i] -= float32(lr*g) / sqrt32((v[i]-float32(a[i]*a[i]))+eps)
	}
}

func optimRMSpropCenteredMomentumGo(w, g, v, a, m []float32, lr, rho, q, eps, mu float32) {
	for i, g := range g {
		v[i] = mean2(v[i], g, rho, q)
		a[i] = float32(rho*a[i]) + float32(q*g)
		m[i] = float32(mu*m[i]) + float32(lr*g)/sqrt32((v[i]-float32(a[i]*a[i]))+eps)
		w[i] -= m[i]
	}
}

func optimAdamGo(w, g, m, v []float32, alpha, p, q, eps float32) {
	for i, g := range g {
		m[i] += float32((g - m[i]) * p)
		v[i] += float32((float32(g*g) - v[i]) * q)
		w[i] -= float32(m[i]*alpha) / (sqrt32(v[i]) + eps)
	}
}

func optimAMSGradGo(w, g, m, v, h []float32, alpha, p, q, eps float32) {
	for i, g := range g {
		m[i] += float32((g - m[i]) * p)
		v[i] += float32((float32(g*g) - v[i]) * q)
		h[i] = above(h[i], v[i])
		w[i] -= float32(m[i]*alpha) / (sqrt32(h[i]) + eps)
	}
}

func optimAdagradGo(w, g, a []float32, lr, eps float32) {
	for i, g := range g {
		a[i] += float32(g * g)
		w[i] -= float32(lr*g) / sqrt32(a[i]+eps)
	}
}

func optimAdadeltaGo(w, g, a, u []float32, lr, rho, q, eps float32) {
	for i, g := range g {
		a[i] = float32(rho*a[i]) + float32(float32(q*g)*g)
		d := float32(sqrt32(u[i]+eps)*g) / sqrt32(a[i]+eps)
		u[i] = float32(rho*u[i]) + float32(float32(q*d)*d)
		w[i] -= float32(lr * d)
	}
}

func optimAdamaxGo(w, g, m, u []float32, lr, p, beta2, eps, c float32) {
	for i, g := range g {
		m[i] += float32((g - m[i]) * p)
		u[i] = above(float32(beta2*u[i]), abs32(g))
		w[i] -= float32(lr*m[i]) / float32(c*(u[i]+eps))
	}
}

func optimNadamGo(w, g, m, v []float32, lr, p, q, eps, cm, cg, cv float32) {
	for i, g := range g {
		m[i] += float32((g - m[i]) * p)
		v[i] += float32((float32(g*g) - v[i]) * q)
		d := float32(cm*m[i]) + float32(cg*g)
		w[i] -= float32(lr*d) / (sqrt32(float32(cv*v[i])) + eps)
	}
}

func optimLionGo(w, g, m []float32, lr, beta1, p, beta2, q float32) {
	for i, g := range g {
		d := float32(beta1*m[i]) + float32(p*g)
		if d != 0 {
			w[i] -= float32(lr * math.Float32frombits(math.Float32bits(1)|math.Float32bits(d)&(1<<31)))
		}
		m[i] = float32(beta2*m[i]) + float32(q*g)
	}
}

func optimFTRLGo(w, g, a, l []float32, lr, shrink, l1, l2 float32) {
	for i, g := range g {
		before := sqrt32(a[i])
		a[i] += float32(g * g)
		root := sqrt32(a[i])
		step := float32((root - before) / lr * w[i])
		l[i] += (g + float32(shrink*w[i])) - step
		inside := below(above(l[i], -l1), l1)
		w[i] = (inside - l[i]) / (root/lr + l2)
	}
}
