package sequence

import "fmt"

// RemoveLongSequences returns the sequences that are shorter than maxlen, and
// their labels. A sequence of exactly maxlen elements is removed, as in Keras.
// The sequences themselves are shared, not copied.
//
// It is an error if there are not as many labels as sequences, where Keras
// forgets the rest of the longer list.
//
// Keras: _remove_long_seq
func RemoveLongSequences[E, L any](maxlen int, sequences [][]E, labels []L) ([][]E, []L, error) {
	if len(sequences) != len(labels) {
		return nil, nil, fmt.Errorf("sequence: %d sequences and %d labels: want one label for each", len(sequences), len(labels))
	}
	kept, keptLabels := [][]E{}, []L{}
	for i, s := range sequences {
		if len(s) < maxlen {
			kept = append(kept, s)
			keptLabels = append(keptLabels, labels[i])
		}
	}
	return kept, keptLabels, nil
}
