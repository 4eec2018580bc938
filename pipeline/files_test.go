package pipeline

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/zstd"

	"github.com/antler-ml/antler/internal/leaktest"
)

// told is what a stream yields, errors included.
func told[T any](t *testing.T, s Stream[T], show func(T) string) []string {
	t.Helper()
	var got []string
	for v, err := range s.Items(t.Context(), 0) {
		if err != nil {
			got = append(got, "error: "+err.Error())
		} else {
			got = append(got, show(v))
		}
	}
	return got
}

// check compares, an error only by what it contains.
func check(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.EqualFunc(got, want, func(g, w string) bool {
		e, ok := strings.CutPrefix(w, "error: ")
		return ok && strings.HasPrefix(g, "error: ") && strings.Contains(g, e) || g == w
	}) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func disk(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for p, s := range files {
		fsys[p] = &fstest.MapFile{Data: []byte(s)}
	}
	return fsys
}

func TestFindAndReadFiles(t *testing.T) {
	fsys := disk(map[string]string{"t/b/2.JPG": "two", "t/a/1.jpg": "one", "t/a/.x.jpg": "", "t/.git/3.jpg": "", "t/a/note.txt": "", "t/a/big.jpg": "12345"})
	paths, err := Find(fsys, "t", ".jpg")
	if want := []string{"t/a/1.jpg", "t/a/big.jpg", "t/b/2.JPG"}; err != nil || !slices.Equal(paths, want) {
		t.Errorf("%v %v", paths, err)
	}
	if all, err := Find(fsys, "t"); err != nil || len(all) != 4 {
		t.Errorf("%v %v", all, err)
	}
	for root, want := range map[string]string{"t": `no file with extension [".png"] in t and its 2 folders; found 1 with extension ".txt", 3 with extension ".jpg"`, "none": "none"} {
		if _, err := Find(fsys, root, ".png"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v", err)
		}
	}
	s := ReadFiles(fsys, List(append(paths, "t/gone.jpg")), 4)
	if s.Len() != 4 {
		t.Errorf("Len %d", s.Len())
	}
	check(t, told(t, s, func(f File) string { return f.Name() + " " + f.Class() + " " + string(f.Data) }),
		"t/a/1.jpg a one", "error: sample 1 (t/a/big.jpg): it has more than 4 bytes", "t/b/2.JPG b two", "error: sample 3 (t/gone.jpg): open")
}

func TestLines(t *testing.T) {
	fsys := disk(map[string]string{"a": "one\r\n\ntwo", "b": "three\n", "long": strings.Repeat("x", maxLine+1) + "\nshort\n"})
	show := func(l Line[[]byte]) string { return l.Name() + " " + string(l.Value) }
	check(t, told(t, Lines(fsys, List([]string{"a", "b"})), show), "a:1 one", "a:2 ", "a:3 two", "b:1 three")
	check(t, told(t, Lines(fsys, List([]string{"long"})), show), "error: sample 0 (long:1): the line has more than", "long:2 short")
	check(t, told(t, Lines(fsys, List([]string{"none"})), show), "error: open none")

	var gz, zs bytes.Buffer
	w := gzip.NewWriter(&gz)
	io.WriteString(w, "one\ntwo\n")
	w.Close()
	z, err := zstd.NewWriter(&zs)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(z, "three")
	z.Close()
	fsys = disk(map[string]string{"a.gz": gz.String(), "b.zst": zs.String(), "empty": ""})
	check(t, told(t, Lines(fsys, List([]string{"a.gz", "empty", "b.zst"})), show), "a.gz:1 one", "a.gz:2 two", "b.zst:1 three")
}

func TestJSONLines(t *testing.T) {
	type row struct {
		Text  string
		Label int
	}
	fsys := disk(map[string]string{"d.jsonl": `{"Text":"a","Label":1}

{"Text":"b","Label":"x"}
{"Text":
{"Text":"c","Label":3}`})
	check(t, told(t, JSONLines[row](fsys, List([]string{"d.jsonl"})), func(l Line[row]) string { return fmt.Sprint(l.Name(), l.Value) }),
		"d.jsonl:1{a 1}", "error: (d.jsonl:3): byte 23 of the line: json: cannot unmarshal string", "error: (d.jsonl:4): byte 8 of the line: unexpected end", "d.jsonl:5{c 3}")
}

func TestCSV(t *testing.T) {
	fsys := disk(map[string]string{
		"a.csv": "\ufeffx,y,name\n1,2,\"two\nlines\"\n3,4\n5, 6 ,z\n7,eight,z\n",
		"b.csv": "y,x\n10,9\n",
		"q.csv": "x,y\n1,2\n3,\"4\n",
		"t.tsv": "1\t2\n",
	})
	show := func(l Line[Row]) string {
		x, err := l.Value.Floats("x", "y")
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(l.Name(), x)
	}
	check(t, told(t, CSV(fsys, List([]string{"a.csv", "b.csv"}), CSVConfig{}), show),
		"a.csv:2[1 2]", "error: (a.csv:4): 2 fields, want 3", "a.csv:5[5 6]", `column "y": "eight" is not a number`, "b.csv:2[9 10]")
	check(t, told(t, CSV(fsys, List([]string{"q.csv", "b.csv"}), CSVConfig{}), show), "q.csv:2[1 2]", "error: q.csv:3: byte 6: extraneous or missing \" in quoted-field")
	check(t, told(t, CSV(fsys, List([]string{"t.tsv"}), CSVConfig{Comma: '\t', NoHeader: true}), func(l Line[Row]) string {
		x, err := l.Value.Floats()
		return fmt.Sprint(l.Name(), x, err)
	}), "t.tsv:1[1 2] <nil>")
	if _, err := (Row{Columns: []string{"x"}, Fields: []string{"1"}}).Floats("z"); err == nil || !strings.Contains(err.Error(), `no column "z"; the columns are ["x"]`) {
		t.Errorf("%v", err)
	}
}

func tarOf(t *testing.T, w io.Writer, names ...string) {
	t.Helper()
	tw := tar.NewWriter(w)
	if err := tw.WriteHeader(&tar.Header{Name: "cat/", Typeflag: tar.TypeDir}); err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if err := tw.WriteHeader(&tar.Header{Name: n, Typeflag: tar.TypeReg, Size: int64(len(n))}); err != nil {
			t.Fatal(err)
		}
		io.WriteString(tw, n)
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestArchives(t *testing.T) {
	var plain, packed, dense, zipped bytes.Buffer
	tarOf(t, &plain, "cat/1", "cat/10")
	gz := gzip.NewWriter(&packed)
	tarOf(t, gz, "dog/2")
	gz.Close()
	zs, err := zstd.NewWriter(&dense)
	if err != nil {
		t.Fatal(err)
	}
	tarOf(t, zs, "dog/3", "emu/4")
	zs.Close()
	zw := zip.NewWriter(&zipped)
	for _, n := range []string{"cat/1", "cat/10"} {
		w, _ := zw.Create(n)
		io.WriteString(w, n)
	}
	zw.Close()
	fsys := disk(map[string]string{"0.tar": plain.String(), "1.tgz": packed.String(), "2.tar.zst": dense.String(), "3": dense.String(), "cut.zst": dense.String()[:dense.Len()/2], "bad.gz": "\x1f\x8bno", "cut.tar": plain.String()[:1100], "a.zip": zipped.String(), "bad.zip": zipped.String()[:40]})
	show := func(f File) string { return f.Name() + " " + f.Class() + " " + string(f.Data) }

	check(t, told(t, Tar(fsys, List([]string{"0.tar", "1.tgz"}), 0), show), "0.tar:cat/1 cat cat/1", "0.tar:cat/10 cat cat/10", "1.tgz:dog/2 dog dog/2")
	check(t, told(t, Tar(fsys, List([]string{"2.tar.zst", "3"}), 0), show), "2.tar.zst:dog/3 dog dog/3", "2.tar.zst:emu/4 emu emu/4", "3:dog/3 dog dog/3", "3:emu/4 emu emu/4")
	check(t, told(t, Tar(fsys, List([]string{"cut.zst", "0.tar"}), 0), show), "error: Tar: cut.zst: ")
	check(t, told(t, Tar(fsys, List([]string{"bad.gz"}), 0), show), "error: bad.gz: ")
	check(t, told(t, Tar(fsys, List([]string{"0.tar"}), 5), show), "0.tar:cat/1 cat cat/1", "error: (0.tar:cat/10): it has 6 bytes, more than 5")
	check(t, told(t, Tar(fsys, List([]string{"cut.tar", "0.tar"}), 0), show), "cut.tar:cat/1 cat cat/1", "error: Tar: cut.tar: it is cut short")
	check(t, told(t, Tar(fsys, List([]string{"none.tar"}), 0), show), "error: open none.tar")

	check(t, told(t, ZipFiles(fsys, List([]string{"a.zip"}), 0), show), "a.zip:cat/1 cat cat/1", "a.zip:cat/10 cat cat/10")
	check(t, told(t, ZipFiles(fsys, List([]string{"a.zip"}), 5), show), "a.zip:cat/1 cat cat/1", "error: (a.zip:cat/10): it has more than 5 bytes")
	check(t, told(t, ZipFiles(fsys, List([]string{"bad.zip"}), 0), show), "error: ZipFiles: bad.zip: zip: not a valid zip file")
}

func TestArchiveEarly(t *testing.T) {
	var plain bytes.Buffer
	tarOf(t, &plain, "a", "b", "c")
	leaktest.None(t, func() {
		for range Tar(disk(map[string]string{"x.tar": plain.String()}), List([]string{"x.tar"}), 0).Items(t.Context(), 0) {
			break
		}
	})
}
