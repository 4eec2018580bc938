// Package checkpoint keeps the state of a training in a directory, so that the
// same program, run again after whatever ended it, goes on to the same bits:
//
//	history, err := model.Fit(ctx, data, nn.FitConfig{
//		Epochs:     20,
//		Checkpoint: &checkpoint.Dir{Path: "run/checkpoints"},
//	})
//
// A state is one file: weights, optimizer, callbacks, history, and the place in
// the data, also in the middle of an epoch. It is an .npz archive that numpy
// reads. A file is written aside, synced, read back and compared by SHA-256, and
// only then given its name; older ones go only after that. Training does not
// wait for any of this, and a full disk does not end it.
//
// For a model to predict with, use package saving.
package checkpoint
