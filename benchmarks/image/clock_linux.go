package main

import "golang.org/x/sys/unix"

// clock returns the seconds that this thread has worked, as Python's
// time.thread_time does: other programs do not count.
func clock() float64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic(err)
	}
	return float64(t.Nano()) / 1e9
}
