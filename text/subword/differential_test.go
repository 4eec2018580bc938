//go:build differential

package subword

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDifferential compares with what testdata/tools/text_differential.py wrote.
func TestDifferential(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(os.Getenv("ANTLER_DIFFERENTIAL"), "hf_*.json"))
	if len(files) == 0 {
		t.Fatal("ANTLER_DIFFERENTIAL names no directory with the answers of text_differential.py")
	}
	texts, differ := 0, 0
	for _, f := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(f), "hf_"), ".json")
		t.Run(name, func(t *testing.T) {
			cases := loadCases(t, f)
			texts += len(cases)
			differ += checkCases(t, loadModel(t, name), cases)
		})
	}
	t.Logf("%d texts, %d differ", texts, differ)
}
