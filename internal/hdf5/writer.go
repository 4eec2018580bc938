package hdf5

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// A Node is a group that is to be written. Equal trees give equal bytes.
type Node struct {
	name     string
	attrs    []attr
	children []*Node // by name
	data     *Array  // of a dataset
	addr     int64
	err      error
}

type attr struct {
	name           string
	typ, dims, raw []byte
	long           []string // strings of varying length, which go to a heap
}

// An Array is the content of a dataset. The writer reads it when it writes, and
// makes no copy.
type Array struct {
	Shape   []int
	Floats  []float32 // or
	Ints    []int64   // or
	Bytes   []byte
	Deflate int // a level of 1 to 9; 0: as it is, which is faster to read
	stored  int64
}

// NewFile returns an empty root group.
func NewFile() *Node { return &Node{} }

// Group returns the group at a path below n and makes those that are not there.
func (n *Node) Group(path string) *Node {
	for _, name := range strings.Split(strings.Trim(path, "/"), "/") {
		if name == "" {
			continue
		}
		n = n.child(name)
	}
	return n
}

func (n *Node) child(name string) *Node {
	i, ok := slices.BinarySearchFunc(n.children, name, func(c *Node, s string) int { return cmp.Compare(c.name, s) })
	if !ok {
		c := &Node{name: name}
		if n.data != nil || name == "." || len(name) > 1<<15 {
			c.err = fmt.Errorf("hdf5: no object can be called %.60q in %q", name, n.name)
		}
		n.children = slices.Insert(n.children, i, c)
	}
	return n.children[i]
}

// Dataset puts an array at a path below n.
func (n *Node) Dataset(path string, a Array) *Node {
	d := n.Group(path)
	elements := 1
	for _, s := range a.Shape {
		elements *= s
	}
	switch {
	case d == n || d.data != nil || len(d.children) > 0:
		d.err = fmt.Errorf("hdf5: two objects are called %q", path)
	case a.count() != elements || a.Floats != nil && a.Ints != nil || a.Bytes != nil && (a.Floats != nil || a.Ints != nil):
		d.err = fmt.Errorf("hdf5: %s: shape %v and %d elements", path, a.Shape, a.count())
	}
	d.data = &a
	return d
}

// count is the number of elements.
func (a *Array) count() int { return len(a.Floats) + len(a.Ints) + len(a.Bytes) }

// Types of elements, as messages.
var (
	typeFloat32 = []byte{0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0}
	typeInt64   = []byte{0x10, 8, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0}
	typeByte    = []byte{0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0}
	typeFloat64 = []byte{0x11, 0x20, 63, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 0xff, 3, 0, 0}
	// a string of varying length in UTF-8, whose letters are bytes
	typeText = []byte{0x19, 1, 1, 0, 16, 0, 0, 0, 0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0}
)

