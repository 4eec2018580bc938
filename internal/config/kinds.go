package config

import (
	"fmt"
	"reflect"
	"slices"
	"sync"
)

// A Kind writes and reads things whose wire form says more than their settings:
// layers have names, and models are drawings.
type Kind struct {
	Encode func(v any) (any, error)
	Decode func(x any) (any, error)
}

var kinds struct {
	sync.RWMutex
	of []kind
}

type kind struct {
	iface reflect.Type
	Kind
}

// RegisterKind makes fields that hold an I use k, whatever interface or pointer
// type they are declared with.
func RegisterKind[I any](k Kind) {
	kinds.Lock()
	defer kinds.Unlock()
	kinds.of = append(kinds.of, kind{reflect.TypeFor[I](), k})
}

// kindOf is the kind of what fields of type t hold.
func kindOf(t reflect.Type) (Kind, bool) {
	kinds.RLock()
	defer kinds.RUnlock()
	i := slices.IndexFunc(kinds.of, func(k kind) bool { return t.Implements(k.iface) })
	if i < 0 {
		return Kind{}, false
	}
	return kinds.of[i].Kind, true
}

// decodeKind sets a field from what its kind makes of x.
func decodeKind(v reflect.Value, k Kind, x any) error {
	thing, err := k.Decode(x)
	if err != nil {
		return err
	}
	t := reflect.ValueOf(thing)
	if !t.IsValid() || !t.Type().AssignableTo(v.Type()) {
		return fmt.Errorf("want %s, got %s", v.Type(), ClassName(thing))
	}
	v.Set(t)
	return nil
}
