//go:build js || wasip1 || plan9

package main

// ignoreBrokenPipe: there is no such signal here.
func ignoreBrokenPipe() {}
