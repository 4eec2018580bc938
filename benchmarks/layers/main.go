// Command layers times single layers, forward and backward, beside PyTorch and
// TensorFlow on two threads:
//
//	go run ./benchmarks/layers -peer venv/bin/python
//	go run ./benchmarks/layers -peer venv/bin/python -case depthwise -rounds 3
//
// The peers need torch, tensorflow and tf_keras. Each side makes the output
// and the gradients of input and weights for a given gradient of the output.
package main

import "github.com/antler-ml/antler/benchmarks/internal/sides"

func main() {
	c := sides.Contest{
		Title:  "ms, forward and backward",
		Script: "benchmarks/layers/peers.py",
		// PyTorch on memory as it makes it and channels last, eager and compiled,
		// TensorFlow with and without XLA.
		Settings: []string{"torch", "torch channels_last", "torch compile", "torch compile channels_last", "tf", "tf xla"},
	}
	for _, k := range cases {
		c.Cases = append(c.Cases, k)
	}
	c.Main()
}
