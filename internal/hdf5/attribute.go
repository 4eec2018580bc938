package hdf5

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// An Attribute is a small named array that belongs to a group or a dataset.
type Attribute struct {
	Name  string
	Type  Type
	Shape []int // none: a single value
	f     *File
	path  string
	count int
	data  []byte
	at    int64
	err   error // in its type or shape
}

// readAttributes reads the attributes once.
func (o *object) readAttributes() error {
	if o.attr != nil {
		return nil
	}
	all := map[string]*Attribute{}
	add := func(c *cursor) error {
		a, err := c.attribute()
		if err != nil {
			return err
		}
		if all[a.Name] != nil {
			return at(c.at, "two attributes are called %q", a.Name)
		}
		a.path = o.path
		all[a.Name] = a
		return nil
	}
	for _, m := range o.h.messages {
		var err error
		switch m.kind {
		case msgAttribute:
			if m, err = o.f.resolve(m); err == nil {
				err = add(o.f.cursor(m))
			}
		case msgAttrInfo:
			var heap, names int64
			if heap, names, err = o.f.denseInfo(m, 2); err == nil {
				err = o.f.dense(heap, names, 8, 0, add)
			}
		}
		if err != nil {
			return in(o.path, err)
		}
	}
	o.attr = all
	return nil
}

// AttributeNames returns the names of the attributes, sorted.
func (o *object) AttributeNames() ([]string, error) {
	if err := o.readAttributes(); err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(o.attr)), nil
}

// Attribute returns the attribute with a name.
func (o *object) Attribute(name string) (*Attribute, error) {
	if err := o.readAttributes(); err != nil {
		return nil, err
	}
	a := o.attr[name]
	if a == nil {
		return nil, in(o.path, fmt.Errorf("attribute %q: %w; there are %q", name, ErrNotFound, slices.Sorted(maps.Keys(o.attr))))
	}
	if a.err != nil {
		return nil, in(o.path, a.err)
	}
	return a, nil
}

// HasAttribute reports whether there is an attribute with a name.
func (o *object) HasAttribute(name string) bool {
	return o.readAttributes() == nil && o.attr[name] != nil
}

// attribute reads a message. What is wrong with its value alone is an error
// for those only who ask for the value.
func (c *cursor) attribute() (*Attribute, error) {
	start := c.pos()
	v := c.version("the attribute", 1, 3)
	flags := c.u8()
	nameSize, typeSize, spaceSize := c.u16(), c.u16(), c.u16()
	if v == 3 {
		c.skip(1)
	}
	part := func(n int) *cursor {
		s := c.sub(n)
		if v == 1 && n%8 != 0 {
			c.skip(min(8-n%8, c.left()))
		}
		return s
	}
	name := part(nameSize)
	typ, dims := part(typeSize), part(spaceSize)
	if c.err != nil {
		return nil, c.err
	}
	a := &Attribute{Name: text(name.b), f: c.f, at: start, data: c.b[c.p:]}
	if v == 1 {
		flags = 0
	}
	a.err = func() error {
		for i, s := range []*cursor{typ, dims} {
			if flags>>i&1 == 0 {
				continue
			}
			m, err := c.f.resolve(message{kind: []int{msgDatatype, msgDataspace}[i], shared: true, body: s.b, at: s.at})
			if err != nil {
				return err
			}
			*s = *c.f.cursor(m)
		}
		a.Type = typ.datatype(0)
		sp := dims.dataspace()
		if typ.err != nil {
			return typ.err
		}
		if dims.err != nil {
			return dims.err
		}
		a.Shape, a.count = sp.shape, sp.count
		if sp.count > len(a.data)/a.Type.Size {
			return at(start, "attribute %q of %d elements of %d bytes has %d bytes", a.Name, sp.count, a.Type.Size, len(a.data))
		}
		return nil
	}()
	return a, nil
}

func (a *Attribute) fail(err error) error {
	if err == nil {
		return nil
	}
	return in(a.path, &Error{Offset: a.at, Err: fmt.Errorf("attribute %q: %w", a.Name, err)})
}

// Strings returns the values, row by row.
func (a *Attribute) Strings() ([]string, error) {
	s, err := a.f.strings(a.Type, a.data, a.count)
	return s, a.fail(err)
}

