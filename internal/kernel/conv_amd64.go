//go:build amd64 && !purego

package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"github.com/antler-ml/antler/internal/kernel/impl"
)

var (
	convAVX512 = cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512DQ
	convAVX2   = cpu.X86.HasAVX2 && cpu.X86.HasFMA
)

func init() {
	impl.Register("conv", "AVX512", &convAVX512)
	impl.Register("conv", "AVX2", &convAVX2)
}

func bestTileISA() tileISA {
	switch {
	case convAVX512:
		return isaAVX512
	case convAVX2:
		return isaAVX2
	}
	return isaGo
}

// tileDispatch runs the lowest tile that has room for t.m rows. It is a chain
// of plain calls, since a call through a variable would make t escape.
func tileDispatch(t *tile, src tileSource) {
	switch t.isa {
	case isaAVX512:
		tileAVX512(t, src)
	case isaAVX2:
		tileAVX2(t, src)
	default:
		tileGo(t, src)
	}
}

func tileAVX512(t *tile, src tileSource) {
	p, wide := (*byte)(unsafe.Pointer(t)), t.n > 16
	switch {
	case src == srcVector && wide:
		tileVector12x2AVX512(p)
	case src == srcVector:
		tileVector12x1AVX512(p)
	case src == srcPermute:
		tilePermute8x1AVX512(p)
	case src == srcGather:
		tileGather8x1AVX512(p)
	case t.m > 8 && wide:
		tileBroadcast12x2AVX512(p)
	case t.m > 8:
		tileBroadcast12x1AVX512(p)
	case t.m > 4 && wide:
		tileBroadcast8x2AVX512(p)
	case t.m > 4:
		tileBroadcast8x1AVX512(p)
	case wide:
		tileBroadcast4x2AVX512(p)
	default:
		tileBroadcast4x1AVX512(p)
	}
}

func tileAVX2(t *tile, src tileSource) {
	p, wide := (*byte)(unsafe.Pointer(t)), t.n > 8
	switch {
	case src == srcVector && wide:
		tileVector6x2AVX2(p)
	case src == srcVector && t.m > 6:
		tileVector9x1AVX2(p)
	case src == srcVector:
		tileVector6x1AVX2(p)
	case src == srcPermute:
		tilePermute4x1AVX2(p)
	case src == srcGather:
		tileGather4x1AVX2(p)
	case t.m > 4 && wide:
		tileBroadcast6x2AVX2(p)
	case t.m > 4:
		tileBroadcast6x1AVX2(p)
	case t.m > 2 && wide:
		tileBroadcast4x2AVX2(p)
	case t.m > 2:
		tileBroadcast4x1AVX2(p)
	case wide:
		tileBroadcast2x2AVX2(p)
	default:
		tileBroadcast2x1AVX2(p)
	}
}
