package main

import (
	"math/rand/v2"
	"strings"

	"github.com/antler-ml/antler/tensor"
)

// glyphs are 20 letters of 5 × 5 pixels, five lines of 20·6-1 characters.
const glyphs = `
.###. ####. .#### ####. ##### ##### .#### #...# .###. ....# #...# #.... #...# #...# .###. ####. .###. ####. .#### #####
#...# #...# #.... #...# #.... #.... #.... #...# ..#.. ....# #..#. #.... ##.## ##..# #...# #...# #...# #...# #.... ..#..
##### ####. #.... #...# ####. ####. #..## ##### ..#.. ....# ###.. #.... #.#.# #.#.# #...# ####. #.#.# ####. .###. ..#..
#...# #...# #.... #...# #.... #.... #...# #...# ..#.. #...# #..#. #.... #...# #..## #...# #.... #..#. #..#. ....# ..#..
#...# ####. .#### ####. ##### #.... .###. #...# .###. .###. #...# ##### #...# #...# .###. #.... .##.# #...# ####. ..#..`

const (
	letters = 20
	size    = 9 // of a picture
)

// draw puts a letter somewhere into a picture, with noise.
func draw(dst []float32, letter int, r *rand.Rand) {
	lines := strings.Split(strings.TrimSpace(glyphs), "\n")
	top, left := r.IntN(size-4), r.IntN(size-4)
	for i := range dst {
		dst[i] = float32(0.15 * r.NormFloat64())
	}
	for y, line := range lines {
		for x := range 5 {
			if line[6*letter+x] == '#' {
				dst[(top+y)*size+left+x]++
			}
		}
	}
}

// pairs makes n pairs of pictures of the letters from lo to hi-1, half of them
// of one letter twice, and says which.
func pairs(n, lo, hi int, seed uint64) (a, b, same *tensor.Tensor) {
	r := rand.New(rand.NewPCG(seed, 0))
	a, b, same = tensor.New(n, size, size, 1), tensor.New(n, size, size, 1), tensor.New(n, 1)
	for i := range n {
		first := lo + r.IntN(hi-lo)
		second := first
		if i%2 == 0 {
			same.Data()[i] = 1
		} else {
			second = lo + (first-lo+1+r.IntN(hi-lo-1))%(hi-lo)
		}
		draw(a.Data()[i*size*size:][:size*size], first, r)
		draw(b.Data()[i*size*size:][:size*size], second, r)
	}
	return a, b, same
}
