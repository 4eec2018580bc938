//go:build !purego

package par

// pause tells the processor that this is a waiting loop. Where two hardware
// threads share a core, the one that waits would otherwise take half of it from
// the one that works.
func pause()
