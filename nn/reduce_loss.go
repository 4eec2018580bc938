package nn

import (
	"fmt"

	"github.com/antler-ml/antler/nn/ops"
)

// unreduced is a loss whose numbers stay apart: reduction "none".
type unreduced interface{ ReduceNone() bool }

func isUnreduced(l Loss) bool {
	u, ok := l.(unreduced)
	return ok && u.ReduceNone()
}

// ReduceLoss describes the loss of a batch with weights and mask, either of which may
// be nil. It is Keras' "sum over batch size", Σ w·loss / count, unless the loss is a
// [Reducer] that sums or says that its numbers stay apart. Masked entries do not count
// (as in tf-keras); entries of weight zero do.
func ReduceLoss(l Loss, y, pred, w, mask *ops.Value) (loss *ops.Value, err error) {
	err = recovered(func() error {
		per := l.Loss(y, pred)
		count := ops.Scalar(float32(per.Size()))
		if lm, ok := l.(LossMasker); ok {
			if own := lm.LossMask(y); own != nil {
				own = FitWeight(own, per)
				if mask != nil {
					own = ops.Mul(own, FitWeight(mask, per))
				}
				mask = own
			}
		}
		if mask != nil {
			mask = FitWeight(mask, per)
			mask = ops.BroadcastTo(mask, per.Shape()...)
			count = ops.Sum(mask)
			per = ops.Where(mask, per, ops.Scalar(0))
		}
		if w != nil {
			w = FitWeight(w, per)
			if !fits(w.Shape(), per.Shape()) {
				return fmt.Errorf("sample weights of shape %v do not fit a loss of shape %v", Shape(w.Shape()), Shape(per.Shape()))
			}
			per = ops.Mul(per, w)
		}
		if isUnreduced(l) {
			loss = per
			return nil
		}
		loss = ops.Sum(per)
		if r, ok := l.(Reducer); !ok || !r.ReduceSum() {
			loss = ops.Div(loss, ops.MaximumScalar(count, 1e-30))
		}
		return nil
	})
	return loss, err
}
