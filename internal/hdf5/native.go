package hdf5

import (
	"encoding/binary"
	"sync"
	"unsafe"

	"github.com/antler-ml/antler/internal/par"
)

// littleEndian reports whether this machine keeps numbers as files of models do.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// bytesOf32 is the memory of numbers, on machines where it is what files have.
func bytesOf32(x []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x))
}

// plain reports whether the elements stand in the file as they do in memory.
func (d *Dataset) plain() bool {
	return littleEndian && d.layout == contiguous && d.where.addr != undefined && d.space.count > 0 &&
		d.Type.Class == Float && d.Type.Size == 4 && !d.Type.big
}

// readBytes is what one core reads at a time: enough for the call not to count,
// and little enough for all cores to have some of a small array.
const readBytes = 1 << 20

// readInPlace reads the elements into dst without a copy between, on all cores:
// copying out of the cache of files, and getting the pages of dst, takes longer
// than one core needs.
func (d *Dataset) readInPlace(dst []float32) error {
	b := bytesOf32(dst)
	if err := d.inFile(len(b)); err != nil {
		return err
	}
	var once sync.Once
	var failed error
	par.For(len(b), readBytes, func(lo, hi int) {
		if _, err := d.f.r.ReadAt(b[lo:hi], d.where.addr+int64(lo)); err != nil {
			once.Do(func() { failed = &Error{Offset: d.where.addr + int64(lo), Err: err} })
		}
	})
	return failed
}
