package onnx

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// The messages of onnx.proto that are written, and their field numbers.

// opset and irVersion are those of ONNX 1.12.
const (
	opset     = 17
	irVersion = 8
)

// message is a protobuf message under construction.
type message struct{ b []byte }

func (m *message) int(field protowire.Number, v int64) {
	m.b = protowire.AppendTag(m.b, field, protowire.VarintType)
	m.b = protowire.AppendVarint(m.b, uint64(v))
}

func (m *message) float(field protowire.Number, v float32) {
	m.b = protowire.AppendTag(m.b, field, protowire.Fixed32Type)
	m.b = protowire.AppendFixed32(m.b, math.Float32bits(v))
}

func (m *message) bytes(field protowire.Number, v []byte) {
	m.b = protowire.AppendTag(m.b, field, protowire.BytesType)
	m.b = protowire.AppendBytes(m.b, v)
}

func (m *message) text(field protowire.Number, v string) { m.bytes(field, []byte(v)) }

// graph is a GraphProto.
type graph struct {
	name            string
	nodes           []*node
	initializers    []array
	inputs, outputs []port
}

// node is a NodeProto.
type node struct {
	op, name string
	in, out  []string
	attrs    []attr
}

// attr is an AttributeProto: an int, float32, string, []int or *graph.
type attr struct {
	name  string
	value any
}

// array is a TensorProto: of floats, or of ints.
type array struct {
	name   string
	shape  []int
	floats []float32
	ints   []int64
}

// port is a ValueInfoProto of float32.
type port struct {
	name string
	dims []dim
}

func (g *graph) encode() []byte {
	var m message
	for _, n := range g.nodes {
		m.bytes(1, n.encode())
	}
	m.text(2, g.name)
	for _, a := range g.initializers {
		m.bytes(5, a.encode())
	}
	for _, p := range g.inputs {
		m.bytes(11, p.encode())
	}
	for _, p := range g.outputs {
		m.bytes(12, p.encode())
	}
	return m.b
}

func (n *node) encode() []byte {
	var m message
	for _, s := range n.in {
		m.text(1, s)
	}
	for _, s := range n.out {
		m.text(2, s)
	}
	m.text(3, n.name)
	m.text(4, n.op)
	for _, a := range n.attrs {
		m.bytes(5, a.encode())
	}
	return m.b
}

func (a attr) encode() []byte {
	var m message
	m.text(1, a.name)
	kind := int64(0)
	switch v := a.value.(type) {
	case float32:
		m.float(2, v)
		kind = 1
	case int:
		m.int(3, int64(v))
		kind = 2
	case string:
		m.text(4, v)
		kind = 3
	case *graph:
		m.bytes(6, v.encode())
		kind = 5
	case []float32:
		for _, x := range v {
			m.float(7, x)
		}
		kind = 6
	case []int:
		for _, x := range v {
			m.int(8, int64(x))
		}
		kind = 7
	case []string:
		for _, x := range v {
			m.text(9, x)
		}
		kind = 8
	default:
		panic(fmt.Sprintf("onnx: attribute %s of type %T", a.name, a.value))
	}
	m.int(20, kind)
	return m.b
}

func (a array) encode() []byte {
	var m message
	for _, d := range a.shape {
		m.int(1, int64(d))
	}
	var raw []byte
	if a.ints != nil {
		m.int(2, 7)
		for _, v := range a.ints {
			raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
		}
	} else {
		m.int(2, 1)
		raw = make([]byte, 0, 4*len(a.floats))
		for _, v := range a.floats {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
	}
	m.text(8, a.name)
	m.bytes(9, raw)
	return m.b
}

func (p port) encode() []byte {
	var shape, tensor, kind, m message
	for _, d := range p.dims {
		var one message
		switch {
		case d.known():
			one.int(1, int64(d.offset))
		case d == batch:
			one.text(2, "batch")
		}
		shape.bytes(1, one.b)
	}
	tensor.int(1, 1) // float32
	tensor.bytes(2, shape.b)
	kind.bytes(1, tensor.b)
	m.text(1, p.name)
	m.bytes(2, kind.b)
	return m.b
}

// model is a ModelProto around a graph.
func model(g *graph, notes map[string]string, order []string) []byte {
	var m, set message
	m.int(1, irVersion)
	m.text(2, "antler")
	m.bytes(7, g.encode())
	set.text(1, "")
	set.int(2, opset)
	m.bytes(8, set.b)
	for _, k := range order {
		var e message
		e.text(1, k)
		e.text(2, notes[k])
		m.bytes(14, e.b)
	}
	return m.b
}
