package main

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

var topics = [][]string{
	strings.Fields("apple pear plum cherry orchard juice"),
	strings.Fields("iron steel hammer anvil forge rust"),
	strings.Fields("rain cloud storm wind thunder fog"),
	strings.Fields("king queen castle crown throne knight"),
}

// corpus has a topic in every passage, or none.
func corpus(mixed bool) string {
	r := rand.New(rand.NewPCG(1, 2))
	filler := strings.Fields("the of and a to in was that")
	var b strings.Builder
	for i := range 400 {
		for range 12 {
			words := topics[i%len(topics)]
			if mixed {
				words = topics[r.IntN(len(topics))]
			}
			if r.IntN(2) == 0 {
				words = filler
			}
			b.WriteString(words[r.IntN(len(words))] + " ")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// similarities within topics and between them.
func similarities(t *testing.T, v *vectors) (within, between float64) {
	t.Helper()
	sum, n := [2]float64{}, [2]float64{}
	for i, a := range topics {
		for j, b := range topics {
			for _, x := range a {
				for _, y := range b {
					if x == y {
						continue
					}
					k := 0
					if i != j {
						k = 1
					}
					sum[k] += v.similarity(slices.Index(v.words, x), slices.Index(v.words, y))
					n[k]++
				}
			}
		}
	}
	return sum[0] / n[0], sum[1] / n[1]
}

func TestLearn(t *testing.T) {
	c := config{Size: 16, Window: 5, MinCount: 1, Epochs: 16, Sample: 0.01, Seed: 3, Log: io.Discard}
	v, err := learn(context.Background(), corpus(false), c)
	if err != nil {
		t.Fatal(err)
	}
	within, between := similarities(t, v)
	if within < between+0.4 {
		t.Errorf("words of a topic have similarity %.2f, words of two %.2f", within, between)
	}
	again, err := learn(context.Background(), corpus(false), c)
	if err != nil {
		t.Fatal(err)
	}
	var a, b bytes.Buffer
	if err := v.write(&a); err != nil {
		t.Fatal(err)
	}
	if again.write(&b); !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same seed gives other vectors")
	}
	if head, _, _ := strings.Cut(a.String(), "\n"); head != "32 16" {
		t.Errorf("the first line is %q", head)
	}
	if got := v.nearest("nowhere", 3); got[0] != "is not among the words" {
		t.Errorf("got %q", got)
	}

	// Of a text without topics nothing of the kind is learned.
	if v, err = learn(context.Background(), corpus(true), c); err != nil {
		t.Fatal(err)
	}
	if within, between := similarities(t, v); within > between+0.1 {
		t.Errorf("mixed up: within %.2f, between %.2f", within, between)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := learn(ctx, corpus(false), config{Size: 4, Window: 2, MinCount: 1, Epochs: 1, Sample: 1, Log: io.Discard}); err == nil {
		t.Error("no error after cancel")
	}
}
