package kernel

// poolGo is the reference: window by window, channel by channel.
func poolGo(p *poolRun, kind poolKind) {
	for i := range p.n {
		for c := range p.c {
			x, y := p.x[i*p.xstep+c:], &p.y[i*p.ystep+c]
			switch kind {
			case poolMax:
				*y = x[p.tab[firstMax(x, p.tab)]]
			case poolAvg:
				var sum float32
				for _, k := range p.tab {
					sum += x[k]
				}
				*y = sum / p.count
			case poolPick:
				*y = p.dx[i*p.xstep+c+p.tab[firstMax(x, p.tab)]]
			case poolPickEach:
				best, v, sum := x[p.tab[firstMax(x, p.tab)]], p.dx[i*p.xstep+c:], float32(0)
				for _, k := range p.tab {
					if x[k] == best {
						sum += v[k]
					}
				}
				*y = sum
			case poolMaxGradEachStore, poolMaxGradEachAdd:
				best, dx := x[p.tab[firstMax(x, p.tab)]], p.dx[i*p.xstep+c:]
				for _, k := range p.tab {
					switch g := *y; {
					case x[k] != best && kind == poolMaxGradEachStore:
						dx[k] = 0
					case x[k] != best:
					case kind == poolMaxGradEachStore:
						dx[k] = g
					default:
						dx[k] += g
					}
				}
			case poolMaxGradStore, poolMaxGradAdd, poolMaxGradReLUStore, poolMaxGradReLUAdd:
				best := p.tab[firstMax(x, p.tab)]
				dx, dy := p.dx[i*p.xstep+c:], *y
				if kind >= poolMaxGradReLUStore && !(x[best] > 0) {
					dy = 0
				}
				if kind == poolMaxGradAdd || kind == poolMaxGradReLUAdd {
					dx[best] += dy
					continue
				}
				for _, k := range p.tab {
					dx[k] = 0
				}
				dx[best] = dy
			case poolAvgGradStore, poolAvgGradAdd:
				dx, g := p.dx[i*p.xstep+c:], *y/p.count
				for _, k := range p.tab {
					if kind == poolAvgGradAdd {
						dx[k] += g
					} else {
						dx[k] = g
					}
				}
			}
		}
	}
}

// firstMax returns the first cell that holds the maximum, or the first NaN.
func firstMax(x []float32, tab []int) int {
	best := 0
	for k, at := range tab {
		v, b := x[at], x[tab[best]]
		if b == b && !(v <= b) && k > 0 {
			best = k
		}
	}
	return best
}
