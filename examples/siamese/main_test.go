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
	var known, unknown float64
	if _, err := fmt.Sscanf(out.String(), "right in %f %% of pairs of the letters it learned from\nright in %f", &known, &unknown); err != nil {
		t.Fatal(err)
	}
	if known < 85 || unknown < 70 { // 50 is chance
		t.Error(out.String())
	}
}
