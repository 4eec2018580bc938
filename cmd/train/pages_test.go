package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/cmd/train/internal/command"
	"github.com/antler-ml/antler/cmd/train/internal/settings"
)

// page is a help page in its parts.
type page struct {
	call, about string
	examples    []string
	text        string
}

// read takes a page apart, and fails the test where it has another form.
func read(t *testing.T, name, text string) page {
	t.Helper()
	lines := strings.Split(text, "\n")
	p := page{call: lines[0], about: strings.TrimSpace(lines[1]), text: text}
	if !strings.HasPrefix(p.call, "train ") || !strings.HasPrefix(lines[1], "  ") || !strings.HasSuffix(p.about, ".") {
		t.Errorf("%s: the page begins with\n%s\n%s", name, lines[0], lines[1])
	}
	if n := len(lines) - 1; n > 40 {
		t.Errorf("%s: the page has %d lines; one screen has 40", name, n)
	}
	for _, l := range lines {
		if n := len([]rune(l)); n > 130 {
			t.Errorf("%s: a line has %d characters: %s", name, n, l)
		}
	}
	at := slices.Index(lines, "Examples:")
	if at < 0 {
		t.Fatalf("%s: there are no examples\n%s", name, text)
	}
	for _, l := range lines[at+1:] {
		if l == "" {
			break
		}
		line, _, _ := strings.Cut(strings.TrimSpace(l), "   ")
		p.examples = append(p.examples, line)
	}
	if n := len(p.examples); n < 2 || n > 4 {
		t.Errorf("%s: %d examples; want 2 to 4", name, n)
	}
	contains(t, text, " (default in brackets):\n", "\nExit codes: 0 done, 1 failed, 2 usage, 3 bad data, 75 try again, 130/143 stopped\n")
	return p
}

// pages are those of all commands and kinds of data.
func pages(t *testing.T) map[string]page {
	t.Helper()
	all := map[string]page{}
	for _, name := range command.Names() {
		all[name] = read(t, name, must(t, train(t, "", "help", name)).out)
	}
	return all
}

// Every command has a help page, all of one form, under both names; together
// they have every flag.
func TestPages(t *testing.T) {
	all := pages(t)
	text := must(t, train(t, "", "--help")).out
	for name, p := range all {
		text += p.text
		if name == "table" || name == "tags" || name == "schedule" {
			continue // kinds of data, not commands
		}
		if !strings.HasPrefix(p.call, "train "+name+" ") {
			t.Errorf("%s is called %q", name, p.call)
		}
		if got := must(t, train(t, "", name, "--help")); got.out != p.text || got.stderr != "" {
			t.Errorf("train %s --help says otherwise than train help %s", name, name)
		}
		if !strings.Contains(must(t, train(t, "", "--help")).out, name) {
			t.Errorf("train --help does not name %s", name)
		}
	}
	for _, x := range settings.Flags(settings.Default()).Settings() {
		if !strings.Contains(text, "--"+x.Name+" ") {
			t.Errorf("no page has --%s", x.Name)
		}
	}
	contains(t, train(t, "", "help", "predct").stderr, "did you mean train help predict?")
	contains(t, train(t, "", "help", "quantum").stderr, "there is no help about")
}

// words splits a command line as a shell does, as far as the examples need it.
func words(line string) (args []string, stdin string) {
	if said, rest, ok := strings.Cut(line, "| train"); ok {
		line, stdin = "train"+rest, strings.Trim(strings.TrimSpace(strings.TrimPrefix(said, "echo ")), `"`)+"\n"
	}
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			args = append(args, part)
		} else {
			args = append(args, strings.Fields(part)...)
		}
	}
	return args[1:], stdin
}

// Every example of every help page runs, as it stands but for fewer epochs.
func TestExamples(t *testing.T) {
	all := pages(t)
	t.Chdir(t.TempDir())
	workshop(t)
	for _, name := range command.Names() {
		for _, line := range all[name].examples {
			args, stdin := words(line)
			_, tool := command.FindTool(args[0])
			_, verb := command.FindVerb(args[0])
			switch {
			case line == "train demo words":
				continue // TestDemoWords
			case args[0] == "search":
				args = append(args, "--folds", "2", "--epochs", map[bool]string{true: "2", false: "1"}[strings.Contains(line, "warmup")])
				if slices.Contains(args, "--random") {
					args = append(args, "--random", "3")
				}
			case args[0] == "lr-find":
				args = append(args, "--steps", "10")
			case args[0] == "words" || !tool && !verb:
				args = append(args, "--dry-run")
			case args[0] == "resume" && slices.Contains(args, "--epochs"):
				args[len(args)-1] = "3"
			}
			if strings.Contains(line, "churn.csv") || strings.Contains(line, "--show") {
				stdin += " "
			}
			if r := train(t, stdin, args...); r.code != 0 {
				t.Errorf("%s: %s\ncode %d: %s", name, line, r.code, r.stderr)
			}
		}
	}
}

// workshop makes the data, runs and models that the examples are about.
func workshop(t *testing.T) {
	t.Helper()
	stripes(t, "photos", 10)
	stripes(t, "test", 4)
	stripes(t, "new", 2)
	fruits(t, "reviews.tsv", 40)
	houses(t, "prices.csv", 60, false)
	b, err := os.ReadFile("prices.csv")
	if err != nil {
		t.Fatal(err)
	}
	write(t, "prices.csv", strings.Replace(string(b), "rooms", "zip", 1))
	write(t, "new.csv", strings.Replace(string(b), "rooms", "zip", 1))
	write(t, "test.csv", strings.Replace(string(b), "rooms", "zip", 1))
	write(t, "churn.csv", strings.Replace(string(b), "garden", "churned", 1))
	people(t, "names.tsv", 30)
	people(t, "test.tsv", 30)
	var book strings.Builder
	for range 40 {
		book.WriteString("the king and the queen saw a man and a woman eat an apple on the ship\n")
	}
	write(t, "book.txt", book.String())
	for _, line := range []string{
		"photos --epochs 1 -o runs/1-photos", "photos --epochs 2 -o runs/6-photos", "prices.csv --target price --epochs 1 -o runs/2-prices",
		"names.tsv --epochs 1 -o runs/3-names", "reviews.tsv --epochs 1 -o runs/4-reviews", "words book.txt --min-count 1 --epochs 1 -o runs/5-book",
		"convert runs/1-photos model.keras",
	} {
		must(t, train(t, "", strings.Fields(line)...))
	}
	// A run that was not finished, for resume.
	half := strings.Replace(content(t, "runs/1-photos/run.json"), `"finished": true`, `"finished": false`, 1)
	write(t, "runs/1-photos/run.json", half)
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
