//go:build race

package image

// The race detector makes sync.Pool forget at random.
const raceEnabled = true
