//go:build !linux

package main

import "time"

var began = time.Now()

// clock returns the seconds since the beginning.
func clock() float64 { return time.Since(began).Seconds() }
