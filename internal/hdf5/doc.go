// Package hdf5 reads and writes the part of HDF5 that h5py and Keras use, from
// and to files that may come from strangers.
//
// The reader knows superblocks 0 to 3, both versions of object headers, old and
// new groups, compact and dense attributes, and all kinds of storage with
// deflate, shuffle and fletcher32. It follows no link out of the file, checks
// every length against the file's own before it takes memory for it, and
// verifies the checksums of the structures that have one. Tensors are read one
// by one, when they are asked for.
//
// Source: HDF5 File Format Specification Version 3.0, The HDF Group.
package hdf5
