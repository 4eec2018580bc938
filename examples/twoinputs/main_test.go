package main

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := run(&out); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	var off float64
	if _, err := fmt.Sscanf(text[strings.Index(text, "off by"):], "off by %f", &off); err != nil {
		t.Fatal(err)
	}
	// A guess by the size alone, at the mean rent of a square metre.
	fs, perMetre, plain := flats(200, 2), 0.0, 0.0
	for _, f := range fs {
		perMetre += f.rent / f.metres / float64(len(fs))
	}
	for _, f := range fs {
		plain += 100 * math.Abs(perMetre*f.metres-f.rent) / f.rent / float64(len(fs))
	}
	if off > plain/3 {
		t.Errorf("%s, and by %.1f %% without a model", text, plain)
	}
}
