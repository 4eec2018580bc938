package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a_dense.class"), []byte("Dense"), 0o644); err != nil {
		t.Fatal(err)
	}
	tb := newTable(dir)
	if n := tb.add("written", "noise\nk3\tback.h5\ta_dense\tValueError: exists\nk3\tkeras\ta_dense\t1e-07\nk3\tkeras\ta_dense\t3e-07\ntf\tkeras\ta_dense\tValueError: no\n"); n != 4 {
		t.Error(n)
	}
	tb.add("read", "tf\th5\ta_dense\t0\n")
	got := tb.markdown()
	for _, want := range []string{"| Dense | 3e-07 | – | – | – | – | – | – | **1 of 1 fail** | – | – | – | – | 0 | – |", "* a_dense, written tf keras: ValueError: no", "loaded it, so that nothing was read here:\n\n* a_dense, k3 h5: ValueError: exists"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}
