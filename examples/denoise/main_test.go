package main

import (
	"bytes"
	"fmt"
	"testing"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := run(&out); err != nil {
		t.Fatal(err)
	}
	var dirty, cleaned float64
	if _, err := fmt.Sscanf(out.String(), "error of the dirty curves %f, of the cleaned ones %f", &dirty, &cleaned); err != nil {
		t.Fatal(err)
	}
	// Of 64 noisy numbers, four (two waves with amplitude and phase each) can be
	// estimated with an error of noise·√(4/64), a quarter, at the very best.
	if cleaned > dirty/2 {
		t.Error(out.String())
	}
}
