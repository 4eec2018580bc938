package main

import (
	"bytes"
	"fmt"
	stdimage "image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/antler-ml/antler/internal/atomicfile"
)

// A directory of pictures that are to a decoder what photographs are: 200 JPEGs
// of 1024×768, quality 90, 4:2:0, of about 200 KB each, in two classes.
const (
	photoCount  = 200
	photoWidth  = 1024
	photoHeight = 768
)

// directory returns the directory, and makes it if it is not there.
func directory() string {
	dir := filepath.Join(cache(), "photos-1")
	done := filepath.Join(dir + ".done")
	if _, err := os.Stat(done); err == nil {
		return dir
	}
	for i := range photoCount {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, photo(rand.New(rand.NewPCG(7, uint64(i)))), &jpeg.Options{Quality: 90}); err != nil {
			panic(err)
		}
		path := filepath.Join(dir, [2]string{"cat", "dog"}[i%2], fmt.Sprintf("%03d.jpg", i))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			panic(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			panic(err)
		}
	}
	if err := atomicfile.WriteBytes(done, []byte("whole\n")); err != nil {
		panic(err)
	}
	return dir
}

// photo is noise of all scales, the larger the stronger, as in nature; with some
// things that have edges before it, and grain.
func photo(r *rand.Rand) stdimage.Image {
	light, tint := clouds(r, 60), clouds(r, 25)
	for range 12 { // things
		x, y, w, h := r.IntN(photoWidth), r.IntN(photoHeight), 20+r.IntN(300), 20+r.IntN(300)
		by, round := float32(r.IntN(120)-60), r.IntN(2) == 0
		for j := max(0, y-h/2); j < min(photoHeight, y+h/2); j++ {
			for i := max(0, x-w/2); i < min(photoWidth, x+w/2); i++ {
				u, v := float64(i-x)/float64(w)*2, float64(j-y)/float64(h)*2
				if !round || u*u+v*v < 1 {
					light[j*photoWidth+i] += by
				}
			}
		}
	}
	m := stdimage.NewRGBA(stdimage.Rect(0, 0, photoWidth, photoHeight))
	for i, l := range light {
		l += 128 + float32(r.IntN(13)+r.IntN(13)-12)
		t := tint[i]
		m.Pix[4*i], m.Pix[4*i+1], m.Pix[4*i+2], m.Pix[4*i+3] = level(l+t), level(l), level(l-t), 255
	}
	return m
}

func level(v float32) uint8 { return uint8(min(max(v, 0), 255)) }

// clouds is a picture of lattices of random numbers of many widths.
func clouds(r *rand.Rand, amplitude float32) []float32 {
	out := make([]float32, photoWidth*photoHeight)
	for step := 256; step >= 4; step /= 2 {
		cols, rows := photoWidth/step+2, photoHeight/step+2
		grid := make([]float32, cols*rows)
		for i := range grid {
			grid[i] = amplitude * (2*r.Float32() - 1)
		}
		for y := range photoHeight {
			gy, fy := y/step, float32(y%step)/float32(step)
			for x := range photoWidth {
				gx, fx := x/step, float32(x%step)/float32(step)
				g := grid[gy*cols+gx:]
				top, low := g[0]+(g[1]-g[0])*fx, g[cols]+(g[cols+1]-g[cols])*fx
				out[y*photoWidth+x] += top + (low-top)*fy
			}
		}
		amplitude *= 0.6
	}
	return out
}
