package tensor_test

import (
	"bytes"
	"fmt"

	"github.com/antler-ml/antler/tensor"
)

func Example() {
	x := tensor.From([]float32{1, 2, 3, 4, 5, 6}, 2, 3)
	fmt.Println(x)
	fmt.Println(tensor.Sum(x, 0))
	fmt.Println(tensor.Sum(x, -1))
	fmt.Println(tensor.SumKeep(x, -1))
	fmt.Println(tensor.Sum(x))
	// Output:
	// [[1. 2. 3.]
	//  [4. 5. 6.]]
	// [5. 7. 9.]
	// [ 6. 15.]
	// [[ 6.]
	//  [15.]]
	// 21.0
}

func ExampleTensor_Slice() {
	x := tensor.Reshape(tensor.Arange(12), 3, 4)
	v := x.Slice(0, 1, tensor.End).Slice(1, -2, tensor.End) // numpy: x[1:, -2:]
	v.Fill(0)                                               // a view: x changes
	fmt.Println(x)
	// Output:
	// [[0. 1. 2. 3.]
	//  [4. 5. 0. 0.]
	//  [8. 9. 0. 0.]]
}

func ExampleTensor_Format() {
	x := tensor.Div(tensor.Arange(4), tensor.Scalar(3))
	fmt.Println(x)
	fmt.Printf("%.2v\n", x)
	fmt.Printf("%+v\n", tensor.Ones(2, 1))
	// Output:
	// [0.         0.33333334 0.6666667  1.        ]
	// [0.   0.33 0.67 1.  ]
	// tensor[2 1]
	// [[1.]
	//  [1.]]
}

func ExampleAdd() {
	column := tensor.From([]float32{0, 10, 20}, 3, 1)
	row := tensor.From([]float32{1, 2}, 2)
	fmt.Println(tensor.Add(column, row))
	// Output:
	// [[ 1.  2.]
	//  [11. 12.]
	//  [21. 22.]]
}

func ExampleMean() {
	images := tensor.Reshape(tensor.Arange(2*2*2*3), 2, 2, 2, 3)
	fmt.Println(tensor.Mean(images, 0, 1, 2)) // of each channel
	// Output:
	// [10.5 11.5 12.5]
}

func ExampleArgSort() {
	scores := tensor.From([]float32{0.1, 0.7, 0.2, 0.7}, 4)
	fmt.Println(tensor.ArgSort(scores, -1))
	fmt.Println(tensor.ArgMax(scores, -1))
	// Output:
	// [0. 2. 1. 3.]
	// 1.0
}

func ExampleConcatenate() {
	a, b := tensor.Ones(2, 1), tensor.New(2, 2)
	fmt.Println(tensor.Concatenate(-1, a, b))
	// Output:
	// [[1. 0. 0.]
	//  [1. 0. 0.]]
}

func ExampleMatMul() {
	a := tensor.From([]float32{1, 2, 3, 4}, 2, 2)
	fmt.Println(tensor.MatMul(a, tensor.Transpose(a)))
	// Output:
	// [[ 5. 11.]
	//  [11. 25.]]
}

func ExampleToCategorical() {
	y, err := tensor.ToCategorical(tensor.FromInts([]int{0, 2, 1}, 3), 3)
	fmt.Println(y, err)
	_, err = tensor.ToCategorical(tensor.FromInts([]int{1, 2, 3}, 3), 3)
	fmt.Println(err)
	// Output:
	// [[1. 0. 0.]
	//  [0. 0. 1.]
	//  [0. 1. 0.]] <nil>
	// tensor: ToCategorical: labels: label 2 is 3; want 0 to 2 for 3 classes (number labels from 0, or pass classes = largest label + 1)
}

func ExampleTry() {
	err := tensor.Try(func() { tensor.Sum(tensor.New(2, 3), 2) })
	fmt.Println(err)
	// Output:
	// tensor: Sum: axes: axis 2 is out of range for rank 2 (shape [2 3]); want -2 to 1
}

func ExampleWriteNPZ() {
	var file bytes.Buffer
	weights := map[string]*tensor.Tensor{"dense/kernel": tensor.Ones(2, 2), "dense/bias": tensor.New(2)}
	if err := tensor.WriteNPZ(&file, weights); err != nil {
		fmt.Println(err)
	}
	read, err := tensor.ReadNPZ(bytes.NewReader(file.Bytes()), int64(file.Len()))
	fmt.Println(read["dense/bias"], err)
	// Output:
	// [0. 0.] <nil>
}
