package main

import (
	"bytes"
	"os"
	"runtime"
	"strings"
	"testing"
)

// The same seed gives the same model, byte for byte, for any number of workers
// and processors, whatever the data. Batches and pictures are large enough to be
// shared out.
func TestSameBytes(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 60)
	people(t, "names.tsv", 150)
	houses(t, "houses.csv", 400, true)
	var book strings.Builder
	for range 60 {
		book.WriteString("the king and the queen saw a man and a woman eat an apple on the ship\n")
	}
	write(t, "book.txt", book.String())
	for name, data := range map[string]string{
		"pictures": "pics --target-size 28 --batch-size 32 --horizontal-flip --rotation-range 10", "texts": "demo text", "tags": "names.tsv --batch-size 64",
		"table": "houses.csv --target price --batch-size 128 --model-size large --dropout 0.2", "words": "words book.txt --min-count 1 --batch-size 256",
	} {
		one := func(out, seed, workers string) []byte {
			must(t, train(t, "", append(strings.Fields(data), "--seed", seed, "--epochs", "1", "-q", "--workers", workers, "--out", name+out)...))
			b, err := os.ReadFile(name + out + "/model.npz")
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		a := one("A", "7", "1")
		if !bytes.Equal(a, one("B", "7", "2")) {
			t.Errorf("%s: 2 workers give another model than 1", name)
		}
		n := runtime.GOMAXPROCS(1)
		c := one("C", "7", "3")
		runtime.GOMAXPROCS(n)
		if !bytes.Equal(a, c) {
			t.Errorf("%s: 3 workers on 1 processor give another model", name)
		}
		if name != "texts" && bytes.Equal(a, one("D", "8", "1")) {
			t.Errorf("%s: another seed gives the same model", name)
		}
	}
}
