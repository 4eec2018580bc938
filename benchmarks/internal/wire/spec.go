package wire

// A Part is one layer of a model in words that every side understands: our
// worker and the peers' scripts build their models from the same description.
type Part struct {
	// Kind is dense, conv, maxpool, flatten, embedding, lstm, gru, batchnorm,
	// relu, residual, average (global average pooling) or output.
	Kind   string `json:"kind"`
	Units  int    `json:"units,omitempty"`  // units, filters or classes
	Kernel int    `json:"kernel,omitempty"` // side of a convolution's kernel
	Stride int    `json:"stride,omitempty"`
	Same   bool   `json:"same,omitempty"` // zero padding that keeps the size
	ReLU   bool   `json:"relu,omitempty"`
	NoBias bool   `json:"no_bias,omitempty"`
	Words  int    `json:"words,omitempty"` // rows of an embedding
}

// A Spec is a model with the batch that it is measured with. It ends in an
// output part: with one unit it is a yes/no question (sigmoid, binary
// crossentropy), else a choice among units (softmax, sparse categorical
// crossentropy). Peers are given logits, as suits them best.
type Spec struct {
	Name  string `json:"name"`
	Input []int  `json:"input"` // of one sample, channels last
	Batch int    `json:"batch"`
	Parts []Part `json:"parts"`
}

// Binary reports whether the model answers a yes/no question.
func (s *Spec) Binary() bool { return s.Parts[len(s.Parts)-1].Units == 1 }

// Vocabulary is the vocabulary of a model on word ids, else 0.
func (s *Spec) Vocabulary() int {
	if s.Parts[0].Kind == "embedding" {
		return s.Parts[0].Words
	}
	return 0
}

// Images reports whether memory formats matter.
func (s *Spec) Images() bool { return len(s.Input) == 3 }

func dense(n int) Part  { return Part{Kind: "dense", Units: n, ReLU: true} }
func output(n int) Part { return Part{Kind: "output", Units: n} }
func conv(n int, same bool) Part {
	return Part{Kind: "conv", Units: n, Kernel: 3, Stride: 1, Same: same, ReLU: true}
}

var (
	maxpool = Part{Kind: "maxpool"}
	flatten = Part{Kind: "flatten"}
)

func recurrent(kind string) *Spec {
	return &Spec{kind, []int{80}, 32, []Part{{Kind: "embedding", Units: 128, Words: 20000}, {Kind: kind, Units: 128}, output(1)}}
}

// resnet20 is that of He et al. (2015) for 32×32 images, with projections
// where the size changes.
func resnet20() *Spec {
	ps := []Part{{Kind: "conv", Units: 16, Kernel: 3, Stride: 1, Same: true, NoBias: true}, {Kind: "batchnorm"}, {Kind: "relu"}}
	for stage, filters := range []int{16, 32, 64} {
		for block := range 3 {
			stride := 1
			if stage > 0 && block == 0 {
				stride = 2
			}
			ps = append(ps, Part{Kind: "residual", Units: filters, Stride: stride})
		}
	}
	return &Spec{"resnet20", []int{32, 32, 3}, 64, append(ps, Part{Kind: "average"}, output(10))}
}

// Models are those whose training step is measured.
var Models = []*Spec{
	{"mlp", []int{784}, 128, []Part{dense(512), dense(512), output(10)}},
	{"tiny", []int{10}, 32, []Part{dense(16), output(1)}},
	{"cnn28", []int{28, 28, 1}, 128, []Part{conv(32, false), conv(64, false), maxpool, flatten, dense(128), output(10)}},
	{"cnn32", []int{32, 32, 3}, 64, []Part{conv(32, true), conv(32, true), maxpool, conv(64, true), conv(64, true), maxpool, flatten, dense(512), output(10)}},
	recurrent("lstm"),
	recurrent("gru"),
	resnet20(),
}

// Titles say what the models are.
var Titles = map[string]string{
	"mlp":      "MLP 784-512-512-10",
	"tiny":     "MLP 10-16-1",
	"cnn28":    "CNN 28×28×1: conv 32, conv 64, max-pool, dense 128, dense 10",
	"cnn32":    "CNN 32×32×3: 2×conv 32, pool, 2×conv 64, pool, dense 512, dense 10",
	"lstm":     "embedding 20,000×128, LSTM 128, 80 steps, dense 1",
	"gru":      "embedding 20,000×128, GRU 128, 80 steps, dense 1",
	"resnet20": "ResNet-20, 32×32×3",
}

// Named is the model of that name.
func Named(name string) *Spec {
	for _, m := range Models {
		if m.Name == name {
			return m
		}
	}
	panic("benchmarks: no model " + name)
}
