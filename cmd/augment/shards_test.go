package main

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Shards of tar hold what WebDataset wants: for each picture members of one
// name, and pictures of all classes in each shard. Their bytes are those of the
// files that the same command without shards writes.
func TestTar(t *testing.T) {
	photos(t, 12)
	do(t, "photos", "tar", "--format", "tar", "--shard-size", "40", "--seed", "3")
	do(t, "photos", "files", "--seed", "3")
	shards, _ := filepath.Glob("tar/*.tar")
	n := 0
	for _, path := range shards {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		classes := map[string]int{}
		var group []string
		r := tar.NewReader(f)
		for {
			h, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			data, _ := io.ReadAll(r)
			stem, ext, _ := strings.Cut(filepath.Base(h.Name), ".")
			group = append(group, stem)
			switch ext {
			case "cls":
				classes[string(data)]++
				if want := map[bool]string{true: "0", false: "1"}[strings.HasPrefix(h.Name, "cat/")]; string(data) != want {
					t.Errorf("%s is %s, want %s", h.Name, data, want)
				}
			case "json":
				var l struct{ Output, Source string }
				if err := json.Unmarshal(data, &l); err != nil || !strings.HasPrefix(l.Output, strings.TrimSuffix(h.Name, "json")) || l.Source == "" {
					t.Errorf("%s: %s, %v", h.Name, data, err)
				}
			default:
				n++
				want, err := os.ReadFile(filepath.Join("files", h.Name))
				if err != nil || !slices.Equal(want, data) {
					t.Errorf("%s has other bytes than the file: %v", h.Name, err)
				}
			}
		}
		for i := 0; i+2 < len(group); i += 3 {
			if group[i] != group[i+1] || group[i] != group[i+2] {
				t.Errorf("%s: members %v do not belong together", path, group[i:i+3])
			}
		}
		if len(classes) != 2 {
			t.Errorf("%s has pictures of %d classes", path, len(classes))
		}
	}
	if len(shards) != 3 || n != 90 { // 18 pictures, 5 of each
		t.Errorf("%d shards with %d pictures, want 3 and 90", len(shards), n)
	}
}
