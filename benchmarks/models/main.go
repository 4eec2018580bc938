// Command models times one training step of whole models beside PyTorch and
// TensorFlow on two threads:
//
//	go run ./benchmarks/models -peer venv/bin/python
//	go run ./benchmarks/models -peer venv/bin/python -case resnet -pause
//
// A step is forward, backward and the optimizer's update of one batch. All sides
// begin with the same weights; the losses of the first three steps must agree.
// The peers need torch, tensorflow and tf_keras; compiling takes minutes.
package main

import (
	_ "github.com/antler-ml/antler/nn/all"

	"github.com/antler-ml/antler/benchmarks/internal/sides"
)

func main() {
	c := sides.Contest{
		Title:  "ms, one training step",
		Script: "benchmarks/models/peers.py",
		Settings: []string{"torch", "torch channels_last", "torch compile", "torch compile channels_last",
			"tf", "tf xla"},
	}
	for _, k := range cases {
		c.Cases = append(c.Cases, k)
	}
	c.Main()
}
