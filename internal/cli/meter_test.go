package cli

import (
	"io"
	"strings"
	"testing"
	"time"
)

func TestMeter(t *testing.T) {
	m := NewMeter(NewConsole(io.Discard, true, true), 2000)
	io.ReadAll(m.Reader(strings.NewReader(strings.Repeat("x", 500))))
	m.start = time.Now().Add(-2 * time.Second)
	if got, want := m.line(), " 25 %  500 B of 2.0 kB  250 B/s  eta 6.0 s"; got != want && got != strings.Replace(want, "250", "249", 1) {
		t.Errorf("got %q, want %q", got, want)
	}
	m.total = -1
	if got := m.line(); !strings.HasPrefix(got, "500 B  2") || strings.Contains(got, "eta") {
		t.Errorf("got %q", got)
	}
	if n, took := m.Done(); n != 500 || took < 2*time.Second {
		t.Errorf("got %d in %v", n, took)
	}
}
