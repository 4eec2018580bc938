// Package saving writes models to files and reads them back: the architecture
// as Keras' JSON ([ToJSON], [FromJSON]), weights as numpy's .npz
// ([SaveWeights], [LoadWeights]), or both in one .npz file ([Save], [Load]).
//
// Files are written aside, synced and renamed. Reading never runs code and
// allocates no more than the file is large: layers are looked up in a closed
// table of registered types.
package saving
