package main

import (
	. "github.com/mmcloughlin/avo/build"
)

// thread collects instructions instead of writing them, while it is not nil.
var thread *[]func()

// inOrder keeps weave from weaving: operands that are loaded under a mask take the
// registers that it would need.
var inOrder bool

// emit writes an instruction, now or when it is woven in.
func emit(write func()) {
	if thread != nil {
		*thread = append(*thread, write)
		return
	}
	write()
}

// weave writes calculations that don't depend on each other in turns, so that they
// begin and end together; within a thread, they become one. One after another, each
// waits for its own results, and the next is further away than a processor with a
// small window looks. AVX-512 has enough registers and, so far, processors with large
// windows: there they stay in order.
func weave(parts ...func()) {
	if wide || inOrder {
		for _, p := range parts {
			p()
		}
		return
	}
	outer, few := thread, spills
	spills = spills || len(parts) > 3
	threads := make([][]func(), len(parts))
	total := 0
	for i, p := range parts {
		thread = &threads[i]
		p()
		total += len(threads[i])
	}
	thread, spills = outer, few
	at := make([]int, len(parts))
	for range total {
		next := -1
		for i, t := range threads {
			// the one that is furthest behind, by its share
			if at[i] < len(t) && (next < 0 || at[i]*len(threads[next]) < at[next]*len(t)) {
				next = i
			}
		}
		emit(threads[next][at[next]])
		at[next]++
	}
}

// spills has woven calculations keep on the stack what they need much later: more than
// three at a time leave no register for it.
var spills bool

// far is a lane that is needed much later.
func far(a lane) lane {
	if thread == nil || wide || !spills {
		return a
	}
	room := AllocLocal(4 * lanes())
	emit(func() { VMOVUPS(a.r, room) })
	return lane{m: room, full: true, late: true}
}
