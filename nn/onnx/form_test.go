package onnx

import (
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// fields cuts a message into its fields.
func fields(t *testing.T, m []byte) map[protowire.Number][][]byte {
	t.Helper()
	out := map[protowire.Number][][]byte{}
	for len(m) > 0 {
		num, kind, n := protowire.ConsumeTag(m)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		size := protowire.ConsumeFieldValue(num, kind, m[n:])
		if size < 0 {
			t.Fatal(protowire.ParseError(size))
		}
		v := m[n : n+size]
		if kind == protowire.BytesType {
			v, _ = protowire.ConsumeBytes(v)
		}
		out[num] = append(out[num], v)
		m = m[n+size:]
	}
	return out
}

// checkForm holds a file to the rules of ONNX that need no runtime: every name
// is made once, and before it is used.
func checkForm(t *testing.T, file []byte) {
	t.Helper()
	m := fields(t, file)
	if len(m[7]) != 1 || len(m[8]) != 1 {
		t.Fatalf("%d graphs and %d operator sets", len(m[7]), len(m[8]))
	}
	checkGraph(t, m[7][0], map[string]bool{"": true})
}

func checkGraph(t *testing.T, g []byte, outer map[string]bool) {
	t.Helper()
	known := map[string]bool{}
	for n := range outer {
		known[n] = true
	}
	f := fields(t, g)
	define := func(name string) {
		if known[name] {
			t.Errorf("%q is made twice", name)
		}
		known[name] = true
	}
	for _, i := range f[11] {
		define(string(fields(t, i)[1][0]))
	}
	for _, a := range f[5] {
		define(string(fields(t, a)[8][0]))
	}
	for _, n := range f[1] {
		nf := fields(t, n)
		for _, in := range nf[1] {
			if !known[string(in)] {
				t.Errorf("%s reads %q, which is not there yet", nf[3][0], in)
			}
		}
		for _, a := range nf[5] {
			if sub := fields(t, a)[6]; sub != nil {
				checkGraph(t, sub[0], known)
			}
		}
		for _, o := range nf[2] {
			define(string(o))
		}
	}
	if len(f[12]) == 0 {
		t.Error("the graph has no outputs")
	}
	for _, o := range f[12] {
		if name := string(fields(t, o)[1][0]); !known[name] {
			t.Errorf("output %q is not made", name)
		}
	}
}
