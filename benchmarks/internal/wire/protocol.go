// Package wire is what the harness and its workers have in common: lines of
// JSON, descriptions of models, and the file in which data and first weights
// travel. The Go peers' module uses it too.
package wire

// A Request is one line of JSON to a worker: ours or a peer's.
type Request struct {
	// Op is load, losses, reset, steps, predict, fit or gemm; ours also knows pass.
	Op       string   `json:"op"`
	Model    *Spec    `json:"model,omitempty"`    // load
	File     string   `json:"file,omitempty"`     // load: an .npz, see ReadCase
	Mode     string   `json:"mode,omitempty"`     // load: the peer's setting
	Accuracy bool     `json:"accuracy,omitempty"` // load: count hits while training
	N        int      `json:"n,omitempty"`        // steps, calls or epochs
	Batch    int      `json:"batch,omitempty"`    // predict
	Gemm     *Product `json:"gemm,omitempty"`
	Pass     string   `json:"pass,omitempty"` // pass: copy, copy whole, adam or norm+adam
	Floats   int      `json:"floats,omitempty"`
}

// A Product is C = op(A)·op(B), op(A) m×k and op(B) k×n. Trans is NN, TN, NT
// or TT: which factor is stored as its transpose.
type Product struct {
	M     int    `json:"m"`
	N     int    `json:"n"`
	K     int    `json:"k"`
	Trans string `json:"trans"`
}

// FLOP is the arithmetic of the product.
func (p Product) FLOP() float64 { return 2 * float64(p.M) * float64(p.N) * float64(p.K) }

// Factor is element i of the factors that all sides multiply: A counts from 0,
// B from 7.
func Factor(i int) float32 { return float32(i*31%101)/101 - 0.5 }

// A Reply is one line of JSON from a worker. The first one, which is not
// asked for, holds the versions.
type Reply struct {
	Error    string            `json:"error,omitempty"`
	Versions map[string]string `json:"versions,omitempty"`
	Losses   []float64         `json:"losses,omitempty"` // before each update
	NS       float64           `json:"ns,omitempty"`     // of all N together
	Each     []float64         `json:"each,omitempty"`   // predict: ns of each call
	Allocs   float64           `json:"allocs,omitempty"` // ours, steps: allocations of all N together
	Digest   string            `json:"digest,omitempty"` // ours, losses: of all bits of the weights afterwards
	Values   []float64         `json:"values,omitempty"` // predict, gemm: for comparison
}
