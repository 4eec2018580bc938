// Package kernel holds the inner loops: plain functions on flat []float32 with
// sizes as arguments.
//
// Each topic (gemm, conv, math …) has an exported API in topic.go, plain Go
// code that is always compiled in topic_generic.go, and, on amd64 without the
// purego tag, assembly that the generators in _asm write. Which one runs is
// decided by the machine (package impl lists the choices for tests); that
// changes results in the last bits at most. The number of workers changes no
// bit, ever.
//
// It is not a linear-algebra library: sizes are trusted, and what is checked is
// only that memory is not left.
package kernel
