package subword

import "testing"

func FuzzFromJSON(f *testing.F) {
	// The seeds are small files in testdata/fuzz, one for each family of parts.
	f.Fuzz(func(t *testing.T, data []byte) {
		tok, err := FromJSON(data)
		if err != nil {
			return
		}
		out, err := tok.ToJSON()
		if err != nil {
			t.Fatal(err)
		}
		back, err := FromJSON(out)
		if err != nil {
			t.Fatalf("%v in what we wrote: %s", err, out)
		}
		for _, s := range []string{"", "Some text, é\u0301 世界 1234 x \xff  [MASK]", "  "} {
			e := tok.Encode(s, EncodeConfig{})
			for i, o := range e.Offsets {
				if o[0] < 0 || o[1] > len(s) || o[0] > o[1] {
					t.Fatalf("%q: piece %q at %v", s, e.Pieces[i], o)
				}
			}
			if got := back.AppendIDs(nil, s, EncodeConfig{}); len(got) != len(e.IDs) {
				t.Fatalf("%q: %v and, after writing, %v", s, e.IDs, got)
			}
			tok.Decode(e.IDs, true)
		}
	})
}

func FuzzEncode(f *testing.F) {
	toks := map[string]*Tokenizer{}
	for _, name := range models(f) {
		toks[name] = loadModel(f, name)
	}
	f.Add("Hello, wörld! 123\n\n  e\u0301 \u0301 안녕 <mask> TOKEN \xff\xfe")
	f.Fuzz(func(t *testing.T, s string) {
		for name, tok := range toks {
			e := tok.Encode(s, EncodeConfig{})
			ids := tok.AppendIDs(nil, s, EncodeConfig{})
			if len(ids) != len(e.IDs) {
				t.Fatalf("%s: %q: %v and %v", name, s, ids, e.IDs)
			}
			for i, o := range e.Offsets {
				if ids[i] != e.IDs[i] || o[0] < 0 || o[1] > len(s) || o[0] > o[1] {
					t.Fatalf("%s: %q: piece %q at %v", name, s, e.Pieces[i], o)
				}
			}
			tok.Decode(ids, false)
		}
	})
}
