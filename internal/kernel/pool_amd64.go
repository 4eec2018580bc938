//go:build amd64 && !purego

package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"github.com/antler-ml/antler/internal/kernel/impl"
)

var (
	poolAVX512 = cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512DQ
	poolAVX2   = cpu.X86.HasAVX2
)

func init() {
	impl.Register("pool", "AVX512", &poolAVX512)
	impl.Register("pool", "AVX2", &poolAVX2)
}

func bestPoolISA() tileISA {
	switch {
	case poolAVX512:
		return isaAVX512
	case poolAVX2:
		return isaAVX2
	}
	return isaGo
}

// poolDispatch is a chain of plain calls, since a call through a variable would
// make p escape.
func poolDispatch(p *poolRun, isa tileISA, kind poolKind) {
	q := (*byte)(unsafe.Pointer(p))
	switch isa {
	case isaAVX512:
		switch kind {
		case poolMax:
			poolMaxAVX512(q)
		case poolAvg:
			poolAvgAVX512(q)
		case poolPick:
			poolPickAVX512(q)
		case poolPickEach:
			poolPickEachAVX512(q)
		case poolMaxGradEachStore:
			poolMaxGradEachStoreAVX512(q)
		case poolMaxGradEachAdd:
			poolMaxGradEachAddAVX512(q)
		case poolMaxGradStore:
			poolMaxGradStoreAVX512(q)
		case poolMaxGradAdd:
			poolMaxGradAddAVX512(q)
		case poolMaxGradReLUStore:
			poolMaxGradReLUStoreAVX512(q)
		case poolMaxGradReLUAdd:
			poolMaxGradReLUAddAVX512(q)
		case poolAvgGradStore:
			poolAvgGradStoreAVX512(q)
		case poolAvgGradAdd:
			poolAvgGradAddAVX512(q)
		}
	case isaAVX2:
		switch kind {
		case poolMax:
			poolMaxAVX2(q)
		case poolAvg:
			poolAvgAVX2(q)
		case poolPick:
			poolPickAVX2(q)
		case poolPickEach:
			poolPickEachAVX2(q)
		case poolMaxGradEachStore:
			poolMaxGradEachStoreAVX2(q)
		case poolMaxGradEachAdd:
			poolMaxGradEachAddAVX2(q)
		case poolMaxGradStore:
			poolMaxGradStoreAVX2(q)
		case poolMaxGradAdd:
			poolMaxGradAddAVX2(q)
		case poolMaxGradReLUStore:
			poolMaxGradReLUStoreAVX2(q)
		case poolMaxGradReLUAdd:
			poolMaxGradReLUAddAVX2(q)
		case poolAvgGradStore:
			poolAvgGradStoreAVX2(q)
		case poolAvgGradAdd:
			poolAvgGradAddAVX2(q)
		}
	default:
		poolGo(p, kind)
	}
}
