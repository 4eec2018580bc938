package checkpoint

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// pieceBytes is how much of a file has one sum.
const pieceBytes = 1 << 20

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// pieces are the sums of the pieces of what is written to it.
type pieces struct {
	sums []uint32
	size int64
}

func (p *pieces) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		if p.size%pieceBytes == 0 {
			p.sums = append(p.sums, 0)
		}
		k := min(int64(len(b)), pieceBytes-p.size%pieceBytes)
		last := len(p.sums) - 1
		p.sums[last] = crc32.Update(p.sums[last], castagnoli, b[:k])
		p.size += k
		b = b[k:]
	}
	return n, nil
}

// prove reads a file that was just written and compares it, piece by piece, with
// the sums of what went in; then it opens it as whoever resumes will. The bytes are
// those that the encoder made, each member with a SHA-256 of its own, so there is
// no need to decode them: that takes as long as the disk does.
func prove(f files, path string, want *pieces) error {
	return opened(f, path, func(r reader, size int64) error {
		if size != want.size {
			return fmt.Errorf("the file has %d bytes, %d were written", size, want.size)
		}
		b := make([]byte, min(pieceBytes, size))
		for i, sum := range want.sums {
			at := int64(i) * pieceBytes
			piece := b[:min(pieceBytes, size-at)]
			if _, err := r.ReadAt(piece, at); err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			if crc32.Checksum(piece, castagnoli) != sum {
				return fmt.Errorf("bytes %d to %d are not those that were written", at, at+int64(len(piece)))
			}
		}
		_, err := open(r, size)
		return err
	})
}
