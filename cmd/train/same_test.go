package main

import (
	"bytes"
	"os"
	"runtime"
	"testing"
)

// The same seed gives the same model, byte for byte, for any number of workers
// and processors.
func TestSameBytes(t *testing.T) {
	t.Chdir(t.TempDir())
	stripes(t, "pics", 30)
	datas := [][]string{{"pics"}, {"demo", "text"}}
	if !testing.Short() {
		datas = append(datas, []string{"demo"})
	}
	for _, data := range datas {
		one := func(out, workers string) []byte {
			must(t, train(t, "", append([]string{"--seed", "7", "--epochs", "1", "-q", "--workers", workers, "--out", data[0] + data[len(data)-1] + out}, data...)...))
			b, err := os.ReadFile(data[0] + data[len(data)-1] + out + "/model.npz")
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		a := one("A", "1")
		if !bytes.Equal(a, one("B", "2")) {
			t.Errorf("%v: 2 workers give another model than 1", data)
		}
		if data[0] == "pics" || len(data) > 1 {
			n := runtime.GOMAXPROCS(1)
			c := one("C", "3")
			runtime.GOMAXPROCS(n)
			if !bytes.Equal(a, c) {
				t.Errorf("%v: 3 workers on 1 processor give another model", data)
			}
		}
	}
	must(t, train(t, "", "pics", "--seed", "8", "--epochs", "1", "-q", "--out", "other"))
	a, _ := os.ReadFile("picspicsA/model.npz")
	if b, _ := os.ReadFile("other/model.npz"); bytes.Equal(a, b) {
		t.Error("another seed gives the same model")
	}
}
