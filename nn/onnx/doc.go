// Package onnx writes models as ONNX files, for the many runtimes that read
// those.
//
// What is written is the computation of Predict, op by op, so layers of your own
// are exported too as long as they are made of package ops. Only an op of your
// own (ops.Custom) has no form in ONNX. Values keep Keras' order of axes, with
// channels last: what goes in and what comes out is what Predict takes and gives.
//
// The files need opset 17 (ONNX 1.12, 2022).
package onnx
