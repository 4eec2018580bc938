package input

import (
	"encoding/binary"
	"fmt"
	"sort"
)

// A place is where a source begins among the rows.
type place struct {
	name string
	row  int64 // the first one of the source
	line int64 // its number there
}

// Where says where a row (from 0) stood: the file, and the line in which the
// row begins.
func (s *Stream) Where(row int64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.where(row)
}

func (s *Stream) where(row int64) string {
	i := sort.Search(len(s.places), func(i int) bool { return s.places[i].row > row }) - 1
	if i < 0 {
		return "row 1"
	}
	p := s.places[i]
	name := p.name
	if name == Stdin {
		name = "standard input"
	}
	if s.Format == "file" {
		return name
	}
	return fmt.Sprintf("%s:%d", name, row-p.row+p.line+s.tall.lines(p.row, row))
}

// tallRows are the rows of CSV that go over several lines: in turn, how many
// rows after the last such row, and by how many lines more than one. Two bytes
// a row, so that a long file can be all like that.
type tallRows struct {
	list []byte
	last int64
}

func (t *tallRows) add(row int64, more int) {
	t.list = binary.AppendUvarint(binary.AppendUvarint(t.list, uint64(row-t.last)), uint64(more))
	t.last = row
}

// lines is how many lines the rows from from on, and before to, have more than one each.
func (t *tallRows) lines(from, to int64) (sum int64) {
	row := int64(0)
	for list := t.list; len(list) > 0; {
		after, n := binary.Uvarint(list)
		more, m := binary.Uvarint(list[n:])
		list = list[n+m:]
		if row += int64(after); row >= to {
			break
		}
		if row >= from {
			sum += int64(more)
		}
	}
	return sum
}
