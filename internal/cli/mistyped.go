package cli

import (
	"errors"
	"reflect"
	"strings"

	"github.com/spf13/pflag"

	"github.com/antler-ml/antler/internal/config"
)

// dashes refuses -epochs, which GNU style would read as -e pochs.
func (f *Flags) dashes(args []string) error {
	for _, a := range args {
		if a == "--" {
			break
		}
		name, _, _ := strings.Cut(a, "=")
		if len(name) < 3 || name[0] != '-' || name[1] == '-' {
			continue
		}
		if fl := f.set.Lookup(name[1:]); fl != nil {
			return Errorf(Usage, "%s has one dash; names of flags have two", name).Do("use --%s", fl.Name)
		}
	}
	return nil
}

func (f *Flags) names() []string {
	var names []string
	for _, fl := range f.fields {
		names = append(names, fl.name)
	}
	return names
}

// explain makes an Error of what pflag says.
func (f *Flags) explain(err error) error {
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		name := strings.ReplaceAll(unknown.GetSpecifiedName(), "_", "-")
		if unknown.GetSpecifiedShortnames() != "" {
			e := Errorf(Usage, "unknown flag -%s in -%s", unknown.GetSpecifiedName(), unknown.GetSpecifiedShortnames())
			if long := unknown.GetSpecifiedShortnames(); len(long) > 1 {
				if near := config.Nearest(long, f.names()); len(near) > 0 {
					return e.Do("long flags have two dashes: --%s", near[0])
				}
			}
			return e.Do("%s --help lists all flags", f.program)
		}
		e := Errorf(Usage, "unknown flag --%s", unknown.GetSpecifiedName())
		if near := f.nearest(name); near != "" {
			return e.Do("did you mean --%s?", near)
		}
		return e.Do("%s --help lists all flags", f.program)
	case errors.As(err, &missing):
		fl := f.field(missing.GetFlag().Name)
		return Errorf(Usage, "--%s needs a value", fl.name).Do("for example --%s %s", fl.name, fl.example())
	case errors.As(err, &invalid):
		fl := f.field(invalid.GetFlag().Name)
		return Errorf(Usage, "--%s %s: %v", fl.name, Quote(invalid.GetValue()), invalid.Unwrap()).Do("for example --%s %s", fl.name, fl.example())
	}
	return Errorf(Usage, "%w", err)
}

// nearest is the flag that was probably meant: by spelling, or one that begins
// with what was typed or contains it.
func (f *Flags) nearest(name string) string {
	names := f.names()
	for a := range f.aliases {
		names = append(names, a)
	}
	resolve := func(n string) string {
		if to, ok := f.aliases[n]; ok {
			return to
		}
		return n
	}
	near := config.Nearest(name, names)
	for _, n := range f.names() {
		if len(name) >= 4 && strings.HasPrefix(n, name) && len(near) == 0 {
			return n
		}
	}
	if len(near) > 0 {
		return resolve(near[0])
	}
	for _, n := range f.names() {
		if len(name) >= 4 && strings.Contains(n, name) {
			return n
		}
	}
	return ""
}

func (fl field) example() string {
	if fl.def != "" && fl.def != "0" {
		return fl.def
	}
	switch fl.arg {
	case "H×W":
		return "64x64"
	case "LO,HI":
		return "0.8,1.2"
	case "DIR", "RUN":
		return "runs/1-images"
	}
	switch fl.value.Kind() {
	case reflect.Int, reflect.Uint64:
		return "10"
	case reflect.Float64:
		return "0.1"
	}
	if len(fl.choices) > 0 {
		return fl.choices[0]
	}
	return strings.ToLower(fl.arg)
}
