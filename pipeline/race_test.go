//go:build race

package pipeline

// The race detector keeps memory of its own beside what is live.
const raceEnabled = true
