package main

import (
	"fmt"
	"strings"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
)

// A benchCase is something that is compared.
type benchCase struct {
	name string
	run  func() error
}

// cases are in the order of the report.
func (b *bench) cases() []benchCase {
	cs := []benchCase{{"limits", b.limits}, {"gemm/square", func() error { return b.gemm("gemm/square", b.squares()) }}}
	batches, models := []int{1, 32, 128}, wire.Models
	if b.quick {
		batches, models = []int{32}, []*wire.Spec{wire.Named("mlp"), wire.Named("cnn28"), wire.Named("lstm")}
	}
	for _, batch := range batches {
		name := fmt.Sprintf("gemm/batch%d", batch)
		cs = append(cs, benchCase{name, func() error { return b.gemm(name, b.layerProducts(batch)) }})
	}
	for _, s := range models {
		cs = append(cs, benchCase{"step/" + s.Name, func() error { return b.step(s) }})
	}
	part := 1
	if b.quick {
		part = 2
	}
	cs = append(cs, benchCase{"fit/mlp", func() error { return b.fit(wire.Named("mlp"), 6400/part) }})
	if !b.quick {
		cs = append(cs, benchCase{"fit/cnn28", func() error { return b.fit(wire.Named("cnn28"), 1280) }},
			benchCase{"fit/lstm", func() error { return b.fit(wire.Named("lstm"), 640) }},
			benchCase{"fit/tiny", func() error { return b.fit(wire.Named("tiny"), 6400) }})
	}
	for _, name := range []string{"mlp", "cnn28", "lstm"} {
		if !b.quick || name == "mlp" {
			cs = append(cs, benchCase{"infer/" + name, func() error { return b.infer(wire.Named(name)) }})
		}
	}
	return append(cs, benchCase{"startup", b.startup})
}

func caseNames() []string {
	var names []string
	for _, c := range (&bench{}).cases() {
		names = append(names, c.name)
	}
	return names
}

// wanted reports whether a case was asked for, by its name or the part before
// the slash.
func wanted(asked, name string) bool {
	if asked == "" {
		return true
	}
	for a := range strings.SplitSeq(asked, ",") {
		if a == name || strings.HasPrefix(name, a+"/") {
			return true
		}
	}
	return false
}
