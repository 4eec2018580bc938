// Package sequence makes arrays, word pairs and batches out of sequences, with
// the semantics of Keras' preprocessing.sequence.
//
//	x, err := sequence.Pad(ids, sequence.PadConfig{MaxLen: 80})
//
// [Pad] makes sequences equally long, [SkipGrams] makes pairs of a word and a
// word near it, [TimeseriesGenerator] cuts windows out of a series, and
// [Bucketed] makes padded batches that hold little padding.
//
// It knows nothing of words: package text makes the sequences.
package sequence
