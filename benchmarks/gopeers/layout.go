package main

// channelsFirst turns images n h w c into n c h w; size is h, w, c.
func channelsFirst(x []float32, n int, size []int) []float32 {
	area, c := size[0]*size[1], size[2]
	y := make([]float32, len(x))
	for i := range n {
		for p := range area {
			for k := range c {
				y[(i*c+k)*area+p] = x[(i*area+p)*c+k]
			}
		}
	}
	return y
}

// filtersFirst turns a kernel h w in out, both sides k, into out in h w.
func filtersFirst(x []float32, k, in, out int) []float32 {
	y := make([]float32, len(x))
	for p := range k * k {
		for i := range in {
			for o := range out {
				y[(o*in+i)*k*k+p] = x[(p*in+i)*out+o]
			}
		}
	}
	return y
}

// rowsChannelsFirst puts the rows of a matrix, which are pixels in the order
// h w c, into the order c h w; size is c, h, w.
func rowsChannelsFirst(x []float32, size []int, columns int) []float32 {
	c, area := size[0], size[1]*size[2]
	y := make([]float32, len(x))
	for p := range area {
		for k := range c {
			copy(y[(k*area+p)*columns:][:columns], x[(p*c+k)*columns:])
		}
	}
	return y
}
