// Package subword cuts texts into pieces of words: byte-pair encoding,
// WordPiece and WordLevel, trained here or read from the tokenizer.json of
// Hugging Face's tokenizers, with equal results.
package subword

import (
	"errors"
	"io"
	"iter"

	"github.com/antler-ml/antler/text"
)

// A Tokenizer turns texts into numbers of pieces and back. It is made by
// [FromJSON] or [Train]; all methods may be called at the same time.
type Tokenizer struct {
	// Workers is how many goroutines EncodeTexts uses; 0 = GOMAXPROCS.
	Workers int
}

// An Encoding is a text in pieces.
type Encoding struct {
	IDs     []int
	Pieces  []string // as in the vocabulary
	Offsets [][2]int // where each piece lies in the text, in bytes
	TypeIDs []int    // 0, or what the post-processor says
	Special []bool   // added by the post-processor
}

// EncodeConfig says how [Tokenizer.Encode] works. The zero value is what
// Hugging Face does by default.
type EncodeConfig struct {
	NoSpecial bool // leave out what the post-processor adds, as [CLS]
}

// Encode cuts a text into pieces.
func (t *Tokenizer) Encode(s string, c EncodeConfig) *Encoding { return nil }

// AppendIDs appends the numbers of the pieces of a text to dst. It is the fast
// way: it allocates only to grow dst.
func (t *Tokenizer) AppendIDs(dst []int, s string, c EncodeConfig) []int { return dst }

// EncodeTexts returns the numbers of each text, in parallel.
func (t *Tokenizer) EncodeTexts(texts iter.Seq[string], c EncodeConfig) [][]int { return nil }

// EncodeReader encodes each line of r, in parallel, and calls emit in order;
// ids is valid until emit returns.
func (t *Tokenizer) EncodeReader(r io.Reader, rc text.ReadConfig, c EncodeConfig, emit func(line int64, ids []int) error) error {
	return nil
}

// Decode turns numbers into a text. Unknown numbers are left out; skipSpecial
// leaves out special tokens too (Hugging Face's default).
func (t *Tokenizer) Decode(ids []int, skipSpecial bool) string { return "" }

// ID returns the number of a piece.
func (t *Tokenizer) ID(piece string) (int, bool) { return 0, false }

// Piece returns the piece of a number.
func (t *Tokenizer) Piece(id int) (string, bool) { return "", false }

// Vocabulary yields all pieces with their numbers, added tokens included, in
// the order of the numbers.
func (t *Tokenizer) Vocabulary() iter.Seq2[int, string] { return nil }

// InputDim returns how many rows an embedding needs: the largest number plus one.
func (t *Tokenizer) InputDim() int { return 0 }

// ModelType returns "BPE", "WordPiece" or "WordLevel".
func (t *Tokenizer) ModelType() string { return "" }

// FromJSON reads a tokenizer.json. A component that is unknown is an error
// that names it.
func FromJSON(data []byte) (*Tokenizer, error) { return nil, errors.New("") }

// ToJSON writes a tokenizer.json that Hugging Face's tokenizers reads.
func (t *Tokenizer) ToJSON() ([]byte, error) { return nil, nil }

// TrainConfig says how [Train] learns pieces.
type TrainConfig struct {
	Model         string   // "BPE" (byte-level), "WordPiece" or "WordLevel"; empty = "BPE"
	VocabSize     int      // pieces at most, the special ones included; 0 = 30000
	MinCount      int      // pairs and words that are rarer are not learned; 0 = 2
	SpecialTokens []string // get the first numbers
	Lower         bool     // lower-case texts first
}

// Train learns pieces from texts.
func Train(texts iter.Seq[string], c TrainConfig) (*Tokenizer, error) { return nil, nil }

// TrainReader is Train with each line of r as a text.
func TrainReader(r io.Reader, rc text.ReadConfig, c TrainConfig) (*Tokenizer, error) { return nil, nil }
