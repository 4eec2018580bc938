package cli

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
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
// []int (written 28x28 or 28,28).
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
		fl := field{name: name, short: t.Tag.Get("short"), arg: arg, help: help, auto: t.Tag.Get("auto"), group: t.Tag.Get("group"), value: v.Field(i)}
		val := &value{v.Field(i), arg}
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

func (f *Flags) field(name string) field {
	for _, fl := range f.fields {
		if fl.name == name {
			return fl
		}
	}
	return field{}
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
	if fl.arg != "" && strings.Contains(fl.arg, "|") {
		return strings.Split(fl.arg, "|")[0]
	}
	return strings.ToLower(fl.arg)
}

// Set gives a flag a value as the command line would, without marking it as given.
func (f *Flags) Set(name, val string) error {
	fl := f.set.Lookup(name)
	if fl == nil {
		return fmt.Errorf("no setting is named %q", name)
	}
	return fl.Value.Set(val)
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
		s := (&value{fl.value, fl.arg}).String()
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

// Help returns the flags of a group, one a line with its default.
func (f *Flags) Help(group string) string {
	var b strings.Builder
	for _, fl := range f.fields {
		if fl.group != group {
			continue
		}
		left := "    --" + fl.name
		if fl.short != "" {
			left = "-" + fl.short + ", --" + fl.name
		}
		if fl.arg != "" && fl.value.Kind() != reflect.Bool {
			left += " " + fl.arg
		}
		fmt.Fprintf(&b, "  %-36s %s (%s)\n", left, fl.help, fl.shown())
	}
	return b.String()
}

// HelpShort returns the flags of a group with their defaults, several a line.
func (f *Flags) HelpShort(group string, width int) string {
	var b strings.Builder
	line := " "
	for _, fl := range f.fields {
		if fl.group != group {
			continue
		}
		cell := fmt.Sprintf(" --%s (%s)", fl.name, fl.shown())
		if len([]rune(line))+len([]rune(cell)) > width {
			b.WriteString(line + "\n")
			line = " "
		}
		line += cell
	}
	b.WriteString(line + "\n")
	return b.String()
}

// shown is the default as Help prints it.
func (fl field) shown() string {
	switch {
	case fl.auto != "":
		return fl.auto
	case fl.value.Kind() == reflect.Bool && fl.def == "false":
		return "off"
	case fl.value.Kind() == reflect.Bool:
		return "on"
	case fl.def == "":
		return "none"
	}
	return fl.def
}

// value is a field as pflag sees it.
type value struct {
	v   reflect.Value
	arg string
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
		if choices := strings.Split(x.arg, "|"); len(choices) > 1 && !contains(choices, s) {
			return fmt.Errorf("want %s", strings.Join(choices[:len(choices)-1], ", ")+" or "+choices[len(choices)-1])
		}
	case reflect.Slice:
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
		if err := (&value{list.Index(i), ""}).Set(p); err != nil {
			return err
		}
	}
	x.v.Set(list)
	return nil
}
