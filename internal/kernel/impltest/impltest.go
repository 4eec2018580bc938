// Package impltest runs a test once for every implementation of a kernel topic.
package impltest

import (
	"os"
	"testing"

	"github.com/antler-ml/antler/internal/kernel/impl"
)

// All runs f under a subtest named after each implementation of the topic, and
// once as "Go" with all of them off. An implementation that this machine
// cannot run is skipped, or fails when ANTLER_ALL_ISA is set.
func All(t *testing.T, topic string, f func(t *testing.T)) {
	t.Helper()
	for _, i := range impl.List(topic) {
		t.Run(i.Name, func(t *testing.T) {
			if !i.Available() {
				if os.Getenv("ANTLER_ALL_ISA") != "" {
					t.Fatalf("this machine has no %s", i.Name)
				}
				t.Skipf("this machine has no %s", i.Name)
			}
			defer impl.Select(topic, i.Name)()
			f(t)
		})
	}
	t.Run("Go", func(t *testing.T) {
		defer impl.Select(topic, "")()
		f(t)
	})
}
