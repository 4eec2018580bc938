package text

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// Dictionaries in any order of themselves and of their members, with members
// that are missing, added or changed: each is what the file says.
func TestDictionariesAsTheyStand(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"a", "b", "c", "d", "e", "f"}
	type member struct {
		key   string
		value any
	}
	text := func(ms []member) string {
		var b strings.Builder
		for i, m := range ms {
			v, _ := json.Marshal(m.value)
			b.WriteString([]string{"{", ", "}[min(i, 1)])
			fmt.Fprintf(&b, "%q: %s", m.key, v)
		}
		if len(ms) == 0 {
			return "{}"
		}
		return b.String() + "}"
	}
	for range 3000 {
		dicts := map[string][]member{}
		for i, w := range words {
			dicts["word_counts"] = append(dicts["word_counts"], member{w, 20 - i})
			dicts["word_docs"] = append(dicts["word_docs"], member{w, 9 - i})
			dicts["index_docs"] = append(dicts["index_docs"], member{fmt.Sprint(i + 1), 9 - i})
			dicts["index_word"] = append(dicts["index_word"], member{fmt.Sprint(i + 1), w})
			dicts["word_index"] = append(dicts["word_index"], member{w, i + 1})
		}
		for change := range r.IntN(3) {
			name := dictionaries[r.IntN(5)]
			d := dicts[name]
			i := r.IntN(max(len(d), 1))
			switch r.IntN(5) {
			case 0:
				d = d[:i]
			case 1:
				r.Shuffle(len(d), func(i, j int) { d[i], d[j] = d[j], d[i] })
			case 2:
				if name == "index_word" {
					d = append(d, member{fmt.Sprint(77 + change), "g"})
				} else if name == "index_docs" {
					d = append(d, member{fmt.Sprint(5000000000 + change), 3})
				} else {
					d = append(d, member{fmt.Sprint("g", change), 70 + change})
				}
			case 3:
				if len(d) > 0 && name != "index_word" {
					d[i].value = 30 + change
				}
			case 4:
				if len(d) > 0 && name == "index_word" {
					d[i].value = "other"
				} else if len(d) > 0 {
					d[i].value = 1<<40 + change
					if name == "word_index" {
						d[i].value = 1<<30 + change
					}
				}
			}
			dicts[name] = d
		}
		parts := []string{`"lower": true`, `"document_count": 9`}
		for _, name := range dictionaries {
			s, _ := json.Marshal(text(dicts[name]))
			parts = append(parts, fmt.Sprintf("%q: %s", name, s))
		}
		if r.IntN(2) == 0 {
			r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		}
		file := `{"class_name": "Tokenizer", "config": {` + strings.Join(parts, ", ") + "}}"
		tok, err := FromJSON([]byte(file))
		if err != nil {
			t.Fatalf("%v: %s", err, file)
		}
		c := tok.GetConfig()
		for name, got := range map[string]string{"word_counts": c.WordCounts, "word_docs": c.WordDocs, "index_docs": c.IndexDocs, "index_word": c.IndexWord, "word_index": c.WordIndex} {
			if want := text(dicts[name]); got != want {
				t.Fatalf("%s is\n%s, want\n%s of\n%s", name, got, want, file)
			}
		}
		for _, m := range dicts["index_word"] {
			var n int
			fmt.Sscan(m.key, &n)
			if w, ok := tok.Word(n); !ok || w != m.value {
				t.Fatalf("Word(%d) = %q, want %v of %s", n, w, m.value, file)
			}
		}
		for _, m := range dicts["word_index"] {
			if n, ok := tok.Index(m.key); !ok || n != m.value {
				t.Fatalf("Index(%q) = %d, want %v of %s", m.key, n, m.value, file)
			}
		}
	}
}
