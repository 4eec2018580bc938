package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	stdimage "image"
	"image/png"
	"io/fs"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/pipeline"
)

// long makes TestMutatedPictures as large as it is meant: 1,000 mutated pictures
// among 10,000.
var long = flag.Bool("long", false, "run the long forms of tests")

// A mutation damages a file.
type mutation struct {
	name string
	sure bool // it cannot be read any more, by how it is damaged
	do   func(r *rand.Rand, data []byte) []byte
}

var mutations = []mutation{
	{"emptied", true, func(*rand.Rand, []byte) []byte { return nil }},
	{"replaced by a page", true, func(*rand.Rand, []byte) []byte { return []byte("<!doctype html><title>404</title>") }},
	{"cut", true, func(r *rand.Rand, d []byte) []byte { return d[:r.IntN(len(d)*3/4)] }},
	{"without its beginning", true, func(r *rand.Rand, d []byte) []byte { return d[1+r.IntN(7):] }},
	{"zeroed", true, func(_ *rand.Rand, d []byte) []byte { return make([]byte, len(d)) }},
	{"turned around", true, func(_ *rand.Rand, d []byte) []byte {
		d = bytes.Clone(d)
		for i, j := 0, len(d)-1; i < j; i, j = i+1, j-1 {
			d[i], d[j] = d[j], d[i]
		}
		return d
	}},
	{"with a wrong bit", false, func(r *rand.Rand, d []byte) []byte {
		d = bytes.Clone(d)
		d[r.IntN(len(d))] ^= 1 << r.IntN(8)
		return d
	}},
	{"with a hole", false, func(r *rand.Rand, d []byte) []byte {
		at := r.IntN(len(d) * 9 / 10)
		return append(bytes.Clone(d[:at]), d[at+1+r.IntN(len(d)/10):]...)
	}},
	{"with noise inside", false, func(r *rand.Rand, d []byte) []byte {
		d = bytes.Clone(d)
		at := r.IntN(len(d))
		for i := range d[at:min(at+20, len(d))] {
			d[at+i] = byte(r.Uint32())
		}
		return d
	}},
}

// readable says whether a file can be read: PNG by the standard library, which
// is another program; JPEG by decoding it alone.
func readable(name string, data []byte) bool {
	var err error
	if bytes.HasPrefix(data, []byte("\x89PNG")) {
		var m stdimage.Image
		if m, err = png.Decode(bytes.NewReader(data)); err == nil && m.Bounds().Dx() > 32768 {
			err = errors.New("too large")
		}
	} else {
		_, err = image.Decode(bytes.NewReader(data), image.LoadConfig{})
	}
	return err == nil
}

// Damaged pictures among good ones: with Skip the epoch finishes, the quarantine
// lists exactly those that cannot be read, each once, whatever the workers, and
// the good ones all come, in order. With Fail the first one is named.
func TestMutatedPictures(t *testing.T) {
	n := 1000
	if *long {
		n = 10_000
	}
	r := rand.New(rand.NewPCG(7, 8))
	files := fstest.MapFS{}
	var names, bad, good []string
	survived := 0
	for i := range n {
		m := image.New(10+i%7, 12+i%5, 3)
		for k := range m.Pix {
			m.Pix[k] = uint8(r.Uint32())
		}
		format := []string{"png", "jpeg"}[i%2]
		var b bytes.Buffer
		if err := image.Encode(&b, m, image.SaveConfig{Format: format, Quality: 90}); err != nil {
			t.Fatal(err)
		}
		name, data := fmt.Sprintf("c%d/%05d.%s", i%3, i, format), b.Bytes()
		ok := true
		if i%10 == 3 {
			u := mutations[(i/10)%len(mutations)]
			data = u.do(r, data)
			if ok = readable(name, data); ok && u.sure {
				t.Fatalf("%s, %s, can be read", name, u.name)
			}
			if ok {
				survived++
			}
		}
		names, files[name] = append(names, name), &fstest.MapFile{Data: data}
		if ok {
			good = append(good, name)
		} else {
			bad = append(bad, name)
		}
	}
	t.Logf("%d pictures, %d cannot be read, %d of the damaged ones can", n, len(bad), survived)
	if len(bad) < n/20 || survived == 0 {
		t.Fatalf("%d cannot be read and %d damaged ones can: the test is too easy", len(bad), survived)
	}
	read := func(fsys fs.FS, workers int, c pipeline.TolerateConfig[string]) (got []string, err error) {
		paths := pipeline.List(names)
		s := pipeline.Apply(paths, pipeline.ApplyConfig[string]{Workers: workers}, func(_ context.Context, _ pipeline.Place, name string) (string, error) {
			m, err := image.LoadFS(fsys, name, image.LoadConfig{TargetSize: [2]int{8, 8}})
			if err == nil && len(m.Pix) != 8*8*3 {
				err = fmt.Errorf("%d samples", len(m.Pix))
			}
			return name, err
		})
		for v, err := range s.Tolerate(c).Items(t.Context(), 0) {
			if err != nil {
				return got, err
			}
			got = append(got, v)
		}
		return got, nil
	}
	for _, workers := range []int{1, 2, 8} {
		q := new(pipeline.Quarantine)
		for range 2 { // a second epoch adds nothing
			got, err := read(files, workers, pipeline.TolerateConfig[string]{OnError: pipeline.Skip, Quarantine: q})
			if err != nil || !slices.Equal(got, good) {
				t.Fatalf("%d workers: %d pictures came, want %d: %v", workers, len(got), len(good), err)
			}
		}
		var listed []string
		for _, b := range q.List() {
			listed = append(listed, b.Name)
			if b.Reason == "" || b.Epoch != 0 || names[b.Index] != b.Name {
				t.Errorf("%+v", b)
			}
		}
		if !slices.Equal(listed, bad) {
			t.Errorf("%d workers: the quarantine lists %d pictures, want %d", workers, len(listed), len(bad))
		}
		got, err := read(files, workers, pipeline.TolerateConfig[string]{OnError: pipeline.Placeholder})
		if err != nil || len(got) != n {
			t.Errorf("%d workers: %d items with placeholders: %v", workers, len(got), err)
		}
		got, err = read(files, workers, pipeline.TolerateConfig[string]{})
		var se *pipeline.SampleError
		if !errors.As(err, &se) || se.Name != bad[0] || names[len(got)] != bad[0] {
			t.Errorf("%d workers: %v after %d pictures, want %s", workers, err, len(got), bad[0])
		}
	}
}
