package kernel

// tileGo is the reference: the definition, row by row.
func tileGo(t *tile, src tileSource) {
	var acc [32]float32
	sum := acc[:t.n]
	for i := range t.m {
		c := t.c[t.crow[i] : t.crow[i]+t.n]
		switch t.init {
		case initZero:
			clear(sum)
		case initC:
			copy(sum, c)
		}
		for k, off := range t.tab {
			a := t.a[t.arow[i]+off:]
			b := t.b[k*t.ldb:][:t.n]
			switch src {
			case srcBroadcast:
				x := a[0]
				for j, y := range b {
					sum[j] += float32(x * y)
				}
			case srcVector:
				for j, y := range b {
					sum[j] += float32(a[j] * y)
				}
			default:
				for j, y := range b {
					sum[j] += float32(a[t.lane[j]] * y)
				}
			}
		}
		if t.bias != nil {
			for j, b := range t.bias[:t.n] {
				sum[j] += b
			}
		}
		if t.relu != 0 {
			for j, x := range sum {
				if x < 0 {
					sum[j] = 0
				}
			}
		}
		copy(c, sum)
	}
}
