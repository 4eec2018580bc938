package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
)

// buildRoofline builds the loops that do nothing but multiply and add. Where
// there is no assembly there are none.
func (b *bench) buildRoofline() {
	path := filepath.Join(b.tmp, "roofline")
	build := exec.Command("go", "test", "-c", "-o", path, "./internal/kernel/roofline")
	build.Dir = b.root
	if build.Run() == nil {
		b.roofline = path
		if b.corePeak(1) == 0 {
			b.roofline = ""
		}
	}
}

// corePeak is the sum of the GFLOP/s of so many processes that do nothing but
// multiply-adds of the widest vectors at the same time; 0 when unknown.
func (b *bench) corePeak(processes int) float64 {
	if b.roofline == "" {
		return 0
	}
	var wg sync.WaitGroup
	outs := make([]bytes.Buffer, processes)
	for i := range outs {
		wg.Go(func() {
			cmd := exec.Command(b.roofline, "-test.run", "^$", "-test.bench", "FMA", "-test.benchtime", "60ms", "-test.count", "3", "-test.cpu", "1")
			cmd.Stdout = &outs[i]
			cmd.Run()
		})
	}
	wg.Wait()
	sum := 0.0
	for i := range outs {
		sum += fastestFMA(outs[i].String())
	}
	return sum
}

var fmaLine = regexp.MustCompile(`(?m)^BenchmarkFMA.* ([0-9.]+) GFLOP/s`)

// fastestFMA is the largest figure in what the benchmark prints.
func fastestFMA(out string) float64 {
	most := 0.0
	for _, m := range fmaLine.FindAllStringSubmatch(out, -1) {
		v, _ := strconv.ParseFloat(m[1], 64)
		most = max(most, v)
	}
	return most
}
