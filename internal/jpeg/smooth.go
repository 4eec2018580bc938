package jpeg

// The first coefficients of a progressive picture of which some are missing
// are guessed from the DC coefficients of the blocks around, as libjpeg-turbo
// does since version 2.1: annex K.8 of the standard, over 5×5 blocks.

// A guess is the estimate of one coefficient: a weighted sum of 25 DC
// coefficients, row by row, over 256.
type guess struct {
	at      int // place in the order of rows
	weights [25]int32
}

// guesses are used where some AC coefficients are known; in the order of zigzag.
var guesses = [...]guess{
	{1, [25]int32{10: -7, 50, 0, -50, 7}},
	{8, [25]int32{2: -7, 7: 50, 17: -50, 22: 7}},
	{16, [25]int32{2: -1, 7: 13, 12: -24, 17: 13, 22: -1}},
	{9, [25]int32{1: -1, 3: 1, 5: -1, 10, 0, -10, 1, 15: 1, -10, 0, 10, -1, 21: 1, 23: -1}},
	{2, [25]int32{10: -1, 13, -24, 13, -1}},
}

// coarseGuesses are used where only DC coefficients are known; the last one
// replaces those.
var coarseGuesses = [...]guess{
	{1, [25]int32{-1, -1, 0, 1, 1, -3, 13, 0, -13, 3, -3, 38, 0, -38, 3, -3, 13, 0, -13, 3, -1, -1, 0, 1, 1}},
	{8, [25]int32{-1, -3, -3, -3, -1, -1, 13, 38, 13, -1, 0, 0, 0, 0, 0, 1, -13, -38, -13, 1, 1, 3, 3, 3, 1}},
	{16, [25]int32{2: 1, 6: 2, 7, 2, 11: -5, -14, -5, 16: 2, 7, 2, 22: 1}},
	{9, [25]int32{0: -1, 4: 1, 6: 9, 0, -9, 16: -9, 0, 9, 20: 1, 24: -1}},
	{2, [25]int32{6: 2, -5, 2, 10: 1, 7, -14, 7, 1, 16: 2, -5, 2}},
	{3, [25]int32{6: 1, 0, -1, 11: 2, 0, -2, 16: 1, 0, -1}},
	{10, [25]int32{6: 1, -3, 1, 16: -1, 3, -1}},
	{17, [25]int32{6: 1, 0, -1, 11: -3, 0, 3, 16: 1, 0, -1}},
	{24, [25]int32{6: 1, 2, 1, 16: -1, -2, -1}},
	{0, [25]int32{-2, -6, -8, -6, -2, -6, 6, 42, 6, -6, -8, 42, 152, 42, -8, -6, 6, 42, 6, -6, -2, -6, -8, -6, -2}},
}

// smoothing reports whether coefficients are to be guessed.
func (d *Decoder) smoothing() bool {
	if !d.header.Progressive {
		return false
	}
	useful := false
	for i := range d.comps {
		c := &d.comps[i]
		if c.acc[0] < 0 {
			return false
		}
		for k := range 10 {
			if c.quant[zigzag[k]] == 0 {
				return false
			}
			useful = useful || k > 0 && c.acc[k] != 0
		}
	}
	return useful
}

// smoothRow guesses and transforms one row of blocks, in row y of MCUs.
func (d *Decoder) smoothRow(c *component, row, y int) {
	known := c.acc[:10]
	if y > d.lastGood {
		known = c.prevAcc[:]
	}
	coarse := true
	for _, a := range known[1:] {
		coarse = coarse && a == -1
	}
	list := guesses[:]
	if coarse {
		list = coarseGuesses[:]
	}
	// The rows around; beyond the picture the last one counts again. Places are
	// counted as libjpeg counts them: above the last row of MCUs with the blocks
	// that fill it up.
	v := row - y*int(c.v)
	high := int(c.v)
	if y == d.mcusY-1 {
		high = c.bh - y*high
	}
	place, places := y*high+v, high*d.mcusY
	rows := [5]int{row, row, row, row, row}
	if place > 0 {
		rows[0], rows[1] = row-1, row-1
	}
	if place > 1 {
		rows[0] = row - 2
	}
	if place < places-1 {
		rows[3], rows[4] = row+1, row+1
	}
	if place < places-2 {
		rows[4] = row + 2
	}
	var dc [25]int32
	for x := range c.bw {
		for i, r := range rows {
			for k := range 5 {
				dc[5*i+k] = int32(c.coefs[64*(r*c.stride+min(max(x+k-2, 0), c.bw-1))])
			}
		}
		b := &c.guessed
		c.rows(b, row*c.stride+x)
		for i := range list {
			g := &list[i]
			if g.at == 0 || b[g.at] == 0 && known[i+1] != 0 {
				bits := int8(0)
				if g.at != 0 {
					bits = known[i+1]
				}
				b[g.at] = g.value(&dc, int32(c.quant[0]), int32(c.quant[g.at]), bits)
			}
		}
		c.inverse(v, x, b[:])
	}
}

// value computes an estimate. It is kept below what the missing bits can hold.
func (g *guess) value(dc *[25]int32, q0, q int32, bits int8) int16 {
	sum := int64(0)
	for i, w := range g.weights {
		sum += int64(w * dc[i])
	}
	sum *= int64(q0)
	v := (int64(q)<<7 + max(sum, -sum)) / (int64(q) << 8)
	if bits > 0 && v >= 1<<bits {
		v = 1<<bits - 1
	}
	if sum < 0 {
		v = -v
	}
	return int16(v)
}
