package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// An aim is one line of the table at the top.
type aim struct {
	what, from, name, peer string // from is the case; name and peer choose among its lines
}

var aims = []aim{
	{"affine warp by OpenCV, one core", "warp", "", ""},
	{"whole generator by tf_keras (scipy), one core", "generator", "", ""},
	{"the same chain by albumentations", "chain", "", "albumentations"},
	{"the same chain by torchvision", "chain", "", "torchvision"},
	{"directory of JPEGs by a PyTorch DataLoader", "directory", "", "DataLoader"},
	{"directory of JPEGs by Keras' flow_from_directory", "directory", "", "Keras"},
	{"two workers by one, library", "directory", "", "ours"},
	{"two workers by one, command", "command", "", ""},
	{"ZCA fit by numpy, one core", "zca", "", ""},
}

// summary writes what is wanted and what is reached.
func summary(b *bytes.Buffer, k *book) {
	b.WriteString("| | wanted | reached | |\n|---|---:|---:|---|\n")
	for _, a := range aims {
		line(b, a, k.of(a.from))
	}
	if low, high, ok := decoding(); ok {
		row(b, "JPEG decoding by libjpeg-turbo, whole and reduced ([image-decode.md](image-decode.md))", 0.7, low, high, "")
	}
	if t := k.Toll; t.Allocs > 0 {
		fmt.Fprintf(b, "| allocations per image, directory of JPEGs | 0 | %.2g | %s |\n", t.PerImage, mark(t.PerImage < 0.01))
		fmt.Fprintf(b, "| memory by the byte budget | ≤ 1.1 | %.2f | %s |\n", t.Grown/t.Ring, mark(t.Grown <= 1.1*t.Ring))
	}
}

func line(b *bytes.Buffer, a aim, results []result) {
	var worst, best result
	for _, r := range results {
		if !strings.Contains(r.Name, a.name) || !strings.HasPrefix(r.Peer, a.peer) {
			continue
		}
		if worst.Ratio == 0 || r.Ratio < worst.Ratio {
			worst = r
		}
		best.Ratio = max(best.Ratio, r.Ratio)
	}
	if worst.Ratio != 0 {
		row(b, a.what, worst.Want, worst.Ratio, best.Ratio, worst.Name)
	}
}

func row(b *bytes.Buffer, what string, want, low, high float64, least string) {
	reached := fmt.Sprintf("%.2f", low)
	if low != high {
		reached = fmt.Sprintf("%.2f–%.2f", low, high)
	}
	m := mark(low >= want)
	if low < want && least != "" {
		m += ": " + least
	}
	fmt.Fprintf(b, "| %s | ≥ %g | %s | %s |\n", what, want, reached, m)
}

func mark(ok bool) string {
	if ok {
		return "yes"
	}
	return "no"
}

// decoding reads the quotients of decoding JPEGs off the page of benchmarks/image.
func decoding() (low, high float64, ok bool) {
	text, err := os.ReadFile("docs/bench/image-decode.md")
	if err != nil {
		return 0, 0, false
	}
	column := -1
	for l := range strings.Lines(string(text)) {
		cells := strings.Split(l, "|")
		for i, c := range cells {
			if strings.TrimSpace(c) == "simplejpeg" {
				column = i
			}
		}
		if column < 0 || len(cells) <= column || !strings.Contains(cells[1], "JPEG") {
			continue
		}
		_, ratio, _ := strings.Cut(cells[column], "(")
		ratio, _, _ = strings.Cut(ratio, ")")
		if v, err := strconv.ParseFloat(ratio, 64); err == nil {
			if !ok || v < low {
				low = v
			}
			high, ok = max(high, v), true
		}
	}
	return low, high, ok
}
