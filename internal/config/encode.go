package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// An Object is a JSON object whose keys keep their order.
type Object []Member

// A Member is one key of an Object.
type Member struct {
	Key   string
	Value any
}

// Get returns the value of a key.
func (o Object) Get(key string) (any, bool) {
	for _, m := range o {
		if m.Key == key {
			return m.Value, true
		}
	}
	return nil, false
}

// MarshalJSON writes the members in order.
func (o Object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		k, err := json.Marshal(m.Key)
		if err != nil {
			return nil, err
		}
		v, err := json.Marshal(m.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Key, err)
		}
		b.Write(k)
		b.WriteByte(':')
		b.Write(v)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// A Float is written with a decimal point, as Python writes floats.
type Float float64

// MarshalJSON writes 1.0, not 1, and 1e-07, as Python does.
func (f Float) MarshalJSON() ([]byte, error) {
	x := float64(f)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil, fmt.Errorf("%v has no JSON form", x)
	}
	format := byte('f')
	if a := math.Abs(x); a != 0 && (a < 1e-4 || a >= 1e16) {
		format = 'e'
	}
	s := strconv.FormatFloat(x, format, -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return []byte(s), nil
}

// Encode returns the settings of the struct that v points to.
func Encode(v any) (Object, error) {
	s := reflect.Indirect(reflect.ValueOf(v))
	if s.Kind() != reflect.Struct {
		return Object{}, nil
	}
	o := Object{}
	for _, f := range fieldsOf(s.Type()) {
		if f.twin >= 0 && !written(s.Field(f.index), s.Field(f.twin)) {
			continue
		}
		x, err := encodeValue(s.Field(f.index))
		if err != nil {
			return nil, fmt.Errorf("config: %s.%s: %w", s.Type().Name(), f.name, err)
		}
		o = append(o, Member{f.key, f.toNull(x)})
	}
	return o, nil
}

// toNull applies the tags null and single to an encoded value.
func (f field) toNull(x any) any {
	list, isList := x.([]any)
	if f.single && isList && len(list) == 1 {
		return list[0]
	}
	if f.null == nil {
		return x
	}
	for i, e := range list {
		if e == *f.null {
			list[i] = nil
		}
	}
	if x == *f.null {
		return nil
	}
	return x
}

// fromNull is the opposite of toNull, of a value that is read.
func (f field) fromNull(x any) any {
	if f.null == nil {
		return x
	}
	if list, ok := x.([]any); ok {
		list = slices.Clone(list)
		for i, e := range list {
			if e == nil {
				list[i] = float64(*f.null)
			}
		}
		return list
	}
	return x
}

// written reports whether v is the one of two fields with one key to be written:
// the thing, if there is one.
func written(v, twin reflect.Value) bool {
	if v.Kind() == reflect.Interface {
		return !v.IsNil()
	}
	return twin.Kind() != reflect.Interface || twin.IsNil()
}

// EncodeThing returns the wire form of a thing with settings: its bare name,
// or {"class_name", "config"}, or nil for nil.
func EncodeThing(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	if n, ok := v.(Namer); ok {
		return n.ConfigName(), nil
	}
	o, err := Encode(v)
	if err != nil {
		return nil, err
	}
	return Object{{"class_name", ClassName(v)}, {"config", o}}, nil
}

// A Nuller is a setting, a string, that has a word for what Keras calls None: that
// is not the default.
type Nuller interface{ ConfigNull() string }

// A Classer has a class name that is not its type's name.
type Classer interface{ ClassName() string }

// ClassName returns the name under which v's type is registered.
func ClassName(v any) string {
	if c, ok := v.(Classer); ok {
		return c.ClassName()
	}
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

// encodeHeld writes a thing with settings that a field holds. A name must lead
// back to it when the file is read.
func encodeHeld(v reflect.Value) (any, error) {
	thing := v.Interface()
	if n, ok := thing.(Namer); ok && v.Kind() == reflect.Interface {
		if _, err := Lookup(n.ConfigName(), v.Type()); err != nil {
			return nil, fmt.Errorf("%s %q is not registered, so no file could bring it back; add nn.Alias(value, %q) to an init function", kindName(v.Type()), n.ConfigName(), n.ConfigName())
		}
	}
	return EncodeThing(thing)
}

func encodeValue(v reflect.Value) (any, error) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil, nil
		}
		if k, ok := kindOf(v.Type()); ok {
			return k.Encode(v.Interface())
		}
		if v.Kind() == reflect.Pointer && v.Type().Elem().Kind() != reflect.Struct {
			return encodeValue(v.Elem())
		}
		return encodeHeld(v)
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Int, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Float32, reflect.Float64:
		return Float(v.Float()), nil
	case reflect.String:
		if n, ok := v.Interface().(Nuller); v.String() == "" || ok && n.ConfigNull() == v.String() {
			return nil, nil
		}
		return v.String(), nil
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.IsNil() {
			return nil, nil
		}
		list := make([]any, v.Len())
		for i := range list {
			x, err := encodeValue(v.Index(i))
			if err != nil {
				return nil, err
			}
			list[i] = x
		}
		return list, nil
	case reflect.Func:
		return nil, fmt.Errorf("a bare function has no saved form; register it under a name")
	}
	return nil, fmt.Errorf("a field of type %s has no saved form", v.Type())
}
