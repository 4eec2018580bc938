package tfevents

import (
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Types of tensors, from types.proto.
const (
	dtFloat  = 1
	dtDouble = 2
	dtString = 7
)

// Fields of TensorProto, from tensor.proto.
const (
	fieldType    = 1
	fieldShape   = 2
	fieldContent = 4
	fieldFloat   = 5
	fieldString  = 8
)

// Fields of Event, from event.proto.
const (
	fieldTime    = 1
	fieldStep    = 2
	fieldVersion = 3
	fieldSummary = 5
)

// begin starts the tensor of the next event.
func (w *Writer) begin(dtype uint64) []byte {
	t := protowire.AppendTag(w.tensor[:0], fieldType, protowire.VarintType)
	return protowire.AppendVarint(t, dtype)
}

// summary writes an event with the tensor that was built in w.tensor.
func (w *Writer) summary(tag string, step int64, plugin string, content []byte) {
	// SummaryMetadata.PluginData{plugin_name = 1, content = 2}
	m := appendString(w.meta[:0], 1, plugin)
	if len(content) > 0 {
		m = appendMessage(m, 2, content)
	}
	w.meta = m
	// Summary.Value{tag = 1, tensor = 8, metadata = 9 {plugin_data = 1}}
	v := appendString(w.value[:0], 1, tag)
	v = appendMessage(v, 8, w.tensor)
	v = protowire.AppendTag(v, 9, protowire.BytesType)
	v = protowire.AppendVarint(v, uint64(sizeMessage(1, len(m))))
	w.value = appendMessage(v, 1, m)
	// Event{wall_time, step, summary = 5 {value = 1}}
	b := w.event(step)
	b = protowire.AppendTag(b, fieldSummary, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(sizeMessage(1, len(w.value))))
	w.write(appendMessage(b, 1, w.value))
}

// version writes the event that every file begins with.
func (w *Writer) version() {
	w.write(appendString(w.event(0), fieldVersion, "brain.Event:2"))
}

// event starts an event, behind room for the head of its record.
func (w *Writer) event(step int64) []byte {
	b := append(w.record[:0], make([]byte, headSize)...)
	b = protowire.AppendTag(b, fieldTime, protowire.Fixed64Type)
	b = protowire.AppendFixed64(b, math.Float64bits(seconds(w.now())))
	if step != 0 { // proto3 leaves zeros out
		b = protowire.AppendTag(b, fieldStep, protowire.VarintType)
		b = protowire.AppendVarint(b, uint64(step))
	}
	return b
}

// write ends a record and hands it to the file.
func (w *Writer) write(b []byte) {
	w.record = frame(b)
	w.file.Append(w.record)
}

func appendMessage(b []byte, field protowire.Number, body []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), body)
}

func appendString(b []byte, field protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), s)
}

func sizeMessage(field protowire.Number, body int) int {
	return protowire.SizeTag(field) + protowire.SizeBytes(body)
}

// vectorShape is TensorShapeProto{dim = 2 {size = 1}}.
func vectorShape(n int) []byte { return appendDim(nil, n) }

func matrixShape(rows, cols int) []byte { return appendDim(appendDim(nil, rows), cols) }

func appendDim(b []byte, n int) []byte {
	var dim []byte
	if n != 0 {
		dim = protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(n))
	}
	return appendMessage(b, 2, dim)
}

func seconds(t time.Time) float64 { return float64(t.Unix()) + float64(t.Nanosecond())/1e9 }
