// Package text turns texts into sequences and matrices of word indices, with
// the semantics of Keras' preprocessing.text.
//
//	tok := &text.Tokenizer{NumWords: 20000}
//	tok.FitOnTexts(slices.Values(reviews))
//	ids := tok.TextsToSequences(slices.Values(reviews))
//
// Texts are UTF-8. A byte that is not part of valid UTF-8 counts as one
// character of its own, is kept as it is, and is written to JSON the way
// Python's "surrogateescape" error handler writes it, so nothing is lost.
//
// It is not a sub-word tokenizer: words are what stands between separators.
package text
