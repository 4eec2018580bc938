package cli

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// value is a field as pflag sees it.
type value struct {
	v       reflect.Value
	arg     string
	choices []string // nil: any
}

// choices are the values of a flag: its own tag's where there are too many for
// the line of help, else those that its argument names.
func choices(tag, arg string) []string {
	if tag == "" {
		tag = arg
	}
	if list := strings.Split(tag, "|"); len(list) > 1 {
		return list
	}
	return nil
}

func (x *value) Type() string { return x.arg }

func (x *value) String() string {
	switch {
	case !x.v.IsValid():
		return ""
	case x.v.Kind() == reflect.Float64:
		return strconv.FormatFloat(x.v.Float(), 'g', -1, 64)
	case x.v.Kind() == reflect.Slice:
		var parts []string
		for i := range x.v.Len() {
			parts = append(parts, fmt.Sprint(x.v.Index(i).Interface()))
		}
		if x.arg == "H×W" {
			return strings.Join(parts, "x")
		}
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(x.v.Interface())
}

func (x *value) Set(s string) error {
	switch x.v.Kind() {
	case reflect.Bool:
		b, err := strconv.ParseBool(s)
		if err != nil {
			return errors.New("want true or false")
		}
		x.v.SetBool(b)
	case reflect.Int:
		n, err := strconv.Atoi(strings.NewReplacer(",", "", "_", "").Replace(s))
		if err != nil {
			return errors.New("want a whole number")
		}
		x.v.SetInt(int64(n))
	case reflect.Uint64:
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			return errors.New("want a whole number, 0 or more")
		}
		x.v.SetUint(n)
	case reflect.Float64:
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || n != n || n-n != 0 {
			return errors.New("want a number")
		}
		x.v.SetFloat(n)
	case reflect.String:
		x.v.SetString(s)
		if n := len(x.choices); n > 0 && !contains(x.choices, s) {
			return fmt.Errorf("want %s or %s", strings.Join(x.choices[:n-1], ", "), x.choices[n-1])
		}
	case reflect.Slice:
		if x.v.Type().Elem().Kind() == reflect.String { // may be given several times
			x.v.Set(reflect.Append(x.v, reflect.ValueOf(s)))
			return nil
		}
		return x.setList(s)
	}
	return nil
}

// setList reads two numbers: 28x28, 28,28, or one for both.
func (x *value) setList(s string) error {
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("x×, ()[]", r) })
	if len(parts) == 1 && x.arg == "H×W" {
		parts = append(parts, parts[0])
	}
	if len(parts) != 2 {
		return fmt.Errorf("want two numbers (%s)", x.arg)
	}
	list := reflect.MakeSlice(x.v.Type(), 2, 2)
	for i, p := range parts {
		if err := (&value{v: list.Index(i)}).Set(p); err != nil {
			return err
		}
	}
	x.v.Set(list)
	return nil
}
