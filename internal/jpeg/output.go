package jpeg

import "github.com/antler-ml/antler/internal/kernel"

// A plane holds the samples of one component for one row of MCUs, below the
// last row of samples of the MCUs before: interpolation looks one row up and
// down, so the picture is written one row late.
type plane struct {
	used             bool
	size             int // samples of a block's side: 8, 4, 2 or 1
	w, h             int // samples of the whole plane
	expandX, expandY int
	fancy            bool // interpolated, not repeated
	rows             int  // of an MCU
	stride           int
	pix              []uint8
	wide             []uint8 // a row in the picture's width
}

// output turns planes into rows of the picture.
type output struct {
	sink          Sink
	width, height int
	channels      int
	space         Space
	n             int // components that are used
	rows          int // of the picture in a row of MCUs
	lag           int // 1 when rows wait for the MCUs below
	planes        [4]*plane
	row           []uint8
}

// prepare chooses sizes and checks the subsampling. Like libjpeg it lets the
// transform enlarge chroma in pictures scaled down, where it can.
func (d *Decoder) prepare() error {
	s, o := d.config.Scale, &d.out
	switch s {
	case 1, 2, 4, 8:
	default:
		return unsupported("scale 1/%d, only 1, 1/2, 1/4 and 1/8 can be decoded", s)
	}
	least := 8 / s
	*o = output{row: o.row, planes: o.planes, width: ceilDiv(d.header.Width, s), height: ceilDiv(d.header.Height, s), space: d.header.Space, n: len(d.comps)}
	o.rows = d.maxV * least
	switch o.n {
	case 1:
		o.channels = 1
	case 3:
		o.channels = 3
		if d.config.Luma && o.space == YCbCr {
			o.n, o.channels, o.space = 1, 1, Gray
		}
	default:
		o.channels = 4
	}
	for i := range d.comps {
		c := &d.comps[i]
		p, h, v := &c.plane, int(c.h), int(c.v)
		p.used, p.size = i < o.n, least
		for p.size < 8 && d.maxH*least%(h*p.size*2) == 0 && d.maxV*least%(v*p.size*2) == 0 {
			p.size *= 2
		}
		if d.maxH*least%(h*p.size) != 0 || d.maxV*least%(v*p.size) != 0 {
			return unsupported("component %d is subsampled %d/%d×%d/%d, which is not a whole factor", i, d.maxH, h, d.maxV, v)
		}
		p.expandX, p.expandY = d.maxH*least/(h*p.size), d.maxV*least/(v*p.size)
		p.w = ceilDiv(d.header.Width*h*p.size, 8*d.maxH)
		p.h = ceilDiv(d.header.Height*v*p.size, 8*d.maxV)
		p.rows = v * p.size
		// libjpeg interpolates by two only, across only planes of more than two samples.
		p.fancy = least > 1 && p.expandX <= 2 && p.expandY <= 2 && (p.expandX == 1 || p.w > 2)
		if p.used && p.fancy && p.expandY == 2 {
			o.lag = 1
		}
		o.planes[i] = p
	}
	return nil
}

// slack is how much the last blocks of a row may write, and vectors read, too much.
const slack = 64

func (o *output) allocate(comps []component) {
	for i := range comps[:o.n] {
		p := &comps[i].plane
		p.stride = comps[i].stride*p.size + slack
		p.pix = resized(p.pix, (p.rows+1)*p.stride+slack)
		if p.expandX > 1 || p.expandY > 1 {
			p.wide = resized(p.wide, p.expandX*p.w+slack)
		}
	}
	o.row = resized(o.row, o.width*o.channels+slack)
}

// shift makes room for the next row of MCUs.
func (o *output) shift() {
	for _, p := range o.planes[:o.n] {
		copy(p.pix[:p.stride], p.pix[p.rows*p.stride:])
	}
}

