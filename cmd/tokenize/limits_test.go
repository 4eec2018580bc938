package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/antler-ml/antler/text"
)

// A bounded vocabulary: the error that is said holds, and the result is that of
// any number of workers.
func TestMaxVocabMemory(t *testing.T) {
	t.Chdir(t.TempDir())
	r := rand.New(rand.NewPCG(7, 7))
	zipf := rand.NewZipf(r, 1.2, 3, 300000)
	exact := map[string]int{}
	var b bytes.Buffer
	for range 40000 {
		for range 10 {
			w := fmt.Sprintf("word%x", zipf.Uint64()*2654435761)
			exact[w]++
			b.WriteString(w + " ")
		}
		b.WriteByte('\n')
	}
	if err := os.WriteFile("corpus.txt", b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	_, stderr := do(t, "fit", "--max-vocab-memory", "2MB", "corpus.txt", "-o", "tok.json", "--workers", "1")
	if !strings.Contains(stderr, "--max-vocab-memory 2MB was short: rare words were dropped, and counts are too low by at most ") {
		t.Errorf("standard error: %s", stderr)
	}
	_, stderr = do(t, "fit", "--max-vocab-memory", "2MB", "corpus.txt", "-o", "two.json", "--workers", "2", "--json")
	same(t, "tok.json", "two.json")
	var sum struct {
		CountError int `json:"count_error"`
	}
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &sum); err != nil || sum.CountError == 0 {
		t.Fatalf("%v, count_error %d in %s", err, sum.CountError, stderr)
	}
	data, err := os.ReadFile("tok.json")
	if err != nil {
		t.Fatal(err)
	}
	tok, err := text.FromJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]int{}
	for w, n := range tok.WordCounts() {
		counted[w] = n
	}
	for w, n := range exact {
		if d := n - counted[w]; d < 0 || d > sum.CountError {
			t.Fatalf("%s: counted %d of %d; the error is said to be %d", w, counted[w], n, sum.CountError)
		}
	}
	if len(counted) < 5000 || len(counted) >= len(exact) {
		t.Errorf("%d words of %d", len(counted), len(exact))
	}
	if _, stderr := do(t, "fit", "--max-vocab-memory", "500MB", "corpus.txt", "-o", "all.json"); strings.Contains(stderr, "short") {
		t.Errorf("enough memory: %s", stderr)
	}
}
