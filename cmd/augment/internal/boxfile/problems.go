package boxfile

import (
	"errors"
	"fmt"
)

// problems collects what is wrong with the files, so that all of it can be
// mended at once.
type problems struct {
	list []error
	more int
}

// most is how many problems are told.
const most = 20

// add notes a problem at a place: a file and a line, or a key.
func (p *problems) add(where, format string, args ...any) {
	if len(p.list) == most {
		p.more++
		return
	}
	p.list = append(p.list, fmt.Errorf("boxes: %s: %w", where, fmt.Errorf(format, args...)))
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
