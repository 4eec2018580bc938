package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	words := strings.Fields("tab debt abed cede face badge decaf gab bad fed")
	var out bytes.Buffer
	if err := run(&out, words); err != nil {
		t.Fatal(err)
	}
	right := 0
	for i, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		back := []byte(words[i])
		slices.Reverse(back)
		if line == words[i]+" "+string(back) {
			right++
		}
	}
	if right < 8 {
		t.Errorf("%d of %d words are turned round:\n%s", right, len(words), out.String())
	}
}

func TestWords(t *testing.T) {
	dst := make([]float32, longest)
	for word, want := range map[string]string{"abcdef": "longer than 5", "xyz": `letter 'x' is none of "abcdefgt"`, "<": "is none of"} {
		if err := ids(dst, word); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", word, err, want)
		}
	}
}