// inverse transforms blocks that lie side by side, in row v of an MCU.
func (c *component) inverse(v, x int, coefs []int16) {
	p := &c.plane
	if !p.used {
		return
	}
	kernel.JPEGInverse(p.pix[(1+v*p.size)*p.stride+x*p.size:], p.stride, coefs, &c.steps, p.size)
}

// write gives the sink what is complete after row y of MCUs.
func (o *output) write(d *Decoder, y int) {
	from, to := max(y*o.rows-o.lag, 0), (y+1)*o.rows-o.lag
	if y == d.mcusY-1 {
		to = o.height
	}
	for r := from; r < min(to, o.height); r++ {
		o.sink.Row(r, o.convert(r, y))
	}
}

// convert returns row r of the picture, which lies in row y of MCUs or above.
func (o *output) convert(r, y int) []uint8 {
	var s [4][]uint8
	for i, p := range o.planes[:o.n] {
		s[i] = p.full(r, y)[:o.width]
	}
	row := o.row[:o.width*o.channels]
	switch o.space {
	case Gray:
		return s[0]
	case YCbCr:
		kernel.YCCToRGB(row, s[0], s[1], s[2])
	case RGB:
		for i := range o.width {
			row[3*i], row[3*i+1], row[3*i+2] = s[0][i], s[1][i], s[2][i]
		}
	case CMYK: // stored inverted, by a convention of Adobe that all follow
		for i := range o.width {
			row[4*i], row[4*i+1], row[4*i+2], row[4*i+3] = ^s[0][i], ^s[1][i], ^s[2][i], ^s[3][i]
		}
	case YCCK: // RGB is inverted CMY, which is inverted once more
		kernel.YCCToRGB(row[:3*o.width], s[0], s[1], s[2])
		for i := o.width - 1; i >= 0; i-- {
			c, m, y := row[3*i], row[3*i+1], row[3*i+2]
			row[4*i], row[4*i+1], row[4*i+2], row[4*i+3] = c, m, y, ^s[3][i]
		}
	}
	return row
}

// full returns the samples of a plane for row r of the picture.
func (p *plane) full(r, y int) []uint8 {
	near := r / p.expandY
	at := func(row int) []uint8 { return p.pix[(1+row-y*p.rows)*p.stride:][:p.w] }
	switch {
	case p.expandX == 1 && p.expandY == 1:
		return p.pix[(1+near-y*p.rows)*p.stride:]
	case !p.fancy:
		repeat(p.wide, at(near), p.expandX)
	case p.expandY == 1:
		kernel.JPEGWiden(p.wide, at(near))
	default:
		below := r & 1
		far := at(min(max(near-1+2*below, 0), p.h-1))
		if p.expandX == 1 {
			kernel.JPEGBlend(p.wide[:p.w], at(near), far, 1+below)
		} else {
			kernel.JPEGWidenBlend(p.wide, at(near), far)
		}
	}
	return p.wide
}

func repeat(dst, src []uint8, n int) {
	for i, v := range src {
		d := dst[n*i:][:n]
		for k := range d {
			d[k] = v
		}
	}
}

// outputAll transforms and writes a picture whose coefficients are all there.
func (d *Decoder) outputAll() error {
	smooth := d.smoothing()
	for y := range d.mcusY {
		if err := d.late(); err != nil {
			return err
		}
		d.out.shift()
		for i := range d.comps[:d.out.n] {
			c := &d.comps[i]
			for v := range int(c.v) {
				row := y*int(c.v) + v
				if row >= c.bh {
					break
				}
				if smooth {
					d.smoothRow(c, row, y)
					continue
				}
				blocks := c.coefs[64*row*c.stride:][:64*c.bw]
				if d.header.Progressive {
					d.coefs = resized(d.coefs, 64*c.bw)
					blocks = d.coefs
					for x := range c.bw {
						c.rows((*[64]int16)(blocks[64*x:]), row*c.stride+x)
					}
				}
				c.inverse(v, 0, blocks)
			}
		}
		d.out.write(d, y)
	}
	return nil
}
