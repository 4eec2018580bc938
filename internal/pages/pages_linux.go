package pages

import "golang.org/x/sys/unix"

// advise asks for large pages, for memory that was touched before too (Linux 6.1).
// Without the second request memory that the heap used before stays in small ones.
func advise(b []byte) {
	if unix.Madvise(b, unix.MADV_HUGEPAGE) != nil {
		return
	}
	for i := 0; i < len(b); i += large {
		b[i] = 0 // there must be something to collapse
	}
	_ = unix.Madvise(b, unix.MADV_COLLAPSE) // an old system, or no such page is free: nothing is lost
}
