package sotu

import (
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	text, err := Text()
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(text, "\n"); n != 7705 {
		t.Errorf("%d passages", n)
	}
	if n := len(strings.Fields(text)); n != 891_212 {
		t.Errorf("%d words", n)
	}
	for _, s := range []string{"the state of the Union", "unconditional war on poverty", "Panama Canal"} {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(s)) {
			t.Errorf("%q is missing", s)
		}
	}
	for _, w := range strings.Split(Words, ",") {
		if !strings.Contains(strings.ToLower(text), w) {
			t.Errorf("the word %q does not occur", w)
		}
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' && r != '\n' }); i >= 0 {
		t.Errorf("control character at %d", i)
	}
}
