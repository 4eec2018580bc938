package main

import (
	"os"
	"os/exec"
	"path/filepath"
)

// buildGoPeers builds the worker of Gorgonia and GoMLX, which live in a module
// of their own. When it cannot be built their lines say why.
func (b *bench) buildGoPeers() {
	b.gopeers = filepath.Join(b.tmp, "gopeers")
	var said tail
	build := exec.Command("go", "build", "-o", b.gopeers, ".")
	build.Dir = filepath.Join(b.root, "benchmarks", "gopeers")
	build.Env = append(os.Environ(), "GOWORK=off", "CGO_ENABLED=0")
	build.Stderr = &said
	if err := build.Run(); err != nil {
		for _, peer := range []string{"gorgonia", "gomlx"} {
			b.home.missing[peer] = "not built: " + said.last()
		}
	}
}
