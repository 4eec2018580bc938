package hdf5

import (
	"encoding/binary"
	"fmt"
	"math"
)

// A Class is a kind of element.
type Class int

// The classes that are read. Others have a name, and no values.
const (
	Integer   Class = 0
	Float     Class = 1
	String    Class = 3 // of a fixed number of bytes
	Compound  Class = 6
	Reference Class = 7
	Enum      Class = 8  // read as integers; h5py's booleans are of this class
	Varying   Class = 9  // strings of any length
	Nested    Class = 10 // arrays as elements
)

// A Type says what the elements of a dataset or an attribute are.
type Type struct {
	Class  Class
	Size   int // bytes of an element; of the reference to it, if its length varies
	Signed bool
	big    bool // high bytes first
	spaces bool // a string is padded with spaces
	lists  bool // of varying length, but no strings
	odd    bool // a number of an unusual layout
}

func (t Type) String() string {
	switch t.Class {
	case Integer, Enum:
		s := "uint"
		if t.Signed {
			s = "int"
		}
		return fmt.Sprintf("%s%d", s, 8*t.Size)
	case Float:
		return fmt.Sprintf("float%d", 8*t.Size)
	case String:
		return fmt.Sprintf("string of %d bytes", t.Size)
	case Varying:
		if t.lists {
			return "list of varying length"
		}
		return "string"
	case Compound:
		return "compound"
	case Reference:
		return "reference"
	case Nested:
		return "array"
	}
	return fmt.Sprintf("class %d", int(t.Class))
}

func (c *cursor) datatype(depth int) Type {
	first := c.u8()
	flags := c.uint(3)
	size := c.u32()
	t := Type{Class: Class(first & 15), Size: int(size)}
	if v := first >> 4; c.err == nil && (v < 1 || v > 5) {
		c.fail("a data type of version %d", v)
	}
	if c.err == nil && (size == 0 || size > 1<<30) {
		c.fail("elements of %d bytes", size)
	}
	switch t.Class {
	case Integer:
		t.big, t.Signed = flags&1 != 0, flags&8 != 0
		offset, precision := c.u16(), c.u16()
		t.odd = offset != 0 || precision != 8*t.Size || t.Size > 8 || t.Size&(t.Size-1) != 0
	case Float:
		t.big = flags&1 != 0
		offset, precision := c.u16(), c.u16()
		exponentAt, exponent := c.u8(), c.u8()
		mantissaAt, mantissa := c.u8(), c.u8()
		bias := c.u32()
		want := map[int][4]int{2: {10, 5, 10, 15}, 4: {23, 8, 23, 127}, 8: {52, 11, 52, 1023}}[t.Size]
		t.odd = offset != 0 || precision != 8*t.Size || flags&0x40 != 0 || mantissaAt != 0 ||
			[4]int{exponentAt, exponent, mantissa, int(bias)} != want
	case String:
		t.spaces = flags&15 == 2
	case Enum:
		if depth > 0 {
			c.fail("an enumeration of enumerations")
			return t
		}
		base := c.datatype(depth + 1)
		if c.err == nil && (base.Class != Integer || base.Size != t.Size) {
			c.fail("an enumeration of %v", base)
		}
		t.Signed, t.big, t.odd = base.Signed, base.big, base.odd
	case Varying:
		t.lists = flags&15 != 1
		if want := 8 + c.f.offsetSize; c.err == nil && t.Size != want {
			c.fail("a string is referred to by %d bytes; want %d", t.Size, want)
		}
	}
	return t
}

// A space is the shape of a dataset.
type space struct {
	shape []int
	most  []uint64 // that the axes may grow to
	null  bool     // no elements at all
	count int
}

// unlimited is the limit of an axis that has none.
const unlimited = math.MaxUint64

func (c *cursor) dataspace() space {
	var s space
	v := c.version("the data space", 1, 2)
	rank, flags := c.u8(), c.u8()
	if v == 1 {
		c.skip(5)
	} else {
		s.null = c.u8() == 2
	}
	if c.err == nil && rank > maxRank {
		c.fail("%d axes; HDF5 knows %d at most", rank, maxRank)
	}
	s.count = 1
	if s.null {
		s.count = 0
	}
	for range rank {
		n := c.length()
		if c.err != nil {
			return s
		}
		if n > math.MaxInt32*1024 || s.count > 0 && n > uint64(math.MaxInt64/16/s.count) {
			c.fail("an axis of %d elements", n)
			return s
		}
		s.shape = append(s.shape, int(n))
		s.most = append(s.most, n)
		s.count *= int(n)
	}
	if flags&1 != 0 {
		for i := range rank {
			s.most[i] = c.length()
			if c.f.lengthSize < 8 && s.most[i] == 1<<(8*c.f.lengthSize)-1 {
				s.most[i] = unlimited
			}
		}
	}
	return s
}

// words are the elements of b as numbers without sign.
func (t Type) word(b []byte) uint64 {
	var o binary.ByteOrder = binary.LittleEndian
	if t.big {
		o = binary.BigEndian
	}
	switch t.Size {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(o.Uint16(b))
	case 4:
		return uint64(o.Uint32(b))
	}
	return o.Uint64(b)
}

// number refuses elements that are no numbers.
func (t Type) number() error {
	switch {
	case t.Class != Integer && t.Class != Float && t.Class != Enum:
		return fmt.Errorf("want numbers, got elements of type %v", t)
	case t.odd:
		return fmt.Errorf("numbers of %d bytes of an unusual layout", t.Size)
	}
	return nil
}

// integer reads an element of a type that is no float.
func (t Type) integer(b []byte) int64 {
	x := t.word(b)
	if t.Signed {
		shift := 64 - 8*t.Size
		return int64(x<<shift) >> shift
	}
	return int64(x)
}

func (t Type) float(b []byte) float64 {
	switch {
	case t.Class != Float && t.Signed:
		return float64(t.integer(b))
	case t.Class != Float:
		return float64(t.word(b))
	case t.Size == 2:
		return half(uint16(t.word(b)))
	case t.Size == 4:
		return float64(math.Float32frombits(uint32(t.word(b))))
	}
	return math.Float64frombits(t.word(b))
}

// half is a float16 of IEEE 754.
func half(h uint16) float64 {
	sign, exponent, mantissa := uint64(h>>15), int(h>>10&31), uint64(h&1023)
	var x float64
	switch exponent {
	case 0:
		x = math.Ldexp(float64(mantissa), -24)
	case 31:
		return math.Float64frombits(sign<<63 | 0x7ff<<52 | mantissa<<42)
	default:
		x = math.Ldexp(float64(1024+mantissa), exponent-25)
	}
	return math.Float64frombits(math.Float64bits(x) | sign<<63)
}

// floats writes the elements of b to dst.
func (t Type) floats(dst []float32, b []byte) {
	if t.Class == Float && t.Size == 4 && !t.big {
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
		return
	}
	for i := range dst {
		dst[i] = float32(t.float(b[i*t.Size:]))
	}
}
