package tensor

import (
	"fmt"
	"math"
)

// ToCategorical turns class labels into vectors with a 1 at the label: shape
// (…) becomes (…, classes), and a last axis of size 1 is replaced. With classes
// 0 there are as many as the largest label says. Labels are cut to whole
// numbers, and must be 0 to classes-1.
//
// Keras: utils.to_categorical (which counts negative labels from the end; here
// they are an error, since they mostly stand for "unknown").
func ToCategorical(labels *Tensor, classes int) (*Tensor, error) {
	shape := labels.shape
	if n := len(shape); n > 1 && shape[n-1] == 1 {
		shape = shape[:n-1]
	}
	y := labels.Data()
	if classes < 0 {
		return nil, fmt.Errorf("tensor: ToCategorical: classes: %d is negative; want the number of classes, or 0 to count them", classes)
	}
	if classes == 0 {
		if len(y) == 0 {
			return nil, fmt.Errorf("tensor: ToCategorical: classes: cannot count the classes of no labels (shape %v); pass their number", labels.shape)
		}
		largest := y[0]
		for _, x := range y {
			largest = max(largest, x)
		}
		if !(largest < maxExact) { // NaN too
			return nil, fmt.Errorf("tensor: ToCategorical: labels: largest is %v; want labels below %d, or pass the number of classes", largest, maxExact)
		}
		classes = max(int(largest), 0) + 1
	}
	if len(y) > math.MaxInt/4/classes {
		return nil, fmt.Errorf("tensor: ToCategorical: classes: %d labels of %d classes are more than memory can hold", len(y), classes)
	}
	out := New(append(copyShape(shape), classes)...)
	for i, x := range y {
		if !(x > -1 && x < float32(classes)) || int(x) >= classes {
			return nil, fmt.Errorf("tensor: ToCategorical: labels: label %d is %v; want 0 to %d for %d classes (number labels from 0, or pass classes = largest label + 1)", i, x, classes-1, classes)
		}
		out.data[i*classes+int(x)] = 1
	}
	return out, nil
}
