package main

import (
	"bufio"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"os"
	"strings"
)

// source is the English text that a corpus is made of: passages of novels and
// speeches, each after its author and a tab.
const source = "cmd/train/internal/demo/data/authors.tsv.gz"

// How often a word is a made-up one, which gives a corpus the rare words that
// real ones have.
const rare = 1. / 150

// writeCorpus writes size bytes of lines that look like English: a walk from
// word to word (a Markov chain of order 1) through the source, with its
// punctuation and capitals. distinct words besides, w0 …, are strewn in when
// it is above 0, each at least once.
func writeCorpus(w io.Writer, root string, size int64, distinct int) error {
	words, err := sourceWords(root)
	if err != nil {
		return err
	}
	next := map[string][]int32{} // where a word stands
	for i, word := range words[:len(words)-1] {
		next[word] = append(next[word], int32(i+1))
	}
	successors := make([][]int32, len(words))
	for i, word := range words {
		successors[i] = next[word]
	}
	r := rand.New(rand.NewPCG(1, 2))
	out := bufio.NewWriterSize(w, 1<<20)
	at, given := int32(0), 0
	line := 0
	written := int64(0)
	var buf []byte
	for written < size {
		buf = append(buf[:0], words[at]...)
		if r.Float64() < rare {
			buf = appendRare(buf[:0], r)
		}
		for ; given < distinct && int64(given) < written*int64(distinct)/size+1; given++ {
			buf = append(buf, ' ')
			buf = appendDistinct(buf, given)
		}
		if line += len(buf) + 1; line > 60+r.IntN(400) {
			buf, line = append(buf, '\n'), 0
		} else {
			buf = append(buf, ' ')
		}
		n, err := out.Write(buf)
		if err != nil {
			return err
		}
		written += int64(n)
		if s := successors[at]; len(s) > 0 {
			at = s[r.IntN(len(s))]
		} else {
			at = 0
		}
	}
	out.WriteByte('\n')
	return out.Flush()
}

func sourceWords(root string) ([]string, error) {
	f, err := os.Open(root + "/" + source)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	var words []string
	for line := range strings.Lines(string(b)) {
		_, text, _ := strings.Cut(line, "\t")
		words = append(words, strings.Fields(text)...)
	}
	return words, nil
}

// appendRare appends a word of syllables: shorter ones are more frequent.
func appendRare(dst []byte, r *rand.Rand) []byte {
	const vowels, consonants = "aeiou", "bcdfghklmnprstvw"
	n := 2 + int(r.ExpFloat64())
	for range min(n, 6) {
		dst = append(dst, consonants[r.IntN(len(consonants))], vowels[r.IntN(len(vowels))])
	}
	return append(dst, consonants[r.IntN(len(consonants))])
}

// appendDistinct appends word number n, which no other number has: 7 to 12 letters.
func appendDistinct(dst []byte, n int) []byte {
	const all = 26 * 26 * 26 * 26 * 26 * 26 * 26
	x := uint64(n) * 2654435761 % all // a prime, so that all differ
	for range 7 {
		dst = append(dst, 'a'+byte(x%26))
		x /= 26
	}
	return append(dst, "xxxxx"[:n%6]...)
}
