// Command math generates the elementwise, reduction, softmax, optimizer and random
// kernels of package kernel, one topic at a time.
//
// A kernel is an expression over vectors (functions.go, topics.go) inside one of
// a few loops (loop.go, fold.go, philox.go). Both instruction sets come from the
// same expression, and none of them fuses a product with a sum, so both give the
// bits of the plain Go code in <topic>_generic.go. The signatures are read from
// there too: kernel vecAdd is made for the function vecAddGo.
//
// Beside <topic>_amd64.s and <topic>_stubs_amd64.go it writes the dispatch,
// <topic>_amd64.go and <topic>_noasm.go.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	. "github.com/mmcloughlin/avo/build"
)

var topic, dir string

func main() {
	flag.StringVar(&topic, "topic", "", "vec, math, reduce, softmax, optim, random or rnn")
	flag.StringVar(&dir, "dir", "..", "directory of package kernel")
	flag.Parse()
	write, ok := topics[topic]
	if !ok {
		fmt.Fprintf(os.Stderr, "math: no topic %q\n", topic)
		os.Exit(2)
	}
	for name, value := range map[string]string{
		"out": filepath.Join(dir, topic+"_amd64.s"), "stubs": filepath.Join(dir, topic+"_stubs_amd64.go"), "pkg": "kernel",
	} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	ConstraintExpr("amd64,!purego")
	readSignatures()
	write()
	writeDispatch()
	Generate()
	checkRegisters(filepath.Join(dir, topic+"_amd64.s"))
}

var highRegister = regexp.MustCompile(`\b[XY](1[6-9]|2\d|3[01])\b`)

// checkRegisters refuses an AVX2 kernel with more than the 16 registers of AVX2:
// the allocator hands out those of AVX-512.
func checkRegisters(file string) {
	src, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	for _, f := range strings.Split(string(src), "\nTEXT ") {
		name, _, _ := strings.Cut(f, "(")
		if strings.HasSuffix(name, "AVX2") && highRegister.MatchString(f) {
			panic("math: " + name + " needs more than 16 vector registers")
		}
	}
}
