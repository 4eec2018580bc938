package archtest

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestReadme holds the README to the code: its example is the one that the
// tests of package nn compile and run, and its links lead somewhere.
func TestReadme(t *testing.T) {
	readme := read(t, "../../README.md")
	_, rest, ok := strings.Cut(readme, "```go\n")
	example, _, ok2 := strings.Cut(rest, "```")
	if !ok || !ok2 {
		t.Fatal("README.md has no Go example")
	}
	source := read(t, "../../nn/example_readme_test.go")
	lines := strings.Split(strings.TrimRight(example, "\n"), "\n")
	if len(lines) > 12 {
		t.Errorf("the example has %d lines; at most 12 are promised", len(lines))
	}
	for i, l := range lines {
		if l != "" {
			lines[i] = "\t" + l
		}
	}
	if want := strings.Join(lines, "\n"); !strings.Contains(source, want) {
		t.Errorf("the example is not that of nn/example_readme_test.go:\n%s", want)
	}
	for _, m := range regexp.MustCompile(`\]\(([A-Za-z0-9_./-]+)\)`).FindAllStringSubmatch(readme, -1) {
		if _, err := os.Stat("../../" + m[1]); err != nil {
			t.Errorf("README.md links to %s, which is not there", m[1])
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
