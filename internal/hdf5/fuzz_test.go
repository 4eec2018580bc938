package hdf5

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// readAll reads everything in a file, and stops at nothing.
func readAll(data []byte) (objects int, err error) {
	f, err := New(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return 0, err
	}
	root, err := f.Root()
	if err != nil {
		return 0, err
	}
	keep := func(e error) {
		if err == nil {
			err = e
		}
	}
	attributes := func(o *object) {
		names, e := o.AttributeNames()
		keep(e)
		for _, n := range names {
			a, e := o.Attribute(n)
			if keep(e); e != nil {
				continue
			}
			switch a.Type.Class {
			case String, Varying:
				_, e = a.Strings()
			case Float:
				_, e = a.Floats()
			default:
				_, e = a.Ints()
			}
			keep(e)
		}
	}
	var visit func(g *Group, depth int)
	visit = func(g *Group, depth int) {
		attributes(&g.object)
		for _, n := range g.Names() {
			if objects++; objects > 100 || depth > 8 {
				return
			}
			group, e := g.IsGroup(n)
			keep(e)
			if e != nil {
				continue
			}
			if group {
				sub, e := g.Group(n)
				if keep(e); e == nil {
					visit(sub, depth+1)
				}
				continue
			}
			d, e := g.Dataset(n)
			if keep(e); e != nil {
				continue
			}
			attributes(&d.object)
			switch d.Type.Class {
			case String, Varying:
				_, e = d.Strings()
			default:
				_, e = d.Floats()
			}
			keep(e)
		}
	}
	visit(root, 0)
	return objects, err
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(dir, "*.h5"))
	if err != nil || len(files) == 0 {
		f.Fatal("no files", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		if len(data) < 20_000 { // large ones make every execution slow
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) { readAll(data) })
}

// TestTruncated cuts good files at every 512 bytes: each is refused at once,
// without much memory.
func TestTruncated(t *testing.T) {
	for _, name := range []string{"chunks_earliest", "chunks_latest", "attributes_latest", "types_earliest", "types_latest"} {
		data, err := os.ReadFile(filepath.Join(dir, name+".h5"))
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; n < len(data); n += 512 {
			refused(t, name, data[:n])
		}
	}
}

// refused wants an error, little memory and no waiting.
func refused(t *testing.T, name string, data []byte) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	_, err := readAll(data)
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if err == nil {
		t.Errorf("%s of %d bytes: no error", name, len(data))
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
		t.Errorf("%s of %d bytes took %d bytes of memory", name, len(data), used)
	}
	if testing.Verbose() && took > 50*time.Millisecond {
		t.Logf("%s of %d bytes took %v", name, len(data), took)
	}
}

// TestFlippedBytes changes single bytes of files with checksums: nothing but an
// error, or other numbers in data without one, may come of it.
func TestFlippedBytes(t *testing.T) {
	for _, name := range []string{"types_latest", "few_earliest", "types_earliest"} {
		data, err := os.ReadFile(filepath.Join(dir, name+".h5"))
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(data); i += 3 {
			for _, v := range []byte{0, 0xff, data[i] ^ 1} {
				old := data[i]
				data[i] = v
				readAll(data)
				data[i] = old
			}
		}
	}
}
