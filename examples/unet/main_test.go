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
	var common float64
	if _, err := fmt.Sscanf(out.String(), "discs of new pictures: %f", &common); err != nil {
		t.Fatal(err)
	}
	if common < 70 {
		t.Error(out.String())
	}
}
