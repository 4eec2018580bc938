// Package eventread reads event files back, for tests.
package eventread

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/antler-ml/antler/internal/tfevents"
)

// An Event is one that was read. Of a summary it has the first value.
type Event struct {
	Wall    float64
	Step    int64
	Version string
	Tag     string
	Plugin  string
	Content []byte
	Type    int
	Shape   []int
	Values  []float64 // of float and double tensors
	Strings [][]byte
}

// Read reads the content of a file. Every checksum must be right.
func Read(b []byte) ([]Event, error) {
	var events []Event
	for at := 0; at < len(b); {
		rest := b[at:]
		if len(rest) < 12 {
			return events, fmt.Errorf("byte %d: the file ends in the head of a record", at)
		}
		n := int(binary.LittleEndian.Uint64(rest))
		if tfevents.Checksum(rest[:8]) != binary.LittleEndian.Uint32(rest[8:]) {
			return events, fmt.Errorf("byte %d: wrong checksum of the length", at)
		}
		if len(rest) < 16+n {
			return events, fmt.Errorf("byte %d: the file ends in a record", at)
		}
		data := rest[12 : 12+n]
		if tfevents.Checksum(data) != binary.LittleEndian.Uint32(rest[12+n:]) {
			return events, fmt.Errorf("byte %d: wrong checksum of the data", at)
		}
		var e Event
		if err := e.event(data); err != nil {
			return events, fmt.Errorf("byte %d: %w", at, err)
		}
		events = append(events, e)
		at += 16 + n
	}
	return events, nil
}

// fields calls f for each field of a message: x is a number or has the bits of
// one, b are bytes.
func fields(m []byte, f func(num protowire.Number, x uint64, b []byte) error) error {
	for len(m) > 0 {
		num, typ, n := protowire.ConsumeTag(m)
		if n < 0 {
			return protowire.ParseError(n)
		}
		m = m[n:]
		var x uint64
		var b []byte
		switch typ {
		case protowire.VarintType:
			x, n = protowire.ConsumeVarint(m)
		case protowire.Fixed64Type:
			x, n = protowire.ConsumeFixed64(m)
		case protowire.BytesType:
			b, n = protowire.ConsumeBytes(m)
		default:
			return fmt.Errorf("field %d has type %d", num, typ)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		m = m[n:]
		if err := f(num, x, b); err != nil {
			return err
		}
	}
	return nil
}

func (e *Event) event(m []byte) error {
	return fields(m, func(num protowire.Number, x uint64, b []byte) error {
		switch num {
		case 1:
			e.Wall = math.Float64frombits(x)
		case 2:
			e.Step = int64(x)
		case 3:
			e.Version = string(b)
		case 5:
			return fields(b, func(_ protowire.Number, _ uint64, b []byte) error { return fields(b, e.value) })
		}
		return nil
	})
}

func (e *Event) value(num protowire.Number, _ uint64, b []byte) error {
	switch num {
	case 1:
		e.Tag = string(b)
	case 8:
		return fields(b, e.tensor)
	case 9:
		return fields(b, func(_ protowire.Number, _ uint64, b []byte) error {
			return fields(b, func(num protowire.Number, _ uint64, b []byte) error {
				if num == 1 {
					e.Plugin = string(b)
				} else {
					e.Content = b
				}
				return nil
			})
		})
	}
	return nil
}

func (e *Event) tensor(num protowire.Number, x uint64, b []byte) error {
	switch num {
	case 1:
		e.Type = int(x)
	case 2:
		return fields(b, func(_ protowire.Number, _ uint64, b []byte) error {
			return fields(b, func(_ protowire.Number, x uint64, _ []byte) error {
				e.Shape = append(e.Shape, int(x))
				return nil
			})
		})
	case 4:
		for ; len(b) >= 8; b = b[8:] {
			e.Values = append(e.Values, math.Float64frombits(binary.LittleEndian.Uint64(b)))
		}
	case 5:
		for ; len(b) >= 4; b = b[4:] {
			e.Values = append(e.Values, float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
		}
	case 8:
		e.Strings = append(e.Strings, b)
	}
	return nil
}
