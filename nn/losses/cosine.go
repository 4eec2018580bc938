package losses

import (
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/nn/ops"
)

func init() {
	nn.Register[CosineSimilarity]()
	nn.Alias(&CosineSimilarity{}, "cosine_similarity")
}

// CosineSimilarity is minus the cosine of the angle between y and p, along Axis.
// Vectors of zeros count as orthogonal. Keras: cosine_similarity.
type CosineSimilarity struct {
	Axis      *int      `default:"-1"`
	Reduction Reduction `default:"sum_over_batch_size"`
}

// Loss describes the loss of each sample.
func (l CosineSimilarity) Loss(y, p *ops.Value) *ops.Value {
	y, p = ops.L2Normalize(lastAxis(y, l.Axis), -1), ops.L2Normalize(lastAxis(p, l.Axis), -1)
	return ops.Neg(ops.Sum(ops.Mul(y, p), -1))
}

// CheckTarget refuses targets of another shape than the predictions.
func (l CosineSimilarity) CheckTarget(y, p nn.Shape) error {
	return sameShape("cosine_similarity", y, p)
}

// ReduceSum reports whether losses are summed.
func (l CosineSimilarity) ReduceSum() bool { return l.Reduction.sum() }

// ReduceNone reports whether losses stay apart.
func (l CosineSimilarity) ReduceNone() bool { return l.Reduction.none() }

// Validate checks the settings.
func (l CosineSimilarity) Validate() error { return l.Reduction.validate() }
