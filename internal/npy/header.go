package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

const magic = "\x93NUMPY"

// A Header is what stands before the elements.
type Header struct {
	DType   DType
	Fortran bool // first axis fastest
	Shape   []int
}

// Len returns the number of elements.
func (h *Header) Len() int {
	n, _ := count(h.Shape)
	return n
}

// readHeader reads and checks magic, version and dictionary.
func readHeader(r io.Reader, lim Limits) (*Header, error) {
	var pre [12]byte
	if _, err := io.ReadFull(r, pre[:8]); err != nil {
		return nil, failed("first 8 bytes", err)
	}
	if string(pre[:4]) == "PK\x03\x04" {
		return nil, bad("a zip archive, not a single array; read it as .npz")
	}
	if string(pre[:6]) != magic {
		return nil, bad("not a .npy array: it begins with %q instead of %q", pre[:6], magic)
	}
	lenSize := 0
	switch {
	case pre[6] == 1 && pre[7] == 0:
		lenSize = 2
	case (pre[6] == 2 || pre[6] == 3) && pre[7] == 0:
		lenSize = 4
	default:
		return nil, bad("version %d.%d is unknown; versions 1.0, 2.0 and 3.0 can be read", pre[6], pre[7])
	}
	if _, err := io.ReadFull(r, pre[8:8+lenSize]); err != nil {
		return nil, failed("header length", err)
	}
	n := uint32(binary.LittleEndian.Uint16(pre[8:]))
	if lenSize == 4 {
		n = binary.LittleEndian.Uint32(pre[8:])
	}
	if n > maxHeader {
		return nil, bad("header of %d bytes; at most %d are read", n, maxHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, failed("header", err)
	}
	h, err := parseHeader(string(text))
	if err != nil {
		return nil, err
	}
	return h, h.check(lim)
}

func (h *Header) check(lim Limits) error {
	if len(h.Shape) > lim.MaxRank {
		return bad("rank %d; at most %d is read", len(h.Shape), lim.MaxRank)
	}
	n, ok := count(h.Shape)
	if !ok {
		return bad("shape %v has more elements than memory can hold", h.Shape)
	}
	// Elements become at least 4 bytes wide (float32), 16 for a string.
	wide := int64(max(h.DType.Size, 4))
	if h.DType.IsText() {
		wide += 16
	}
	if int64(n) > lim.MaxBytes/wide {
		return bad("%d elements of type %s need more than the limit of %d bytes", n, h.DType, lim.MaxBytes)
	}
	return nil
}

// parseHeader reads the Python dictionary {'descr': …, 'fortran_order': …, 'shape': …}.
func parseHeader(s string) (*Header, error) {
	p := &parser{rest: s}
	h := &Header{}
	seen := map[string]bool{}
	if err := p.want('{'); err != nil {
		return nil, err
	}
	for !p.has('}') {
		key, err := p.str()
		if err != nil {
			return nil, err
		}
		if seen[key] {
			return nil, bad("header names %q twice", key)
		}
		seen[key] = true
		if err := p.want(':'); err != nil {
			return nil, err
		}
		switch key {
		case "descr":
			err = p.descr(&h.DType)
		case "fortran_order":
			h.Fortran, err = p.boolean()
		case "shape":
			h.Shape, err = p.tuple()
		default:
			err = bad("header has an unknown key %q", key)
		}
		if err != nil {
			return nil, err
		}
		if !p.has(',') {
			if err := p.want('}'); err != nil {
				return nil, err
			}
			break
		}
	}
	if p.space(); p.rest != "" {
		return nil, bad("header goes on after its dictionary: %.20q", p.rest)
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return nil, bad("header lacks the key %q", key)
		}
	}
	return h, nil
}

// parser reads the few Python literals that headers consist of.
type parser struct{ rest string }

func (p *parser) space() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

// has skips the byte c if it is next.
func (p *parser) has(c byte) bool {
	p.space()
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *parser) want(c byte) error {
	if !p.has(c) {
		return bad("header: want %q before %.20q", c, p.rest)
	}
	return nil
}

func (p *parser) str() (string, error) {
	p.space()
	if p.rest == "" || p.rest[0] != '\'' && p.rest[0] != '"' {
		return "", bad("header: want a string before %.20q", p.rest)
	}
	s, rest, ok := strings.Cut(p.rest[1:], p.rest[:1])
	if !ok || strings.Contains(s, `\`) {
		return "", bad("header: string without end, or with an escape, at %.20q", p.rest)
	}
	p.rest = rest
	return s, nil
}

func (p *parser) descr(d *DType) error {
	if p.space(); strings.HasPrefix(p.rest, "[") {
		return bad("structured arrays (records) cannot be read; save each field as an array")
	}
	s, err := p.str()
	if err != nil {
		return err
	}
	*d, err = parseDType(s)
	return err
}

func (p *parser) boolean() (bool, error) {
	p.space()
	for _, b := range []bool{false, true} {
		word := "False"
		if b {
			word = "True"
		}
		if rest, ok := strings.CutPrefix(p.rest, word); ok {
			p.rest = rest
			return b, nil
		}
	}
	return false, bad("header: want True or False before %.20q", p.rest)
}

func (p *parser) tuple() ([]int, error) {
	if err := p.want('('); err != nil {
		return nil, err
	}
	shape := []int{}
	for !p.has(')') {
		p.space()
		digits := p.rest[:len(p.rest)-len(strings.TrimLeft(p.rest, "0123456789"))]
		n, err := strconv.Atoi(digits)
		if err != nil {
			return nil, bad("header: shape wants sizes of at least 0 that fit 63 bits, has %.20q", p.rest)
		}
		p.rest = strings.TrimPrefix(p.rest[len(digits):], "L") // Python 2's long
		shape = append(shape, n)
		if p.has(',') {
			continue
		}
		if err := p.want(')'); err != nil {
			return nil, err
		}
		if len(shape) == 1 {
			return nil, bad("header: shape (%d) is no tuple; want (%d,)", n, n)
		}
		break
	}
	return shape, nil
}

// encode returns magic, version and dictionary, padded as numpy does to a
// multiple of 64 bytes.
func (h *Header) encode() []byte {
	order := "False"
	if h.Fortran {
		order = "True"
	}
	dims := make([]string, len(h.Shape))
	for i, d := range h.Shape {
		dims[i] = strconv.Itoa(d)
	}
	shape := strings.Join(dims, ", ")
	if len(dims) == 1 {
		shape += ","
	}
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }", h.DType, order, shape)
	// numpy leaves room for the first (C) or last axis to grow to 21 digits.
	if len(dims) > 0 {
		grow := dims[0]
		if h.Fortran {
			grow = dims[len(dims)-1]
		}
		dict += strings.Repeat(" ", max(0, 21-len(grow)))
	}
	version, lenSize := byte(1), 2
	if len(dict)+64 > 65535 {
		version, lenSize = 2, 4
	}
	n := len(magic) + 2 + lenSize + len(dict) + 1
	dict += strings.Repeat(" ", (64-n%64)%64) + "\n"
	b := slices.Concat([]byte(magic), []byte{version, 0})
	if lenSize == 2 {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(dict)))
	} else {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(dict)))
	}
	return append(b, dict...)
}
