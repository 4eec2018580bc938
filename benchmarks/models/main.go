// Command models times one training step of whole models beside PyTorch and
// TensorFlow on two threads:
//
//	go run ./benchmarks/models -peer venv/bin/python
//	go run ./benchmarks/models -peer venv/bin/python -case resnet -pause
//
// A step is forward, backward and the optimizer's update of one batch. All sides
// begin with the same weights; the losses of the first three steps must agree.
// With -infer it times predictions of MobileNetV2 and ResNet50 instead, ONNX
// Runtime beside them:
//
//	go run ./benchmarks/models -infer -peer venv/bin/python -onnx venv2/bin/python
//
// The peers need torch, tensorflow and tf_keras; compiling takes minutes.
package main

import (
	"flag"

	_ "github.com/antler-ml/antler/nn/all"

	"github.com/antler-ml/antler/benchmarks/internal/sides"
)

func main() {
	infer := flag.Bool("infer", false, "time predictions of MobileNetV2 and ResNet50")
	c := sides.Contest{Script: "benchmarks/models/peers.py"}
	c.Choose = func() {
		if *infer {
			c.Title = "ms, one batch predicted"
			c.Settings = []string{"torch", "torch channels_last", "torch compile", "torch compile channels_last", "tf", "tf xla", "onnx"}
			for _, k := range inferCases {
				c.Cases = append(c.Cases, k)
			}
			return
		}
		c.Title = "ms, one training step"
		c.Settings = []string{"torch", "torch channels_last", "torch compile", "torch compile channels_last", "tf", "tf xla"}
		for _, k := range cases {
			c.Cases = append(c.Cases, k)
		}
	}
	c.Main()
}
