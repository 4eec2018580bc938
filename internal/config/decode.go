package config

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
)

// Decode sets the fields of the struct that v points to from a decoded JSON
// object (map[string]any, numbers as float64). Fields whose key is absent get
// their defaults; a key that is no setting is an error unless it is in ignore.
// Explicit values are kept even when they are zero.
func Decode(v any, m map[string]any, ignore ...string) error {
	s := reflect.ValueOf(v).Elem()
	if s.Kind() != reflect.Struct { // a function with a name: no settings
		return nil
	}
	fs := fieldsOf(s.Type())
	var keys []string
	for _, f := range fs {
		keys = append(keys, f.key)
	}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if !slices.Contains(keys, k) && !slices.Contains(ignore, k) {
			err := fmt.Errorf("config: %s has no setting %q", s.Type().Name(), k)
			if near := Nearest(k, keys); len(near) > 0 {
				err = fmt.Errorf("%w; did you mean %q?", err, near[0])
			}
			return err
		}
	}
	var errs []error
	for _, f := range fs {
		x, given := m[f.key]
		if f.twin >= 0 && isThing(x) != (s.Field(f.index).Kind() == reflect.Interface) {
			given = false
		}
		var err error
		switch {
		case given:
			err = decodeValue(s.Field(f.index), f.fromNull(x))
		case f.hasDef:
			err = parseInto(s.Field(f.index), f.def)
		default:
			s.Field(f.index).SetZero()
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("config: %s: %s: %w", s.Type().Name(), f.key, err))
		}
	}
	return errors.Join(errs...)
}

// isThing reports whether a decoded value is one with settings of its own.
func isThing(x any) bool {
	switch x.(type) {
	case string, map[string]any:
		return true
	}
	return false
}

// DecodeThing is the inverse of [EncodeThing] for things that implement want.
func DecodeThing(x any, want reflect.Type) (any, error) {
	switch x := x.(type) {
	case nil:
		return nil, nil
	case string:
		return Lookup(x, want)
	case map[string]any:
		class, ok := x["class_name"].(string)
		if !ok {
			return nil, fmt.Errorf("want a name or {\"class_name\", \"config\"}, got an object without class_name")
		}
		v, err := New(class, want)
		if err != nil {
			return nil, err
		}
		cfg, ok := x["config"].(map[string]any)
		if !ok && x["config"] != nil {
			return nil, fmt.Errorf("%s: want an object as config, got %v (%T)", class, x["config"], x["config"])
		}
		return v, Decode(v, cfg, "name", "dtype", "trainable")
	}
	return nil, fmt.Errorf("want a name or {\"class_name\", \"config\"}, got %T", x)
}

func decodeValue(v reflect.Value, x any) error {
	if x == nil {
		v.SetZero()
		if n, ok := v.Interface().(Nuller); ok {
			v.SetString(n.ConfigNull())
		}
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		if k, ok := kindOf(v.Type()); ok {
			return decodeKind(v, k, x)
		}
		if v.Type().Elem().Kind() == reflect.Struct {
			return decodePointer(v, x)
		}
		p := reflect.New(v.Type().Elem())
		if err := decodeValue(p.Elem(), x); err != nil {
			return err
		}
		v.Set(p)
		return nil
	case reflect.Interface:
		if k, ok := kindOf(v.Type()); ok {
			return decodeKind(v, k, x)
		}
		t, err := DecodeThing(x, v.Type())
		if err != nil {
			return err
		}
		v.Set(reflect.ValueOf(t))
		return nil
	case reflect.Slice, reflect.Array:
		return decodeList(v, x)
	case reflect.Bool:
		if b, ok := x.(bool); ok {
			v.SetBool(b)
			return nil
		}
	case reflect.String:
		if s, ok := x.(string); ok {
			v.SetString(s)
			return nil
		}
	case reflect.Float32, reflect.Float64:
		if f, ok := x.(float64); ok && !v.OverflowFloat(f) {
			v.SetFloat(f)
			return nil
		}
	case reflect.Int, reflect.Int32, reflect.Int64:
		if f, ok := x.(float64); ok && f == math.Trunc(f) && math.Abs(f) < 1<<53 && !v.OverflowInt(int64(f)) {
			v.SetInt(int64(f))
			return nil
		}
		if l, ok := x.([]any); ok && len(l) == 1 { // so Keras writes the sizes of Conv1D and its like
			return decodeValue(v, l[0])
		}
	}
	return fmt.Errorf("want %s, got %v (%T)", v.Type(), x, x)
}

// decodePointer sets a field that holds a pointer to a struct of one type.
func decodePointer(v reflect.Value, x any) error {
	p := reflect.New(v.Type().Elem())
	class := ClassName(p.Interface())
	m, _ := x.(map[string]any)
	cfg, ok := m["config"].(map[string]any)
	if m["class_name"] != class || !ok && m["config"] != nil {
		return fmt.Errorf("want {\"class_name\": %q, \"config\": {…}}, got %v", class, x)
	}
	if err := Decode(p.Interface(), cfg, "name", "dtype", "trainable"); err != nil {
		return err
	}
	v.Set(p)
	return nil
}

func decodeList(v reflect.Value, x any) error {
	list, ok := x.([]any)
	if !ok { // Keras takes one number for all dimensions
		list = []any{x}
		if v.Kind() == reflect.Array {
			for len(list) < v.Len() {
				list = append(list, x)
			}
		}
	}
	if v.Kind() == reflect.Array {
		if len(list) != v.Len() {
			return fmt.Errorf("want %d values, got %d", v.Len(), len(list))
		}
	} else {
		v.Set(reflect.MakeSlice(v.Type(), len(list), len(list)))
	}
	for i, e := range list {
		if err := decodeValue(v.Index(i), e); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return nil
}
