package config

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
)

// The registry is filled by init functions and read afterwards: a closed table
// of names, so that no file can name code that the program did not link.
var registry = struct {
	sync.RWMutex
	types map[string][]reflect.Type // class name -> struct types
	names map[string][]any          // bare name -> values
}{types: map[string][]reflect.Type{}, names: map[string][]any{}}

// Register makes *T known under its class name, T's own name if none is given.
func Register[T any](class ...string) {
	t := reflect.TypeFor[T]()
	if len(class) == 0 {
		class = []string{t.Name()}
	}
	registry.Lock()
	defer registry.Unlock()
	for _, c := range class {
		registry.types[c] = append(registry.types[c], t)
	}
}

// RegisterName makes a value known under bare names. The first is the one it
// is written as; the others are aliases. The value is shared by all who look it
// up, so its defaults are filled in now: nobody may write to it later.
func RegisterName(v any, names ...string) {
	if err := Defaults(v); err != nil {
		panic(fmt.Sprintf("config: registering %q: %v", names, err))
	}
	registry.Lock()
	defer registry.Unlock()
	for _, n := range names {
		registry.names[n] = append(registry.names[n], v)
	}
}

// A Namer is written as a bare name instead of {"class_name", "config"}.
type Namer interface{ ConfigName() string }

// UnknownError says that a name is registered for no thing of the wanted kind.
type UnknownError struct {
	Name string
	Kind string
	want reflect.Type
}

func (e *UnknownError) Error() string {
	s := fmt.Sprintf("unknown %s %q", e.Kind, e.Name)
	if near := e.Near(); len(near) > 0 {
		s += fmt.Sprintf("; did you mean %q?", near[0])
	}
	return s
}

// Near lists registered names that look alike. They are looked for when somebody
// wants to read them: readers of models ask for names of several kinds, and most
// errors are no more than a no.
func (e *UnknownError) Near() []string { return Nearest(e.Name, Names(e.want)) }

// New returns a new value of the registered class that implements the
// interface type want: a pointer to a zero struct, no defaults applied.
func New(class string, want reflect.Type) (any, error) {
	registry.RLock()
	defer registry.RUnlock()
	for _, t := range registry.types[class] {
		if reflect.PointerTo(t).Implements(want) {
			return reflect.New(t).Interface(), nil
		}
	}
	return nil, unknown(class, want)
}

// Lookup returns the thing with a bare name (or a class name, with default
// settings) that implements want.
func Lookup(name string, want reflect.Type) (any, error) {
	registry.RLock()
	defer registry.RUnlock()
	for _, v := range registry.names[name] {
		if reflect.TypeOf(v).Implements(want) {
			return v, nil
		}
	}
	for _, t := range registry.types[name] {
		if reflect.PointerTo(t).Implements(want) {
			v := reflect.New(t).Interface()
			if err := Defaults(v); err != nil {
				return nil, err
			}
			return v, nil
		}
	}
	return nil, unknown(name, want)
}

// Get is Lookup for an interface type known at compile time.
func Get[I any](name string) (I, error) {
	v, err := Lookup(name, reflect.TypeFor[I]())
	if err != nil {
		var zero I
		return zero, err
	}
	return v.(I), nil
}

// Classes returns the class names of the types that implement want, sorted.
func Classes(want reflect.Type) []string {
	registry.RLock()
	defer registry.RUnlock()
	var out []string
	for n, ts := range registry.types {
		for _, t := range ts {
			if reflect.PointerTo(t).Implements(want) {
				out = append(out, n)
				break
			}
		}
	}
	slices.Sort(out)
	return out
}

// Names returns all bare names and class names that Lookup knows for want, sorted.
func Names(want reflect.Type) []string {
	out := Classes(want)
	registry.RLock()
	defer registry.RUnlock()
	for n, vs := range registry.names {
		for _, v := range vs {
			if reflect.TypeOf(v).Implements(want) {
				out = append(out, n)
				break
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func unknown(name string, want reflect.Type) error {
	return &UnknownError{Name: name, Kind: kindName(want), want: want}
}

// kindName is how messages call a kind of thing: initializer.
func kindName(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return SnakeCase(t.Name())
}
