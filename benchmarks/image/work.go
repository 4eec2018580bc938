package main

import (
	"bytes"
	"hash/crc32"
	"testing/fstest"

	"github.com/antler-ml/antler/image"
)

// An operation is something that all sides can do with a file.
type operation struct {
	Op     string `json:"op"` // decode, load or resize
	File   string `json:"file"`
	Scale  int    `json:"scale"`  // decode: 1, 2, 4 or 8
	Filter string `json:"filter"` // load and resize
	Draft  bool   `json:"draft"`  // load: decode at a part of the size
	what   string
}

func (o operation) name() string { return o.what }

var operations = func() (ops []operation) {
	files := []struct{ file, what string }{
		{"420.jpg", "JPEG 4:2:0 q90"}, {"422.jpg", "JPEG 4:2:2 q90"}, {"444.jpg", "JPEG 4:4:4 q90"},
		{"420q75.jpg", "JPEG 4:2:0 q75"}, {"grey.jpg", "JPEG grey q90"}, {"progressive.jpg", "JPEG progressive q90"},
		{"rgb.png", "PNG RGB"}, {"rgb.bmp", "BMP RGB"},
	}
	for _, f := range files {
		ops = append(ops, operation{Op: "decode", File: f.file, Scale: 1, what: "decode " + f.what})
	}
	for _, s := range []int{2, 4, 8} {
		for _, f := range []struct{ file, what string }{files[0], files[2], files[5]} {
			ops = append(ops, operation{Op: "decode", File: f.file, Scale: s, what: "decode at 1/" + string(rune('0'+s)) + " " + f.what})
		}
	}
	for _, f := range []string{"nearest", "bilinear", "lanczos"} {
		ops = append(ops, operation{Op: "load", File: "420.jpg", Filter: f, what: "load to 224² floats, " + f})
	}
	ops = append(ops, operation{Op: "load", File: "420.jpg", Filter: "bilinear", Draft: true, what: "load to 224² floats, bilinear, draft"})
	for _, f := range []string{"nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"} {
		ops = append(ops, operation{Op: "resize", File: "rgb.png", Filter: f, what: "resize to 224², " + f})
	}
	return ops
}()

// work is our side of an operation.
type work struct {
	op    operation
	data  []byte
	c     image.LoadConfig
	whole *image.Image
	last  *image.Image
	array []float32
	files fstest.MapFS
}

const width, height, target = 1024, 768, 224

func newWork(op operation, data []byte) (*work, error) {
	w := &work{op: op, data: data, files: fstest.MapFS{op.File: {Data: data}}, c: image.LoadConfig{Draft: op.Scale > 1 || op.Draft}}
	switch op.Op {
	case "load":
		w.c.TargetSize, w.c.Interpolation = [2]int{target, target}, image.Interpolation(op.Filter)
		w.array = make([]float32, target*target*3)
	case "decode":
		if op.File == "grey.jpg" {
			w.c.ColorMode = image.Grayscale
		}
		if op.Scale > 1 {
			w.c.TargetSize = [2]int{height / op.Scale, width / op.Scale}
		}
	}
	var err error
	w.whole, err = image.Decode(bytes.NewReader(data), image.LoadConfig{})
	if err == nil {
		err = w.do()
	}
	return w, err
}

func (w *work) do() (err error) {
	switch w.op.Op {
	case "decode":
		w.last, err = image.Decode(bytes.NewReader(w.data), w.c)
	case "resize":
		w.last, err = image.Resize(w.whole, target, target, image.Interpolation(w.op.Filter))
	default: // as pipelines do it
		err = image.LoadArrayFS(w.array, w.files, w.op.File, w.c, image.ChannelsLast)
	}
	return err
}

func (w *work) checksum() uint32 {
	if w.array == nil {
		return crc32.ChecksumIEEE(w.last.Pix)
	}
	b := make([]byte, len(w.array))
	for i, v := range w.array {
		b[i] = byte(v)
	}
	return crc32.ChecksumIEEE(b)
}

// time returns the seconds of one turn of n, of this thread alone.
func (w *work) time(n int) float64 {
	start := clock()
	for range n {
		if err := w.do(); err != nil {
			panic(err)
		}
	}
	return (clock() - start) / float64(n)
}
