// Package text turns texts into sequences and matrices of word indices, with
// the semantics of Keras' preprocessing.text.
//
//	tok := &text.Tokenizer{NumWords: 20000}
//	tok.FitOnTexts(slices.Values(reviews))
//	ids := tok.TextsToSequences(slices.Values(reviews))
//
// Corpora that do not fit into memory are read line by line with
// [Tokenizer.FitReader] and [Tokenizer.EncodeReader]; results are the same for
// any number of workers.
//
// Texts are UTF-8; [DecodeReader] reads other character sets. A byte that is
// not part of valid UTF-8 counts as one character of its own, is kept as it is,
// and is written to JSON the way Python's "surrogateescape" error handler
// writes it, so nothing is lost.
//
// Words are what stands between separators; for pieces of words see package
// subword.
package text
