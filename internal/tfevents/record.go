package tfevents

import (
	"encoding/binary"
	"hash/crc32"
)

// A TFRecord is the length of the data in 8 bytes, a checksum of those, the
// data, and a checksum of it; all little-endian.
const (
	headSize = 12
	tailSize = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Checksum is CRC-32C, rotated and shifted by a constant, so that a checksum
// over data that holds checksums stays a good one.
func Checksum(data []byte) uint32 {
	c := crc32.Checksum(data, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

// frame completes a record whose data stand in b behind headSize free bytes.
func frame(b []byte) []byte {
	data := b[headSize:]
	binary.LittleEndian.PutUint64(b, uint64(len(data)))
	binary.LittleEndian.PutUint32(b[8:], Checksum(b[:8]))
	return binary.LittleEndian.AppendUint32(b, Checksum(data))
}
