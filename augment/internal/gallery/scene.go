package main

import (
	"math"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/internal/rng"
	"github.com/antler-ml/antler/tensor"
)

// The scene is computed, so that it is nobody's but ours: a lake at evening
// with mountains, a house and a boat, grain as a film has it, and a mask, boxes
// and points for the house and the boat.
const height, width = 180, 240

// noise2 is smooth noise from 0 to 1: hashed corners, blended.
func noise2(x, y float64, seed uint64) float64 {
	corner := func(i, j float64) float64 {
		return float64(rng.Mix(seed, uint64(int64(i)), uint64(int64(j)))>>40) / (1 << 24)
	}
	i, j := math.Floor(x), math.Floor(y)
	u, v := x-i, y-j
	u, v = u*u*(3-2*u), v*v*(3-2*v)
	top := corner(i, j)*(1-u) + corner(i+1, j)*u
	bottom := corner(i, j+1)*(1-u) + corner(i+1, j+1)*u
	return top*(1-v) + bottom*v
}

// fractal adds up noise of ever finer grain.
func fractal(x, y float64, seed uint64) float64 {
	sum, f := 0.0, 0.5
	for range 6 {
		sum += f * noise2(x, y, seed)
		x, y, f, seed = 2*x, 2*y, f/2, seed+1
	}
	return sum
}

type rgb [3]float64

func mix(a, b rgb, t float64) (c rgb) {
	t = min(max(t, 0), 1)
	for k := range c {
		c[k] = a[k]*(1-t) + b[k]*t
	}
	return c
}

const shore = 118.0

func sky(x, y float64) rgb {
	c := mix(rgb{70, 110, 190}, rgb{255, 190, 120}, math.Pow(y/shore, 1.5))
	cloud := fractal(x/60, y/22, 11)
	c = mix(c, rgb{255, 235, 225}, (cloud-0.5)*3.5)
	d := math.Hypot(x-178, y-62)
	c = mix(c, rgb{255, 245, 200}, 1.2*math.Exp(-d*d/500))
	if d < 11 {
		c = rgb{255, 250, 225}
	}
	return c
}

// land is what stands above the shore at (x, y): colour and whether any.
func land(x, y float64) (rgb, bool) {
	if inHouse(x, y) {
		return house(x, y), true
	}
	if y > 112+4*fractal(x/25, 3, 5)-3 {
		return mix(rgb{38, 62, 30}, rgb{96, 120, 52}, fractal(x/4, y/3, 21)*1.4), true
	}
	ridge := 40 + 70*fractal(x/75, 1, 3) + 0.08*math.Abs(x-90)
	if y > ridge {
		c := mix(rgb{88, 86, 112}, rgb{60, 80, 66}, (y-ridge)/50)
		c = mix(c, rgb{150, 140, 150}, (fractal(x/9, y/9, 8)-0.45)*1.5)
		if y < ridge+9+8*noise2(x/6, 4, 9) && ridge < 76 {
			c = mix(c, rgb{245, 240, 250}, 0.85)
		}
		return c, true
	}
	return rgb{}, false
}

const houseLeft, houseTop, houseRight, houseBottom = 40.0, 76.0, 84.0, 118.0

func inHouse(x, y float64) bool {
	if x < houseLeft || x >= houseRight || y >= houseBottom || y < houseTop {
		return false
	}
	return y >= 94 || math.Abs(x-62) < (y-houseTop)*22/18
}

func house(x, y float64) rgb {
	grain := 20 * (noise2(x/2, y/2, 31) - 0.5)
	switch {
	case y < 94:
		return rgb{120 + grain, 48 + grain, 40 + grain}
	case x > 57 && x < 67 && y > 100:
		return rgb{70, 45, 30}
	case y > 98 && y < 108 && (x > 45 && x < 53 || x > 71 && x < 79):
		return rgb{255, 225, 130}
	}
	return rgb{214 + grain, 196 + grain, 168 + grain}
}

const boatLeft, boatTop, boatRight, boatBottom = 138.0, 112.0, 182.0, 150.0

func inBoat(x, y float64) bool {
	if y >= 140 && y < boatBottom {
		in := (y - 140) * 0.8
		return x >= boatLeft+in && x < boatRight-in
	}
	if y < boatTop || y >= 140 {
		return false
	}
	if math.Abs(x-160) < 1 {
		return true
	}
	return x > 161 && x < 161+(y-boatTop)*0.7 && y < 137
}

func boat(x, y float64) rgb {
	switch {
	case y >= 140:
		return mix(rgb{170, 40, 36}, rgb{90, 16, 20}, (y-140)/10)
	case math.Abs(x-160) < 1:
		return rgb{60, 44, 30}
	}
	return mix(rgb{250, 246, 236}, rgb{205, 196, 190}, (x-161)/18)
}

func water(x, y float64) rgb {
	depth := (y - shore) / (height - shore)
	ripple := (fractal(x/14, y/1.6, 41) - 0.48) * (3 + 14*depth)
	my := 2*shore - y + ripple*2
	c, ok := land(x+ripple, my)
	if !ok {
		c = sky(x+ripple, max(my, 0))
	}
	c = mix(c, rgb{24, 48, 76}, 0.25+0.4*depth)
	return mix(c, rgb{255, 220, 170}, (ripple/(3+14*depth)-0.12)*2)
}

func colour(x, y float64) rgb {
	if inBoat(x, y) {
		return boat(x, y)
	}
	if y >= shore {
		return water(x, y)
	}
	if c, ok := land(x, y); ok {
		return c
	}
	return sky(x, y)
}

// scene paints the picture: four samples a pixel, then grain.
func scene() *augment.Sample {
	s := &augment.Sample{Name: "scene", Image: tensor.New(height, width, 3), Masks: []*tensor.Tensor{tensor.New(height, width)}}
	for i := range height * width {
		y, x := float64(i/width), float64(i%width)
		for _, d := range [][2]float64{{0.25, 0.25}, {0.75, 0.25}, {0.25, 0.75}, {0.75, 0.75}} {
			c := colour(x+d[0], y+d[1])
			for k := range c {
				s.Image.Data()[3*i+k] += float32(c[k] / 4)
			}
		}
		grain := float32(10 * (noise2(x*0.9, y*0.9, 77) - 0.5))
		for k := range 3 {
			p := &s.Image.Data()[3*i+k]
			*p = min(max(*p+grain, 0), 255)
		}
		switch {
		case inHouse(x+0.5, y+0.5):
			s.Masks[0].Data()[i] = 1
		case inBoat(x+0.5, y+0.5):
			s.Masks[0].Data()[i] = 2
		}
	}
	s.Boxes = []augment.Box{
		{Left: houseLeft, Top: houseTop, Right: houseRight, Bottom: houseBottom, Label: "house"},
		{Left: boatLeft, Top: boatTop, Right: boatRight, Bottom: boatBottom, Label: "boat"},
	}
	s.Points = []augment.Point{{X: 62, Y: 77, Label: "gable"}, {X: 160, Y: 112.5, Label: "mast"}}
	return s
}
