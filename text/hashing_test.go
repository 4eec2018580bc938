package text

import (
	"slices"
	"strings"
	"testing"
)

// Expected values come from testdata/tools/text_extra.py.
func TestHashingTrickKeras(t *testing.T) {
	var cases []struct {
		Text string
		N    int
		KW   struct {
			Filters *string
			Lower   *bool
			Split   string
		}
		MD5, Function []int
	}
	load(t, "hashing.json", &cases)
	if len(cases) < 100 {
		t.Fatalf("only %d cases", len(cases))
	}
	function := func(w string) int { // as in the script
		n := -700
		for _, b := range []byte(w) {
			n += int(b)
		}
		return n
	}
	for _, c := range cases {
		split := SplitConfig{Filters: c.KW.Filters, Lower: c.KW.Lower, Split: c.KW.Split}
		if got, err := HashingTrick(c.Text, c.N, HashConfig{Split: split, Hash: MD5}); err != nil || !slices.Equal(got, c.MD5) {
			t.Errorf("%q, n %d, md5: got %v, %v, want %v", c.Text, c.N, got, err, c.MD5)
		}
		if got, err := HashingTrick(c.Text, c.N, HashConfig{Split: split, Func: function}); err != nil || !slices.Equal(got, c.Function) {
			t.Errorf("%q, n %d, function: got %v, %v, want %v", c.Text, c.N, got, err, c.Function)
		}
		got, err := OneHot(c.Text, c.N, split)
		if err != nil || len(got) != len(c.MD5) {
			t.Errorf("%q: OneHot gives %v, %v", c.Text, got, err)
		}
		for _, i := range got {
			if i < 1 || i >= c.N {
				t.Errorf("%q: number %d is not in 1 … %d", c.Text, i, c.N-1)
			}
		}
	}
}

// Values of the xxHash project and of the documentation of python-xxhash.
func TestXXH64(t *testing.T) {
	for in, want := range map[string]uint64{
		"":       0xEF46DB3751D8E999,
		"a":      0xD24EC4F1A98C6E5B,
		"abc":    0x44BC2CF5AD770999,
		"xxhash": 0x32DD38952C4BC720,
		"Nobody inspects the spammish repetition": 0xFBCEA83C8A378BF1,
	} {
		if got := xxh64([]byte(in)); got != want {
			t.Errorf("%q: got %x, want %x", in, got, want)
		}
	}
}

func TestHashingErrors(t *testing.T) {
	for _, n := range []int{1, 0, -5} {
		if _, err := OneHot("a", n, SplitConfig{}); err == nil || !strings.Contains(err.Error(), "n must be at least 2") {
			t.Errorf("n %d: %v", n, err)
		}
	}
	if _, err := HashingTrick("a", 5, HashConfig{Hash: "sha1"}); err == nil || !strings.Contains(err.Error(), `unknown hash "sha1": want "xxh64" or "md5"`) {
		t.Error(err)
	}
	got, err := HashingTrick("a|b|a", 100, HashConfig{Analyzer: func(s string) []string { return strings.Split(s, "|") }})
	if err != nil || len(got) != 3 || got[0] != got[2] {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestHasherAllocates(t *testing.T) {
	h, err := NewHasher(1000, HashConfig{Hash: MD5})
	if err != nil {
		t.Fatal(err)
	}
	ids := h.Append(nil, "some words that are hashed")
	if n := testing.AllocsPerRun(100, func() { ids = h.Append(ids[:0], "some words that are hashed") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
