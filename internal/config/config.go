// Package config is the struct-tag codec: one struct is the keyword-argument
// list, the JSON configuration and the documentation of a thing.
//
// An exported field is a setting. Its key is the field's name in snake_case
// (KernelInitializer is kernel_initializer), or what the tag keras:"…" says;
// keras:"-" leaves it out. The tag default:"…" gives the value that [Defaults]
// puts where the field is zero. Embedded structs are not settings.
//
// The tag null:"-1" names the number that stands for what Keras writes as null,
// in a field of whole numbers or in a list of them. With single:"true" a list of
// one number is written as that number.
//
// Two fields may have one key where Keras takes a plain value or a thing: a
// number, say, or a schedule. The value says which field it is for, the other
// one is then as if no value were given; the thing is written if there is one.
//
// A field of interface type holds a thing with settings of its own. It is
// written as a bare name when the value was registered with [RegisterName],
// else as {"class_name": …, "config": {…}}.
package config

import (
	"reflect"
	"strconv"
	"strings"
	"unicode"
)

// field is one setting of a struct.
type field struct {
	index  int
	name   string // Go name
	key    string // Keras name
	def    string
	hasDef bool
	null   *int64 // see the tag null
	single bool
	twin   int // index of the other field with this key, or -1
}

// fieldsOf lists the settings of a struct type, in order.
func fieldsOf(t reflect.Type) []field {
	var fs []field
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() || f.Anonymous {
			continue
		}
		key := f.Tag.Get("keras")
		if key == "-" {
			continue
		}
		if key == "" {
			key = SnakeCase(f.Name)
		}
		def, has := f.Tag.Lookup("default")
		fs = append(fs, field{index: i, name: f.Name, key: key, def: def, hasDef: has, twin: -1, single: f.Tag.Get("single") == "true"})
		if n, err := strconv.ParseInt(f.Tag.Get("null"), 10, 64); err == nil {
			fs[len(fs)-1].null = &n
		}
		for k := range fs[:len(fs)-1] {
			if fs[k].key == key {
				fs[k].twin, fs[len(fs)-1].twin = i, fs[k].index
			}
		}
	}
	return fs
}

// Keys returns the Keras names of a struct's settings, in order. v is a struct
// or a pointer to one.
func Keys(v any) []string {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var keys []string
	if t.Kind() != reflect.Struct {
		return nil
	}
	for _, f := range fieldsOf(t) {
		if f.twin < 0 || f.index < f.twin {
			keys = append(keys, f.key)
		}
	}
	return keys
}

// SnakeCase turns a Go name into a Keras argument name: UseBias is use_bias,
// InputDim is input_dim, OOVToken is oov_token.
func SnakeCase(s string) string {
	var b strings.Builder
	r := []rune(s)
	for i, c := range r {
		if unicode.IsUpper(c) {
			afterLower := i > 0 && !unicode.IsUpper(r[i-1])
			beforeLower := i > 0 && i+1 < len(r) && unicode.IsLower(r[i+1])
			if afterLower || beforeLower {
				b.WriteByte('_')
			}
			c = unicode.ToLower(c)
		}
		b.WriteRune(c)
	}
	return b.String()
}
