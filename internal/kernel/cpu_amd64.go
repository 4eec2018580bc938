//go:build amd64 && !purego

package kernel

import "golang.org/x/sys/cpu"

// What the machine and its operating system support together: x/sys/cpu looks
// at XGETBV too, so that a register file the system does not save is not used.
var (
	hasAVX2   = cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasBMI2
	hasAVX512 = hasAVX2 && cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL
)
