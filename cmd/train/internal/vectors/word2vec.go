package vectors

import (
	"bufio"
	"fmt"
	"io"
	"strconv"

	"github.com/antler-ml/antler/internal/atomicfile"
)

// Write writes the vectors in word2vec's text format, which gensim and others
// read: a line with the number of words and the size of a vector, then a line
// for each word, the most frequent first. The numbers are those of the
// embedding, to the last bit.
func (v *Vectors) Write(path string) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		b := bufio.NewWriterSize(w, 1<<16)
		fmt.Fprintf(b, "%d %d\n", len(v.Words)-1, v.Size)
		var line []byte
		for i, word := range v.Words {
			if i == 0 {
				continue
			}
			line = append(line[:0], word...)
			for _, x := range v.Table[i*v.Size : (i+1)*v.Size] {
				line = strconv.AppendFloat(append(line, ' '), float64(x), 'g', -1, 32)
			}
			b.Write(append(line, '\n'))
		}
		return b.Flush()
	})
}
