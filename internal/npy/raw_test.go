package npy

import (
	"bytes"
	"slices"
	"testing"
)

func TestWriteRaw(t *testing.T) {
	var b bytes.Buffer
	if err := WriteRaw(&b, DType{Kind: 'i', Size: 4}, []int{2, 1}, bytes.NewReader([]byte{1, 0, 0, 0, 255, 255, 255, 255})); err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(&b, -1, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if x, err := Read[int64](r); err != nil || !slices.Equal(x, []int64{1, -1}) || r.DType.String() != "<i4" {
		t.Errorf("got %v of %v, %v", x, r.DType, err)
	}
	if err := WriteRaw(&b, DType{Kind: 'i', Size: 4}, []int{2}, bytes.NewReader([]byte{1})); err == nil {
		t.Error("no error for missing bytes")
	}
	if err := WriteRaw(&b, DType{Kind: 'i', Size: 4}, []int{-2}, bytes.NewReader(nil)); err == nil {
		t.Error("no error for a bad shape")
	}
}
