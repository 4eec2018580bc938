package main

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

// weave writes calculations that don't depend on each other an instruction of each
// in turn. One after another, each waits for its own results, and the next is
// further away than a processor with a small window looks. AVX-512 has enough
// registers and, so far, processors with large windows: there they stay in order.
func weave(parts ...func()) {
	if wide || inOrder || thread != nil {
		for _, p := range parts {
			p()
		}
		return
	}
	threads := make([][]func(), len(parts))
	longest := 0
	for i, p := range parts {
		thread = &threads[i]
		p()
		longest = max(longest, len(threads[i]))
	}
	thread = nil
	for k := range longest {
		for _, t := range threads {
			if k < len(t) {
				t[k]()
			}
		}
	}
}
