package text

import (
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/antler-ml/antler/tensor"
)

// A Mode says what the cells of a matrix of texts hold.
type Mode string

// The modes of [Tokenizer.SequencesToMatrix], for a word that occurs c > 0
// times in a text. The empty Mode is Binary.
const (
	Binary Mode = "binary" // 1
	Count  Mode = "count"  // c
	Freq   Mode = "freq"   // c / length of the sequence, ignored numbers included
	TFIDF  Mode = "tfidf"  // (1 + ln c) · ln(1 + DocumentCount / (1 + documents with the word))
)

// TextsToMatrix is SequencesToMatrix of TextsToSequences.
//
// Keras: Tokenizer.texts_to_matrix
func (t *Tokenizer) TextsToMatrix(texts iter.Seq[string], mode Mode) (*tensor.Tensor, error) {
	return t.SequencesToMatrix(slices.Values(t.TextsToSequences(texts)), mode)
}

// TokensToMatrix is SequencesToMatrix of TokensToSequences.
//
// Keras: Tokenizer.texts_to_matrix with lists of lists
func (t *Tokenizer) TokensToMatrix(texts iter.Seq[[]string], mode Mode) (*tensor.Tensor, error) {
	return t.SequencesToMatrix(slices.Values(t.TokensToSequences(texts)), mode)
}

// SequencesToMatrix returns one row per sequence and one column per number:
// [sequences, NumWords], or, when NumWords is 0, as many columns as the word
// index has words, plus one. Numbers beyond the columns are ignored. Values
// are computed in float64 and rounded to float32, where Keras returns float64.
//
// It is an error if neither NumWords nor a fit gives a size, if the mode is
// unknown, if TFIDF is asked for before any fit, and if a sequence holds a
// negative number (numpy would count it from the last column).
//
// Keras: Tokenizer.sequences_to_matrix
func (t *Tokenizer) SequencesToMatrix(sequences iter.Seq[[]int], mode Mode) (*tensor.Tensor, error) {
	columns := t.NumWords
	switch {
	case columns < 0:
		return nil, fmt.Errorf("text: NumWords is %d: a matrix needs a size above 0, or 0 for all words", columns)
	case columns == 0 && len(t.indexed) == 0:
		return nil, fmt.Errorf("text: the matrix has no width: set NumWords, or fit on some texts first")
	case columns == 0:
		columns = len(t.indexed) + 1
	}
	switch mode {
	case "":
		mode = Binary
	case Binary, Count, Freq:
	case TFIDF:
		if t.documents == 0 {
			return nil, fmt.Errorf("text: mode %q needs document counts: fit on some texts or sequences first", mode)
		}
	default:
		return nil, fmt.Errorf("text: unknown mode %q: want %q, %q, %q or %q", mode, Binary, Count, Freq, TFIDF)
	}
	var data []float32
	rows := 0
	counts := make([]int, columns)
	for s := range sequences {
		for k, j := range s {
			if j < 0 {
				return nil, fmt.Errorf("text: sequence %d has the negative number %d at position %d: word numbers start at 1", rows, j, k)
			}
			if j < columns {
				counts[j]++
			}
		}
		data = append(data, make([]float32, columns)...)
		row := data[rows*columns:]
		for _, j := range s {
			if j < columns && counts[j] > 0 {
				row[j] = t.cell(mode, j, counts[j], len(s))
				counts[j] = 0
			}
		}
		rows++
	}
	return tensor.From(data, rows, columns), nil
}

func (t *Tokenizer) cell(mode Mode, index, count, length int) float32 {
	c := float64(count)
	switch mode {
	case Count:
		return float32(c)
	case Freq:
		return float32(c / float64(length))
	case TFIDF:
		docs := t.docsOf(index)
		return float32((1 + math.Log(c)) * math.Log(1+float64(t.documents)/float64(1+docs)))
	}
	return 1
}
