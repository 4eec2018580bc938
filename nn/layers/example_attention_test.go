package layers_test

import (
	"fmt"

	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/activations"
	"github.com/antler-ml/antler/nn/layers"
)

// A block of a Transformer's encoder, over words of any number. Padding (id 0) is
// masked by the embedding, and attention heeds it.
func ExampleMultiHeadAttention() {
	words := nn.Input(nn.Unknown)
	x := nn.Apply(&layers.Embedding{InputDim: 1000, OutputDim: 64, MaskZero: true}, words)

	y := nn.Apply(&layers.MultiHeadAttention{NumHeads: 4, KeyDim: 16, Dropout: 0.1}, x, x)
	x = nn.Apply(&layers.LayerNormalization{}, nn.Apply(&layers.Add{}, x, y))
	y = nn.Apply(&layers.Dense{Units: 128, Activation: activations.GELU}, x)
	y = nn.Apply(&layers.Dense{Units: 64}, y)
	x = nn.Apply(&layers.LayerNormalization{}, nn.Apply(&layers.Add{}, x, y))

	encoder := nn.NewModel([]*nn.Symbol{words}, []*nn.Symbol{x})
	fmt.Println(x.Shape(), encoder.CountParams(), encoder.Err())
	// Output: (None, None, 64) 97472 <nil>
}

// A decoder's attention sees no later step, and shows what it looked at.
func ExampleMultiHeadAttention_scores() {
	x := nn.Input(10, 64)
	out := nn.ApplyMulti(&layers.MultiHeadAttention{NumHeads: 2, KeyDim: 32, UseCausalMask: true, ReturnAttentionScores: true}, x, x)
	fmt.Println(out[0].Shape(), out[1].Shape())
	// Output: (None, 10, 64) (None, 2, 10, 10)
}
