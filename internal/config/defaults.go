package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Defaults fills every zero field of the struct that v points to with the
// value of its default tag, and completes the things that its fields hold (see
// [Complete]). It is idempotent. What is no pointer to a struct stays as it is.
func Defaults(v any) error { return fill(v, false) }

// Missing is [Defaults] for a struct that [Decode] made: a number that is 0 was
// read there, and stays. What is nil or empty gets its default.
func Missing(v any) error { return fill(v, true) }

func fill(v any, decoded bool) error {
	p := reflect.ValueOf(v)
	if p.Kind() != reflect.Pointer || p.IsNil() || p.Elem().Kind() != reflect.Struct {
		return nil
	}
	s := p.Elem()
	for _, f := range fieldsOf(s.Type()) {
		field := s.Field(f.index)
		if f.hasDef && field.IsZero() && !(decoded && (field.CanInt() || field.CanFloat())) {
			if err := parseInto(field, f.def); err != nil {
				return fmt.Errorf("config: %s.%s: default %q: %w", s.Type().Name(), f.name, f.def, err)
			}
		}
		if field.Kind() != reflect.Interface || field.IsNil() {
			continue
		}
		old := field.Interface()
		thing, err := complete(old, decoded)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if !reflect.TypeOf(old).Comparable() || thing != old { // a struct became a pointer to one
			field.Set(reflect.ValueOf(thing))
		}
	}
	return nil
}

// Complete fills the defaults of a thing in and validates it. A pointer to a
// struct is completed in place; a struct that has settings becomes a pointer
// to a completed copy, so that BinaryAccuracy{} means what &BinaryAccuracy{}
// means.
func Complete(v any) (any, error) { return complete(v, false) }

func complete(v any, decoded bool) (any, error) {
	if t := reflect.TypeOf(v); t != nil && t.Kind() == reflect.Struct && len(fieldsOf(t)) > 0 {
		p := reflect.New(t)
		p.Elem().Set(reflect.ValueOf(v))
		v = p.Interface()
	}
	if err := fill(v, decoded); err != nil {
		return nil, err
	}
	if x, ok := v.(interface{ Validate() error }); ok {
		if err := x.Validate(); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// parseInto sets a field from the text of a default tag or a flag.
func parseInto(v reflect.Value, text string) error {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return parseInto(v.Elem(), text)
	case reflect.Interface:
		x, err := Lookup(text, v.Type())
		if err != nil {
			return err
		}
		v.Set(reflect.ValueOf(x))
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("want true or false, got %q", text)
		}
		v.SetBool(b)
	case reflect.Int, reflect.Int64, reflect.Int32:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || v.OverflowInt(n) {
			return fmt.Errorf("want a whole number, got %q", text)
		}
		v.SetInt(n)
	case reflect.Float32, reflect.Float64:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || v.OverflowFloat(x) {
			return fmt.Errorf("want a number, got %q", text)
		}
		v.SetFloat(x)
	case reflect.Array:
		parts := strings.Split(text, ",")
		if len(parts) != 1 && len(parts) != v.Len() {
			return fmt.Errorf("want 1 or %d numbers separated by commas, got %q", v.Len(), text)
		}
		for i := range v.Len() {
			if err := parseInto(v.Index(i), strings.TrimSpace(parts[i%len(parts)])); err != nil {
				return err
			}
		}
	case reflect.Slice:
		parts := strings.Split(text, ",")
		v.Set(reflect.MakeSlice(v.Type(), len(parts), len(parts)))
		for i, p := range parts {
			if err := parseInto(v.Index(i), strings.TrimSpace(p)); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("a field of type %s cannot have a default", v.Type())
	}
	return nil
}
