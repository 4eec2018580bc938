// Package sequence makes rectangular arrays out of sequences of unequal
// length, with the semantics of Keras' preprocessing.sequence.
//
//	x, err := sequence.Pad(ids, sequence.PadConfig{MaxLen: 80})
//
// It knows nothing of words: package text makes the sequences.
package sequence
