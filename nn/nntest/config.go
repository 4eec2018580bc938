package nntest

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/antler-ml/antler/internal/config"
)

// complete fills defaults in and validates, as the first use does.
func complete(t reporter, v any) any {
	t.Helper()
	v, err := config.Complete(v)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return v
}

// roundTripThing writes a thing with settings to JSON and reads it back as
// something that implements want. It returns the copy.
func roundTripThing(t reporter, v any, want reflect.Type) any {
	t.Helper()
	first := encodeThing(t, v)
	var x any
	if err := json.Unmarshal(first, &x); err != nil {
		t.Fatalf("%v", err)
	}
	copied, err := config.DecodeThing(x, want)
	if err != nil {
		t.Fatalf("%s cannot be read back: %v; register its type with nn.Register[T](), or its name with nn.Alias", first, err)
	}
	if second := encodeThing(t, copied); !bytes.Equal(first, second) {
		t.Errorf("settings change on the way to JSON and back:\n%s\n%s", first, second)
	}
	return copied
}

func encodeThing(t reporter, v any) []byte {
	t.Helper()
	x, err := config.EncodeThing(v)
	if err != nil {
		t.Fatalf("%v", err)
	}
	b, err := json.Marshal(x)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return b
}