// dims is the message of a shape; nil: one value.
func dims(shape []int) []byte {
	if len(shape) == 0 {
		return []byte{2, 0, 0, 0}
	}
	b := []byte{2, byte(len(shape)), 0, 1}
	for _, n := range shape {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	return b
}

func (n *Node) set(a attr) {
	n.attrs = slices.DeleteFunc(n.attrs, func(b attr) bool { return b.name == a.name })
	n.attrs = append(n.attrs, a)
}

// Text sets an attribute to one string of any length.
func (n *Node) Text(name, value string) {
	n.set(attr{name: name, typ: typeText, dims: dims(nil), long: []string{value}})
}

// Texts sets an attribute to a list of strings of any length.
func (n *Node) Texts(name string, values []string) {
	n.set(attr{name: name, typ: typeText, dims: dims([]int{len(values)}), long: values})
}

// Names sets an attribute to a list of strings of one length, as h5py writes
// arrays of bytes; shorter ones end with zeros.
func (n *Node) Names(name string, values []string) {
	size := 1
	for _, v := range values {
		size = max(size, len(v))
	}
	raw := make([]byte, size*len(values))
	for i, v := range values {
		copy(raw[i*size:], v)
	}
	typ := binary.LittleEndian.AppendUint32([]byte{0x13, 1, 0, 0}, uint32(size))
	n.set(attr{name: name, typ: typ, dims: dims([]int{len(values)}), raw: raw})
}

// Int sets an attribute to an integer.
func (n *Node) Int(name string, v int64) {
	n.set(attr{name: name, typ: typeInt64, dims: dims(nil), raw: binary.LittleEndian.AppendUint64(nil, uint64(v))})
}

// Float sets an attribute to a number.
func (n *Node) Float(name string, v float64) {
	n.set(attr{name: name, typ: typeFloat64, dims: dims(nil), raw: binary.LittleEndian.AppendUint64(nil, math.Float64bits(v))})
}

// MaxAttribute is the most bytes that an attribute of numbers or names may have.
// Strings of any length have no such limit.
const MaxAttribute = 64512

// A layout gives places to what is written, one behind the other.
type layouter struct {
	end   int64
	parts []part
	heap  heapWriter
}

// part is written at its place: bytes, or an array.
type part struct {
	addr int64
	b    []byte
	data *Array
}

func (l *layouter) put(size int64, p part) int64 {
	l.end = (l.end + 7) &^ 7
	p.addr = l.end
	l.end += size
	l.parts = append(l.parts, p)
	return p.addr
}

const superblockSize = 48

// Write writes a file with n as its root.
func (n *Node) Write(w io.Writer) error {
	l := &layouter{end: superblockSize}
	l.strings(n)
	if err := l.node(n); err != nil {
		return err
	}
	sb := append(slices.Clone(magic), 2, 8, 8, 0)
	for _, x := range []uint64{0, math.MaxUint64, uint64(l.last()), uint64(n.addr)} {
		sb = binary.LittleEndian.AppendUint64(sb, x)
	}
	sb = binary.LittleEndian.AppendUint32(sb, lookup3(sb))
	if _, err := w.Write(sb); err != nil {
		return err
	}
	at := int64(len(sb))
	var zeros [8]byte
	for _, p := range l.parts {
		if _, err := w.Write(zeros[:p.addr-at]); err != nil {
			return err
		}
		var size int64
		var err error
		if p.data != nil {
			size, err = p.data.write(w)
		} else {
			size = int64(len(p.b))
			_, err = w.Write(p.b)
		}
		if err != nil {
			return err
		}
		at = p.addr + size
	}
	return nil
}

// last is the end of the file.
func (l *layouter) last() int64 {
	p := l.parts[len(l.parts)-1]
	if p.data != nil {
		return p.addr + p.data.stored
	}
	return p.addr + int64(len(p.b))
}

// node places what is below n, then n, whose links say where that is.
func (l *layouter) node(n *Node) error {
	if n.err != nil {
		return n.err
	}
	for _, c := range n.children {
		if err := l.node(c); err != nil {
			return err
		}
	}
	h := &headerWriter{}
	if n.data != nil {
		if err := l.dataset(h, n.data); err != nil {
			return fmt.Errorf("hdf5: %s: %w", n.name, err)
		}
	} else {
		none := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64([]byte{0, 0}, math.MaxUint64), math.MaxUint64)
		h.add(msgLinkInfo, 0, none)
		h.add(msgGroupInfo, 0, []byte{0, 0})
		for _, c := range n.children {
			b := []byte{1, 0x11, 1} // UTF-8, two bytes of length
			b = binary.LittleEndian.AppendUint16(b, uint16(len(c.name)))
			b = append(b, c.name...)
			h.add(msgLink, 0, binary.LittleEndian.AppendUint64(b, uint64(c.addr)))
		}
	}
	if len(n.attrs) > 0 { // without it HDF5 1.10 counts no attributes
		none := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64([]byte{0, 0}, math.MaxUint64), math.MaxUint64)
		h.add(msgAttrInfo, 0, none)
	}
	for i := range n.attrs {
		a := &n.attrs[i]
		b := []byte{3, 0}
		b = binary.LittleEndian.AppendUint16(b, uint16(len(a.name)+1))
		b = binary.LittleEndian.AppendUint16(b, uint16(len(a.typ)))
		b = binary.LittleEndian.AppendUint16(b, uint16(len(a.dims)))
		b = append(b, 1)
		b = append(append(b, a.name...), 0)
		b = append(append(b, a.typ...), a.dims...)
		for range a.long {
			b = append(b, l.heap.next()...)
		}
		b = append(b, a.raw...)
		if len(b) > math.MaxUint16 {
			return fmt.Errorf("hdf5: %s: attribute %q has %d bytes; an attribute may have %d", n.name, a.name, len(b), MaxAttribute)
		}
		h.add(msgAttribute, 0, b)
	}
	b := h.bytes()
	n.addr = l.put(int64(len(b)), part{b: b})
	return nil
}
