package hdf5

import (
	"encoding/binary"
	"slices"
)

const msgGroupInfo = 0x0a

// A headerWriter collects messages.
type headerWriter struct{ b []byte }

func (h *headerWriter) add(kind, flags byte, body []byte) {
	h.b = append(h.b, kind)
	h.b = binary.LittleEndian.AppendUint16(h.b, uint16(len(body)))
	h.b = append(append(h.b, flags), body...)
}

func (h *headerWriter) bytes() []byte {
	b := append([]byte("OHDR"), 2, 2) // four bytes of length
	b = binary.LittleEndian.AppendUint32(b, uint32(len(h.b)))
	b = append(b, h.b...)
	return binary.LittleEndian.AppendUint32(b, lookup3(b))
}

// A heapWriter gives strings of any length their places, in collections. It is
// asked for them in the order in which it got them.
type heapWriter struct {
	refs [][]byte // to the strings
}

// collectionSize is what a collection has at least, and not much more, unless
// one string is longer.
const collectionSize = 4096

// strings collects the strings of n and of all below it, and puts them into the
// file. The order is that in which node writes attributes.
func (l *layouter) strings(n *Node) {
	var all []string
	var visit func(n *Node)
	visit = func(n *Node) {
		for _, c := range n.children {
			visit(c)
		}
		for _, a := range n.attrs {
			all = append(all, a.long...)
		}
	}
	visit(n)
	for len(all) > 0 {
		var b []byte
		count := 0
		for ; count < len(all) && (len(b) == 0 || 16+len(b)+16+len(all[count]) <= collectionSize); count++ {
			s := all[count]
			b = binary.LittleEndian.AppendUint32(b, uint32(count+1))
			b = append(b, 0, 0, 0, 0)
			b = binary.LittleEndian.AppendUint64(b, uint64(len(s)))
			b = append(b, s...)
			b = append(b, make([]byte, -len(s)&7)...)
		}
		if room := collectionSize - 16 - len(b); room > 0 {
			free := make([]byte, room)
			if room >= 16 {
				binary.LittleEndian.PutUint64(free[8:], uint64(room))
			}
			b = append(b, free...)
		}
		head := binary.LittleEndian.AppendUint64([]byte("GCOL\x01\x00\x00\x00"), uint64(16+len(b)))
		b = slices.Concat(head, b)
		addr := l.put(int64(len(b)), part{b: b})
		for i, s := range all[:count] {
			ref := binary.LittleEndian.AppendUint32(nil, uint32(len(s)))
			ref = binary.LittleEndian.AppendUint64(ref, uint64(addr))
			l.heap.refs = append(l.heap.refs, binary.LittleEndian.AppendUint32(ref, uint32(i+1)))
		}
		all = all[count:]
	}
}

// next is the reference to the next string.
func (h *heapWriter) next() []byte {
	ref := h.refs[0]
	h.refs = h.refs[1:]
	return ref
}
