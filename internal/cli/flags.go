package cli

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/spf13/pflag"

	"github.com/antler-ml/antler/internal/config"
)

// Flags are command line flags in GNU style, made of the fields of a struct.
//
// A field with a tag flag:"epochs" becomes --epochs; short:"e" adds -e. Its
// value when Flags is called is the default. help:"N: what it is" is shown by
// Help; auto:"inferred" is shown in place of a default that the program finds
// itself. Fields are of type bool, int, uint64, float64, string, []float64 or
// []int (written 28x28 or 28,28), or []string (given once for each).
type Flags struct {
	set     *pflag.FlagSet
	program string
	fields  []field
	aliases map[string]string
}

type field struct {
	name, short, arg, help, auto, group string
	value                               reflect.Value
	def                                 string
	choices                             []string // nil: any value
}

// NewFlags makes flags of the fields of *cfg, a struct; embedded structs count.
// Aliases are other spellings of flags.
func NewFlags(program string, cfg any, aliases map[string]string) *Flags {
	f := &Flags{set: pflag.NewFlagSet(program, pflag.ContinueOnError), program: program, aliases: aliases}
	f.set.Usage = func() {}
	f.set.SetInterspersed(true)
	// Keras' spelling with underscores works too.
	f.set.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		name = strings.ReplaceAll(name, "_", "-")
		if to, ok := aliases[name]; ok {
			name = to
		}
		return pflag.NormalizedName(name)
	})
	f.add(reflect.ValueOf(cfg).Elem())
	return f
}

func (f *Flags) add(v reflect.Value) {
	for i := range v.NumField() {
		t := v.Type().Field(i)
		if t.Anonymous {
			f.add(v.Field(i))
			continue
		}
		name := t.Tag.Get("flag")
		if name == "" {
			continue
		}
		arg, help, ok := strings.Cut(t.Tag.Get("help"), ": ")
		if !ok {
			arg, help = "", arg
		}
		fl := field{name: name, short: t.Tag.Get("short"), arg: arg, help: help, auto: t.Tag.Get("auto"), group: t.Tag.Get("group"), value: v.Field(i), choices: choices(t.Tag.Get("choices"), arg)}
		val := &value{v.Field(i), arg, fl.choices}
		fl.def = val.String()
		f.set.VarP(val, name, fl.short, help)
		if t.Type.Kind() == reflect.Bool {
			f.set.Lookup(name).NoOptDefVal = "true"
		}
		f.fields = append(f.fields, fl)
	}
}

// Changed reports whether a flag was given.
func (f *Flags) Changed(name string) bool { return f.set.Changed(name) }

// ErrHelp says that --help was given.
var ErrHelp = pflag.ErrHelp

// Parse reads the arguments and returns what is no flag. Its errors are those
// of usage, with the nearest flag named.
func (f *Flags) Parse(args []string) ([]string, error) {
	if err := f.dashes(args); err != nil {
		return nil, err
	}
	err := f.set.Parse(args)
	if errors.Is(err, pflag.ErrHelp) {
		return nil, ErrHelp
	}
	if err != nil {
		return nil, f.explain(err)
	}
	rest := f.set.Args()
	for _, a := range rest {
		name, val, ok := strings.Cut(a, "=")
		if fl := f.set.Lookup(name); ok && fl != nil {
			return nil, Errorf(Usage, "%q is not how flags are written", a).Do("use --%s %s", fl.Name, Quote(val))
		}
	}
	return rest, nil
}

func (f *Flags) field(name string) field {
	for _, fl := range f.fields {
		if fl.name == name {
			return fl
		}
	}
	return field{}
}

// Set gives a flag a value as the command line would, without marking it as given.
func (f *Flags) Set(name, val string) error {
	fl := f.set.Lookup(name)
	if fl == nil {
		return fmt.Errorf("no setting is named %q", name)
	}
	return fl.Value.Set(val)
}

// Give sets a flag as if it had been given on the command line.
func (f *Flags) Give(name, val string) error {
	if err := f.Set(name, val); err != nil {
		return err // without pflag's words around it
	}
	f.set.Lookup(name).Changed = true
	return nil
}

// A Setting is a flag as configuration files and help see it.
type Setting struct {
	Name, Group, Help, Auto string
	Value                   any
}

// Settings returns all flags in order.
func (f *Flags) Settings() []Setting {
	var all []Setting
	for _, fl := range f.fields {
		all = append(all, Setting{fl.name, fl.group, fl.help, fl.auto, fl.value.Interface()})
	}
	return all
}

// Values returns all settings in order, under Keras' names with underscores.
func (f *Flags) Values() config.Object {
	var o config.Object
	for _, fl := range f.fields {
		o = append(o, config.Member{Key: strings.ReplaceAll(fl.name, "-", "_"), Value: fl.value.Interface()})
	}
	return o
}

// Given returns the flags that were given, as words of a command line.
func (f *Flags) Given(except ...string) []string {
	var words []string
	for _, fl := range f.fields {
		if !f.set.Changed(fl.name) || contains(except, fl.name) {
			continue
		}
		s := (&value{v: fl.value, arg: fl.arg}).String()
		if fl.value.Kind() == reflect.Bool {
			if s == "true" {
				words = append(words, "--"+fl.name)
			} else {
				words = append(words, "--"+fl.name+"=false")
			}
			continue
		}
		words = append(words, "--"+fl.name, Quote(s))
	}
	return words
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}
