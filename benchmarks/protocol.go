package main

// A request is one line of JSON to a worker: ours or a peer's.
type request struct {
	// Op is load, losses, reset, steps, predict, fit or gemm.
	Op       string   `json:"op"`
	Model    *spec    `json:"model,omitempty"`    // load
	File     string   `json:"file,omitempty"`     // load: an .npz, see writeCase
	Mode     string   `json:"mode,omitempty"`     // load: the peer's setting
	Accuracy bool     `json:"accuracy,omitempty"` // load: count hits while training
	N        int      `json:"n,omitempty"`        // steps, calls or epochs
	Batch    int      `json:"batch,omitempty"`    // predict
	Gemm     *product `json:"gemm,omitempty"`
}

// A product is C = op(A)·op(B), op(A) m×k and op(B) k×n. Trans is NN, TN, NT
// or TT: which factor is stored as its transpose.
type product struct {
	M     int    `json:"m"`
	N     int    `json:"n"`
	K     int    `json:"k"`
	Trans string `json:"trans"`
}

func (p product) flops() float64 { return 2 * float64(p.M) * float64(p.N) * float64(p.K) }

// factor is element i of the factors that all sides multiply: A counts from 0,
// B from 7.
func factor(i int) float32 { return float32(i*31%101)/101 - 0.5 }

// A reply is one line of JSON from a worker. The first one, which is not
// asked for, holds the versions.
type reply struct {
	Error    string            `json:"error,omitempty"`
	Versions map[string]string `json:"versions,omitempty"`
	Losses   []float64         `json:"losses,omitempty"` // before each update
	NS       float64           `json:"ns,omitempty"`     // of all N together
	Each     []float64         `json:"each,omitempty"`   // predict: ns of each call
	Values   []float64         `json:"values,omitempty"` // predict, gemm: for comparison
}
