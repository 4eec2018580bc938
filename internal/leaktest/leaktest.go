// Package leaktest finds goroutines that outlive a test, with goleak. Only tests
// import it.
package leaktest

import (
	"testing"

	"go.uber.org/goleak"
)

// parked are the helpers of internal/par, which wait for the next loop as long
// as the program runs. They are the only goroutines that may stay.
var parked = goleak.IgnoreAnyFunction("github.com/antler-ml/antler/internal/par.(*helper).serve")

// Main runs the tests of a package, fails if a goroutine is left over at their
// end, and exits. It is all that a TestMain needs to call.
func Main(m *testing.M) { goleak.VerifyTestMain(m, parked) }

// None fails the test when goroutines outlive f.
func None(t testing.TB, f func()) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	f()
	goleak.VerifyNone(t, before, parked)
}
