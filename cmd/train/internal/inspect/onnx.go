package inspect

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// isONNX: field 1, the version of the format, a small number; then a field of
// the model.
func isONNX(f *file) bool {
	return len(f.head) > 3 && f.head[0] == 8 && f.head[1] > 0 && f.head[1] < 64 && strings.HasSuffix(strings.ToLower(f.path), ".onnx")
}

// each calls do for every field of a message.
func each(b []byte, do func(n protowire.Number, v uint64, in []byte) error) error {
	for len(b) > 0 {
		n, t, k := protowire.ConsumeTag(b)
		if k < 0 {
			return protowire.ParseError(k)
		}
		b = b[k:]
		var v uint64
		var in []byte
		switch t {
		case protowire.VarintType:
			v, k = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			in, k = protowire.ConsumeBytes(b)
		default:
			k = protowire.ConsumeFieldValue(n, t, b)
		}
		if k < 0 {
			return protowire.ParseError(k)
		}
		b = b[k:]
		if err := do(n, v, in); err != nil {
			return err
		}
	}
	return nil
}

// dtypes are the kinds of numbers of ONNX, by number.
var dtypes = []string{"undefined", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "float64", "uint32", "uint64"}

func dtype(v uint64) string {
	if v < uint64(len(dtypes)) {
		return dtypes[v]
	}
	return "type " + strconv.FormatUint(v, 10)
}

// onnx looks at a model of ONNX, which this program writes and does not read.
func (r *Report) onnx(f *file) {
	r.Holds = "a model for ONNX runtimes"
	b, err := f.all(2 << 30)
	if err != nil {
		r.fail(err)
		return
	}
	err = each(b, func(n protowire.Number, v uint64, in []byte) error {
		switch n {
		case 1:
			r.Version = "IR " + strconv.FormatUint(v, 10)
		case 2:
			r.Writer = string(in)
		case 3:
			r.Writer = strings.TrimSpace(r.Writer + " " + string(in))
		case 7:
			return r.graph(in)
		case 8: // opset_import
			domain, version := "", uint64(0)
			err := each(in, func(n protowire.Number, v uint64, in []byte) error {
				switch n {
				case 1:
					domain = string(in)
				case 2:
					version = v
				}
				return nil
			})
			r.attribute(strings.TrimSpace("opset "+domain), strconv.FormatUint(version, 10))
			return err
		case 14: // metadata_props
			var key, value string
			err := each(in, func(n protowire.Number, _ uint64, in []byte) error {
				switch n {
				case 1:
					key = string(in)
				case 2:
					value = string(in)
				}
				return nil
			})
			r.attribute(key, value)
			return err
		}
		return nil
	})
	if err != nil {
		r.fail(fmt.Errorf("the ONNX file is damaged: %w", err))
		return
	}
	r.fail(errors.New("ONNX files are written here (train export), not read: use onnxruntime"))
}

// graph lists initializers, inputs and outputs, and counts operators.
func (r *Report) graph(b []byte) error {
	operators := map[string]int{}
	weights := map[string]bool{}
	var inputs []Port
	err := each(b, func(n protowire.Number, _ uint64, in []byte) error {
		switch n {
		case 1:
			return each(in, func(n protowire.Number, _ uint64, in []byte) error {
				if n == 4 {
					operators[string(in)]++
				}
				return nil
			})
		case 5:
			a := Array{Shape: []int{}}
			err := each(in, func(n protowire.Number, v uint64, in []byte) error {
				switch {
				case n == 1 && in == nil:
					a.Shape = append(a.Shape, int(v))
				case n == 1:
					for len(in) > 0 {
						d, k := protowire.ConsumeVarint(in)
						if k < 0 {
							return protowire.ParseError(k)
						}
						a.Shape, in = append(a.Shape, int(d)), in[k:]
					}
				case n == 2:
					a.Dtype = dtype(v)
				case n == 8:
					a.Name = string(in)
				}
				return nil
			})
			weights[a.Name] = true
			r.Arrays = append(r.Arrays, a)
			return err
		case 11, 12:
			p, err := port(in)
			if n == 11 {
				inputs = append(inputs, p)
			} else {
				r.Outputs = append(r.Outputs, p)
			}
			return err
		}
		return nil
	})
	for _, p := range inputs {
		if !weights[p.Name] {
			r.Inputs = append(r.Inputs, p)
		}
	}
	var said []string
	for _, op := range slices.Sorted(maps.Keys(operators)) {
		said = append(said, fmt.Sprintf("%s×%d", op, operators[op]))
	}
	r.attribute("operators", strings.Join(said, " "))
	return err
}

// port reads a ValueInfoProto: name, type.tensor_type.{elem_type, shape.dim}.
func port(b []byte) (p Port, err error) {
	var dims []string
	kind := ""
	err = each(b, func(n protowire.Number, _ uint64, in []byte) error {
		if n == 1 {
			p.Name = string(in)
		}
		if n != 2 {
			return nil
		}
		return each(in, func(n protowire.Number, _ uint64, in []byte) error {
			if n != 1 {
				return nil
			}
			return each(in, func(n protowire.Number, v uint64, in []byte) error {
				if n == 1 {
					kind = dtype(v)
				}
				if n != 2 {
					return nil
				}
				return each(in, func(_ protowire.Number, _ uint64, in []byte) error {
					dim := "?"
					err := each(in, func(n protowire.Number, v uint64, in []byte) error {
						if dim = strconv.FormatUint(v, 10); n == 2 {
							dim = string(in)
						}
						return nil
					})
					dims = append(dims, dim)
					return err
				})
			})
		})
	})
	p.Shape = fmt.Sprintf("(%s) %s", strings.Join(dims, ", "), kind)
	return p, err
}
