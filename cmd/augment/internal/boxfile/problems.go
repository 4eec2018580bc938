package boxfile

import (
	"errors"
	"fmt"
)

// A place is where something is said: a line of a file, or an element of a list
// in it. There are very many, so the words are made when they are needed.
type place struct {
	file, list string
	n          int // of the line, from 1, 0 for the whole file; or of the element
	id         string
}

func (p place) String() string {
	switch {
	case p.list != "" && p.id != "":
		return fmt.Sprintf("%s: %s[%d] (id %s)", p.file, p.list, p.n, shorten([]byte(p.id)))
	case p.list != "":
		return fmt.Sprintf("%s: %s[%d]", p.file, p.list, p.n)
	case p.n > 0:
		return fmt.Sprintf("%s:%d", p.file, p.n)
	}
	return p.file
}

// problems collects what is wrong with the files, so that all of it can be
// mended at once.
type problems struct {
	list []error
	more int
}

// most is how many problems are told.
const most = 20

// add notes a problem at a place: a file and a line, or a key.
func (p *problems) add(where any, format string, args ...any) {
	if len(p.list) == most {
		p.more++
		return
	}
	p.list = append(p.list, fmt.Errorf("boxes: %v: %w", where, fmt.Errorf(format, args...)))
}

func (p *problems) note(err error) {
	if err == nil {
		return
	}
	if len(p.list) == most {
		p.more++
		return
	}
	p.list = append(p.list, err)
}

func (p *problems) err() error {
	if p.more > 0 {
		return errors.Join(append(p.list, fmt.Errorf("boxes: … and %d more", p.more))...)
	}
	return errors.Join(p.list...)
}
