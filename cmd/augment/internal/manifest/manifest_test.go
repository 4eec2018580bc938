package manifest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/cli"
)

// begin makes a folder with pictures 0 to n-1, each listed.
func begin(t *testing.T, keys ...Key) string {
	t.Helper()
	dir := t.TempDir()
	j, err := Create(dir, &Header{Settings: map[string]string{"seed": "1"}, Classes: []string{"a<b>&"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		l := line(k)
		if err := os.WriteFile(filepath.Join(dir, l.Output), []byte("12345"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := j.Append(l); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func line(k Key) Line {
	return Line{Output: fmt.Sprintf("%d_%d.png", k.Index, k.Epoch), Index: k.Index, Epoch: k.Epoch, Bytes: 5, Seed: 1<<64 - 1, Transform: []byte("[]")}
}

func keys(t *testing.T, dir string) (all []Key) {
	t.Helper()
	h, _, err := Read(filepath.Join(dir, Name), func(l *Line, _ []byte, _ int64) error {
		if l.Seed != 1<<64-1 {
			t.Errorf("the seed came back as %d", l.Seed)
		}
		all = append(all, l.Key())
		return nil
	})
	if err != nil || h.Settings["seed"] != "1" || h.Classes[0] != "a<b>&" {
		t.Fatalf("%v, %v", h, err)
	}
	return all
}

func TestRoundTrip(t *testing.T) {
	dir := begin(t, Key{0, 1}, Key{0, 2}, Key{1, 1})
	if got := fmt.Sprint(keys(t, dir)); got != "[{0 1} {0 2} {1 1}]" {
		t.Error(got)
	}
	b, _ := os.ReadFile(filepath.Join(dir, Name))
	if !strings.Contains(string(b), "a<b>&") {
		t.Error("names are written as HTML wants them")
	}
}

// A line that was cut off counts as not written; what follows replaces it.
func TestTornLine(t *testing.T) {
	dir := begin(t, Key{0, 1}, Key{0, 2})
	path := filepath.Join(dir, Name)
	b, _ := os.ReadFile(path)
	first := strings.IndexByte(string(b), '\n') + 1
	for cut := first; cut < len(b); cut++ {
		os.WriteFile(path, b[:cut], 0o644)
		s, err := Load(dir)
		if err != nil {
			t.Fatalf("cut to %d bytes: %v", cut, err)
		}
		want := strings.Count(string(b[:cut]), "\n") - 1
		if s.Len() != want {
			t.Fatalf("cut to %d bytes: %d pictures, want %d", cut, s.Len(), want)
		}
		j, err := s.Open()
		if err != nil {
			t.Fatal(err)
		}
		for k := want + 1; k <= 2; k++ {
			j.Append(line(Key{0, k}))
		}
		j.Close()
		if again, _ := os.ReadFile(path); string(again) != string(b) {
			t.Fatalf("cut to %d bytes and gone on:\n%s\nwant\n%s", cut, again, b)
		}
	}
	var e *cli.Error
	os.WriteFile(path, b[:first-3], 0o644)
	if _, err := Load(dir); !errors.As(err, &e) || e.Code != cli.BadData {
		t.Errorf("without a whole first line: %v", err)
	}
	os.WriteFile(path, append([]byte(string(b[:first])+"{nonsense\n"), b[first:]...), 0o644)
	if _, err := Load(dir); !errors.As(err, &e) || !strings.Contains(e.What, ":2: damaged") {
		t.Errorf("a damaged line: %v", err)
	}
}

// Pictures that are gone or short are not there; shards behind a missing one
// are made again.
func TestLoad(t *testing.T) {
	dir := begin(t, Key{0, 1}, Key{0, 2}, Key{1, 1})
	os.Remove(filepath.Join(dir, "0_1.png"))
	os.Truncate(filepath.Join(dir, "1_1.png"), 3)
	s, err := Load(dir)
	if err != nil || s.Len() != 1 || !s.Done(Key{0, 2}) || s.Done(Key{0, 1}) || s.Done(Key{1, 1}) {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := Load(t.TempDir()); s != nil || err != nil || s.Done(Key{}) {
		t.Errorf("nothing there: %v, %v", s, err)
	}
	dir = t.TempDir()
	j, _ := Create(dir, &Header{})
	for n := range 3 {
		name := fmt.Sprintf("shard-%05d.tar", n)
		os.WriteFile(filepath.Join(dir, name), nil, 0o644)
		l := line(Key{n, 1})
		l.Shard, l.ShardEnd = name, true
		j.Append(l)
	}
	j.Close()
	if s, _ := Load(dir); s.Len() != 3 || s.Shards != 3 {
		t.Errorf("%d pictures, %d shards", s.Len(), s.Shards)
	}
	os.Remove(filepath.Join(dir, "shard-00001.tar"))
	if s, _ := Load(dir); s.Len() != 1 || s.Shards != 1 {
		t.Errorf("without the second shard: %d pictures, %d shards", s.Len(), s.Shards)
	}
}

// A shard whose lines stop before the last one was cut off by a kill: all of it
// counts as not made, and what it has in the manifest goes.
func TestTornShard(t *testing.T) {
	dir := t.TempDir()
	j, err := Create(dir, &Header{})
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"shard-00000.tar", "shard-00000.tar", "shard-00001.tar"} {
		l := line(Key{i, 1})
		l.Shard, l.ShardEnd = name, i == 1
		os.WriteFile(filepath.Join(dir, name), nil, 0o644)
		if err := j.Append(l); err != nil {
			t.Fatal(err)
		}
	}
	j.Close()
	s, err := Load(dir)
	if err != nil || s.Len() != 2 || s.Shards != 1 {
		t.Fatalf("%d pictures in %d shards, %v; want 2 in 1", s.Len(), s.Shards, err)
	}
	if j, err = s.Open(); err != nil {
		t.Fatal(err)
	}
	j.Close()
	n := 0
	Read(filepath.Join(dir, Name), func(*Line, []byte, int64) error { n++; return nil })
	if n != 2 {
		t.Errorf("%d lines are left, want 2", n)
	}
}

func TestTidy(t *testing.T) {
	dir := begin(t, Key{1, 1}, Key{0, 2}, Key{0, 1}, Key{1, 1}, Key{2, 1})
	order := func(a, b Key) int { return 100*(a.Index-b.Index) + a.Epoch - b.Epoch }
	if err := Tidy(dir, func(k Key) bool { return k.Index < 2 }, order); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(keys(t, dir)); got != "[{0 1} {0 2} {1 1}]" {
		t.Error(got)
	}
	if _, err := os.Stat(filepath.Join(dir, "2_1.png")); err == nil {
		t.Error("a picture that is not wanted is still there")
	}
	before, _ := os.Stat(filepath.Join(dir, Name))
	if err := Tidy(dir, func(Key) bool { return true }, order); err != nil {
		t.Fatal(err)
	}
	if after, _ := os.Stat(filepath.Join(dir, Name)); !os.SameFile(before, after) {
		t.Error("a manifest in order was written again")
	}
}

// Only what is listed and in the folder is removed.
func TestForget(t *testing.T) {
	dir := begin(t, Key{0, 1})
	mine := filepath.Join(dir, "mine.txt")
	os.WriteFile(mine, nil, 0o644)
	outside := filepath.Join(filepath.Dir(dir), "outside.txt")
	os.WriteFile(outside, nil, 0o644)
	s, _ := Load(dir)
	j, _ := s.Open()
	l := line(Key{9, 9})
	l.Output, l.Mask = "../outside.txt", outside
	j.Append(l)
	j.Close()
	if err := Forget(dir); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{mine: true, outside: true, filepath.Join(dir, "0_1.png"): false, filepath.Join(dir, Name): false} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s: there %v, want %v", path, err == nil, want)
		}
	}
}

// Any file is read, or refused, without a panic.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"v":1,"kind":"augment manifest","settings":{"seed":"0"},"classes":["a"],"sources":1,"sources_hash":""}` + "\n" +
		`{"output":"a/1.png","source":"a/1.jpg","sha256":"","seed":0,"epoch":1,"index":0,"width":2,"height":2,"transform":[],"bytes":5,"output_sha256":""}` + "\n"))
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"v":1,"kind":"augment manifest"}` + "\nnull\n[]\n"))
	path := filepath.Join(f.TempDir(), Name)
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		_, end, err := Read(path, func(l *Line, raw []byte, from int64) error {
			if from+int64(len(raw)) > int64(len(data)) {
				t.Errorf("a line from %d of %d bytes in a file of %d", from, len(raw), len(data))
			}
			return nil
		})
		if err == nil && end > int64(len(data)) {
			t.Errorf("valid to %d of %d", end, len(data))
		}
	})
}
