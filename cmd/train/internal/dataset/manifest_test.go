package dataset

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/image"
)

// augmented makes a folder as augment does: three copies of each of ten pictures.
func augmented(t *testing.T, below string, spoil func(manifest string) string) (dir string) {
	t.Helper()
	root := t.TempDir()
	dir = filepath.Join(root, below)
	lines := []string{`{"v":1,"kind":"augment manifest","classes":["cat","dog"]}`}
	for i := range 10 {
		class := []string{"cat", "dog"}[i%2]
		for k := 1; k <= 3; k++ {
			name := fmt.Sprintf("%s/%d_aug%d.png", class, i, k)
			if err := os.MkdirAll(filepath.Join(dir, class), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := image.Save(filepath.Join(dir, name), image.New(4, 4, 3), image.SaveConfig{}); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fmt.Sprintf(`{"output":%q,"source":"%s/%d.png","epoch":%d,"transform":[]}`, filepath.ToSlash(filepath.Join(below, name)), class, i, k))
		}
	}
	if err := os.WriteFile(filepath.Join(root, "manifest.jsonl"), []byte(spoil(strings.Join(lines, "\n")+"\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func whole(manifest string) string { return manifest }

// All copies of a picture are on one side of the split.
func TestCopiesStayTogether(t *testing.T) {
	for name, dir := range map[string]string{
		"a folder":             augmented(t, "", whole),
		"with masks beside":    augmented(t, "images", whole),
		"augment was killed":   augmented(t, "", func(m string) string { return m + `{"output":"cat/` }),
		"a line with no limit": augmented(t, "", func(m string) string { return strings.Replace(m, "[]", strings.Repeat(" ", 1<<17)+"[]", 1) }),
	} {
		set, err := Open(context.Background(), dir, settings.Default())
		if err != nil {
			t.Fatal(name, err)
		}
		source := func(x Sample) string { s, _, _ := strings.Cut(x.Name, "_"); return s }
		held := map[string]bool{}
		for _, x := range set.Valid {
			held[source(x)] = true
		}
		for _, x := range set.Train {
			if held[source(x)] {
				t.Errorf("%s: copies of %s are on both sides", name, source(x))
			}
		}
		if len(set.Train) != 24 || len(set.Valid) != 6 { // one source of five of each class
			t.Errorf("%s: %d learned, %d held out; want 24 and 6", name, len(set.Train), len(set.Valid))
		}
		if !slices.ContainsFunc(set.Notes, func(n string) bool { return strings.HasPrefix(n, "30 of 30 pictures were made of 10 others, says") }) {
			t.Errorf("%s: nothing said: %q", name, set.Notes)
		}
		if set.Split != "20 % of the source pictures of each class, by a hash of the name" {
			t.Errorf("%s: %q", name, set.Split)
		}
	}
}

// The sources that are held out are those that are held out of the sources.
func TestSameSourcesHeldOut(t *testing.T) {
	dir := augmented(t, "", whole)
	copies, err := Open(context.Background(), dir, settings.Default())
	if err != nil {
		t.Fatal(err)
	}
	src := t.TempDir()
	for i := range 10 {
		name := filepath.Join(src, []string{"cat", "dog"}[i%2], fmt.Sprintf("%d.png", i))
		os.MkdirAll(filepath.Dir(name), 0o755)
		if err := image.Save(name, image.New(4, 4, 3), image.SaveConfig{}); err != nil {
			t.Fatal(err)
		}
	}
	sources, err := Open(context.Background(), src, settings.Default())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range sources.Valid {
		if !slices.ContainsFunc(copies.Valid, func(c Sample) bool { return c.origin == x.Name }) {
			t.Errorf("%s is held out of the sources, its copies are not", x.Name)
		}
	}
}

// Other files of that name mean nothing, a damaged one is told.
func TestOtherManifests(t *testing.T) {
	for name, c := range map[string]struct {
		manifest string
		note     bool
	}{
		"another program's": {`{"name": "app"}` + "\n" + `{"output": "cat/0_aug1.png", "source": "x"}` + "\n", false},
		"no JSON":           {"# pictures\n", false},
		"empty":             {"", false},
		"damaged":           {`{"kind":"augment manifest"}` + "\n{{\n", true},
	} {
		dir := augmented(t, "", func(string) string { return c.manifest })
		set, err := Open(context.Background(), dir, settings.Default())
		if err != nil {
			t.Fatal(name, err)
		}
		note := slices.ContainsFunc(set.Notes, func(n string) bool { return strings.Contains(n, "manifest.jsonl:2: damaged") })
		if note != c.note || set.Split != "20 % of each class, by a hash of the name" {
			t.Errorf("%s: %q, %q", name, set.Notes, set.Split)
		}
	}
}

// One source a class leaves none to hold out.
func TestOneSource(t *testing.T) {
	dir := augmented(t, "", func(m string) string {
		for i := range 10 {
			m = strings.ReplaceAll(m, fmt.Sprintf("/%d.png", i), "/0.png")
		}
		return m
	})
	set, err := Open(context.Background(), dir, settings.Default())
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Check("fail"); err == nil || !strings.Contains(err.Error(), "no class has the 2 source pictures that are needed to hold one out") {
		t.Errorf("got %v", err)
	}
}
