package plot_test

import (
	"fmt"
	"log"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
	"github.com/antler-ml/antler/nn/plot"
)

func ExampleModelToDot() {
	m := nn.NewSequential(nn.Input(4),
		&layers.Dense{Units: 8, Activation: activations.ReLU},
		&layers.Dense{Units: 1})
	d, err := plot.ModelToDot(m, plot.ModelConfig{ShowShapes: true, Rankdir: "LR"})
	if err != nil {
		log.Fatal(err)
	}
	d.Node("dense_1").Attributes.Set("color", "red")
	fmt.Print(d)
	// Output:
	// digraph G {
	//   rankdir="LR";
	//   concentrate="true";
	//   dpi="96";
	//   node [shape="record"];
	//   "input_1" [label="{input_1|InputLayer}|{input:|output:}|{{[(None, 4)]}|{[(None, 4)]}}"];
	//   "dense" [label="{dense|Dense}|{input:|output:}|{{(None, 4)}|{(None, 8)}}"];
	//   "dense_1" [label="{dense_1|Dense}|{input:|output:}|{{(None, 8)}|{(None, 1)}}", color="red"];
	//   "input_1" -> "dense";
	//   "dense" -> "dense_1";
	// }
}
