package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/nntest"
)

// TestRun: every row's weight lies on its capital.
func TestRun(t *testing.T) {
	var out bytes.Buffer
	if err := run(&out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	if !strings.HasPrefix(lines[0], "named the capital in 100 %") && !strings.HasPrefix(lines[0], "named the capital in 9") {
		t.Error(lines[0])
	}
	for i := 2; i+1 < len(lines)-1; i += 2 {
		if at := strings.IndexAny(lines[i], "ABCDEFGH"); strings.IndexByte(lines[i+1], '#') != at {
			t.Errorf("the layer does not look at the capital:\n%s\n%s", lines[i], lines[i+1])
		}
	}
}

// TestLayer: a layer of one's own keeps the contract of all layers.
func TestLayer(t *testing.T) { nntest.Layer(t, &Focus{Units: 3}, nn.Shape{nn.Unknown, 4, 2}) }

// TestShort: the layer is small.
func TestShort(t *testing.T) {
	b, err := os.ReadFile("attention.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(b, []byte("\n")); n >= 40 {
		t.Errorf("attention.go has %d lines, want less than 40", n)
	}
}
