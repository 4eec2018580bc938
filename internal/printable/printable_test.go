package printable

import "testing"

func TestName(t *testing.T) {
	for in, want := range map[string]string{
		"cat/1 (2).jpg": "cat/1 (2).jpg", "猫/é.png": "猫/é.png", "": "", "caf\xe9": `"caf\xe9"`, "\x1b[31mred": `"\x1b[31mred"`, "a\nb": `"a\nb"`,
		"zero\u200bwidth": `"zero\u200bwidth"`, "turned\u202e": `"turned\u202e"`, "\ufffd": `"` + "\ufffd" + `"`, `say "x"`: `say "x"`,
	} {
		if got := Name(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
