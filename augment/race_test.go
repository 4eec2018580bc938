//go:build race

package augment

// The race detector makes sync.Pool forget at random.
const raceEnabled = true