// Text returns the value of an attribute with one string.
func (a *Attribute) Text() (string, error) {
	s, err := a.Strings()
	if err == nil && len(s) != 1 {
		err = a.fail(fmt.Errorf("want one string, got %d", len(s)))
	}
	if err != nil {
		return "", err
	}
	return s[0], nil
}

// Floats returns the values, row by row.
func (a *Attribute) Floats() ([]float64, error) {
	if err := a.Type.number(); err != nil {
		return nil, a.fail(err)
	}
	v := make([]float64, a.count)
	for i := range v {
		v[i] = a.Type.float(a.data[i*a.Type.Size:])
	}
	return v, nil
}

// Ints returns the values, row by row. Booleans are 0 and 1.
func (a *Attribute) Ints() ([]int64, error) {
	err := a.Type.number()
	if err == nil && a.Type.Class == Float {
		err = fmt.Errorf("want integers, got %v", a.Type)
	}
	if err != nil {
		return nil, a.fail(err)
	}
	v := make([]int64, a.count)
	for i := range v {
		v[i] = a.Type.integer(a.data[i*a.Type.Size:])
	}
	return v, nil
}

// strings reads elements of either kind of string.
func (f *File) strings(t Type, b []byte, count int) ([]string, error) {
	out := make([]string, count)
	switch {
	case t.Class == String:
		for i := range out {
			s := text(b[i*t.Size : (i+1)*t.Size])
			if t.spaces {
				s = strings.TrimRight(s, " ")
			}
			out[i] = s
		}
	case t.Class == Varying && !t.lists:
		w := f.walk()
		var before []byte // equal strings share their memory
		for i := range out {
			e := b[i*t.Size : (i+1)*t.Size]
			if i > 0 && bytes.Equal(e, before) {
				out[i] = out[i-1]
				continue
			}
			before = e
			s, err := f.varying(&cursor{f: f, b: e}, w)
			if err != nil {
				return nil, err
			}
			out[i] = text(s)
		}
	default:
		return nil, fmt.Errorf("want strings, got elements of type %v", t)
	}
	return out, nil
}

// varying follows a reference to bytes in a collection. All strings together
// are no longer than the file, since each has bytes of its own.
func (f *File) varying(c *cursor, w *walk) ([]byte, error) {
	n := c.u32()
	addr := c.address()
	index := c.u32()
	if c.err != nil {
		return nil, &Error{Offset: -1, Err: fmt.Errorf("the reference to a string: %w", c.err)}
	}
	if n == 0 || addr == f.base && index == 0 {
		return nil, nil
	}
	heap := f.heaps[addr]
	if heap == nil {
		var err error
		if heap, err = f.collection(addr); err != nil {
			return nil, err
		}
		f.heaps[addr] = heap
	}
	b, ok := heap[int(index)]
	if !ok || uint64(n) > uint64(len(b)) {
		return nil, at(addr, "want string %d of %d bytes; there is none", index, n)
	}
	if w.left -= int64(n); w.left < 0 {
		return nil, at(addr, "strings that are longer than the file")
	}
	return b[:n], nil
}

// collection reads the strings of a global heap.
func (f *File) collection(addr int64) (map[int][]byte, error) {
	w := f.walk()
	c := w.read(addr, 8+f.lengthSize)
	c.signature("GCOL")
	c.version("the collection of strings", 1, 1)
	c.skip(3)
	size := c.length()
	if c.err == nil && (size > uint64(f.size) || size < 16) {
		c.fail("a collection of %d bytes; the file has %d", size, f.size)
	}
	if f.heapBytes += int64(size); c.err == nil && f.heapBytes > f.size+1<<10 {
		c.fail("the collections of strings are longer than the file")
	}
	if c.err != nil {
		return nil, c.err
	}
	head := c.p
	c = w.read(addr, int(size))
	c.skip(head)
	heap := map[int][]byte{}
	for c.err == nil && c.left() >= 8+f.lengthSize {
		index := c.u16()
		c.skip(6)
		n := c.length()
		if index == 0 { // the room that is left
			break
		}
		if n > uint64(c.left()) {
			c.fail("a string of %d bytes; the collection has %d more", n, c.left())
			break
		}
		heap[index] = c.take(int(n))
		c.skip(min(int(-n&7), c.left()))
	}
	return heap, c.err
}
