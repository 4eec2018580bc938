package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// kindsOfData are one command for each kind, on data that kinds makes.
var kindsOfData = map[string]string{
	"pictures":       "photos --epochs 2 --seed 3 --zoom-range 0.1",
	"texts":          "reviews.tsv --epochs 2 --class-weight fruit=2",
	"tags":           "names.tsv --epochs 2 --num-words 60",
	"regression":     "prices.csv --target price --epochs 2 --missing median --columns zip=category",
	"classification": "prices.csv --target garden --epochs 2 --warmup 1 --schedule step",
	"words":          "words book.txt --epochs 2 --min-count 1 --vector-size 8",
	"few":            "photos --overfit 6 --epochs 2",
}

// kinds makes the data of every kind.
func kinds(t *testing.T) {
	t.Helper()
	stripes(t, "photos", 10)
	fruits(t, "reviews.tsv", 40)
	houses(t, "prices.csv", 80, true)
	write(t, "prices.csv", strings.Replace(content(t, "prices.csv"), "rooms", "zip", 1))
	people(t, "names.tsv", 30)
	var book strings.Builder
	for range 40 {
		book.WriteString("the king and the queen saw a man and a woman eat an apple on the ship\n")
	}
	write(t, "book.txt", book.String())
}

// A configuration that --show-config has written gives the run that the flags
// give, for every kind of data: as a file, and word by word.
func TestShowConfigGivesTheSameRun(t *testing.T) {
	t.Chdir(t.TempDir())
	kinds(t)
	for name, line := range kindsOfData {
		args := strings.Fields(line)
		must(t, train(t, "", append(args, "-o", name+"-flags", "-q")...))
		want := results(t, name+"-flags")
		shown := must(t, train(t, "", append(args, "--show-config")...)).out
		write(t, name+".yaml", shown)
		must(t, train(t, "", "-c", name+".yaml", "-o", name+"-file", "-q"))
		if got := results(t, name+"-file"); got != want {
			t.Errorf("%s: --config gives another run\n%s\n%s", name, got, want)
		}
		// All of it once more, by --set.
		set := flattened(t, shown)
		i := slices.IndexFunc(set, func(s string) bool { return strings.HasPrefix(s, "data=") })
		words := []string{strings.TrimPrefix(set[i], "data="), "-o", name + "-set", "-q"}
		for _, s := range slices.Delete(set, i, i+1) {
			words = append(words, "--set", s)
		}
		must(t, train(t, "", words...))
		if got := results(t, name+"-set"); got != want {
			t.Errorf("%s: --set gives another run\n%s\n%s", name, got, want)
		}
		// What was shown shows the same.
		if again := must(t, train(t, "", "-c", name+".yaml", "--show-config")).out; strings.ReplaceAll(again, " ", "") != strings.ReplaceAll(shown, " ", "") {
			t.Errorf("%s: a configuration that was shown gives another:\n%s\nfrom\n%s", name, again, shown)
		}
	}
}

// flattened is a configuration as words for --set.
func flattened(t *testing.T, text string) (words []string) {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	var walk func(prefix string, m *yaml.Node)
	walk = func(prefix string, m *yaml.Node) {
		for i := 0; i+1 < len(m.Content); i += 2 {
			k, v := m.Content[i].Value, m.Content[i+1]
			switch v.Kind {
			case yaml.MappingNode:
				walk(prefix+k+".", v)
			case yaml.SequenceNode:
				var parts []string
				for _, c := range v.Content {
					parts = append(parts, c.Value)
				}
				words = append(words, prefix+k+"="+strings.Join(parts, ","))
			default:
				if v.ShortTag() != "!!null" { // a section of comments
					words = append(words, prefix+k+"="+v.Value)
				}
			}
		}
	}
	walk("", doc.Content[0])
	return words
}

// The demos bring data along; a configuration of all their settings leaves them
// as they are.
func TestShowConfigOfDemos(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, demo := range []string{"demo text", "demo table"} {
		args := strings.Fields(demo)
		write(t, "run.yaml", must(t, train(t, "", append(args, "--show-config")...)).out)
		a, b := must(t, train(t, "", append(args, "--dry-run")...)), must(t, train(t, "", "-c", "run.yaml", "--dry-run"))
		for i := range 3 { // found, inferred, model
			if x, y := strings.Split(a.stderr, "\n")[i], strings.Split(b.stderr, "\n")[i]; x != y {
				t.Errorf("%s: with all settings in a file\n%s\nwithout\n%s", demo, y, x)
			}
		}
	}
}

// A key that does not exist is an error in every section, for every kind of data,
// and never goes by unseen.
func TestUnknownKeys(t *testing.T) {
	t.Chdir(t.TempDir())
	kinds(t)
	for name, line := range kindsOfData {
		shown := must(t, train(t, "", append(strings.Fields(line), "--show-config")...)).out
		for _, c := range []struct{ section, key, fix string }{
			{"", "epocs: 3", "did you mean epochs?"}, {"", "optimizer_name: adam", ""}, {"image", "zoom_rnge: 0.1", "did you mean image.zoom_range?"}, {"text", "max_words: 1", ""},
			{"words", "windw_size: 3", "did you mean words.window_size?"}, {"table", "targt: x", "did you mean table.target?"}, {"output", "jsn: true", "did you mean output.json?"},
			{"image", "epochs: 3", "did you mean epochs?"}, {"table", "zoom_range: 0.1", "did you mean image.zoom_range?"},
		} {
			text := c.key + "\n" + shown
			if c.section != "" {
				text = strings.Replace(shown, "\n"+c.section+":\n", "\n"+c.section+":\n  "+c.key+"\n", 1)
			}
			if text == shown {
				t.Fatalf("no section %s in\n%s", c.section, shown)
			}
			write(t, "run.yaml", text)
			r := train(t, "", "-c", "run.yaml", "--dry-run")
			if want := fmt.Sprintf("unknown key %q", strings.Split(c.key, ":")[0]); r.code != 2 || !strings.Contains(r.stderr, want) || !strings.Contains(r.stderr, c.fix) {
				t.Errorf("%s, %s.%s: code %d\n%s", name, c.section, c.key, r.code, r.stderr)
			}
		}
	}
	if _, err := os.Stat("runs"); err == nil {
		t.Error("a refused configuration has made runs/")
	}
}
