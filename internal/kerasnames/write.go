package main

import (
	"fmt"
	"strings"
)

// section is the table of a module, with its head.
func (t *table) section(module string) string {
	return "| Keras | Antler |\n|---|---|\n" + t.rows(module)
}

// rows are the lines of the table of a module, without what is missing.
func (t *table) rows(module string) string {
	var b strings.Builder
	for _, name := range t.names[module] {
		cs := t.found[module][name]
		if len(cs) == 0 {
			continue
		}
		var cells []string
		for _, c := range cs {
			cell := "`" + c.of + "`"
			if c.note != "" {
				cell += " (" + c.note + ")"
			}
			cells = append(cells, cell)
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", name, strings.Join(cells, ", "))
	}
	return b.String()
}

// document is docs/keras-names.md.
func (t *table) document() string {
	var b strings.Builder
	b.WriteString("# Where the names of Keras are\n\n" + strings.TrimSuffix(begin, "\n") + `

Every public name of Keras 2 (tf-keras), by module, and what it is called here. Names are in Go's spelling; what is called otherwise, or is to be found
elsewhere, has its Keras name in its doc comment. Arguments of Keras are fields of the struct, under the same names.
`)
	for _, m := range t.modules {
		missing := t.missing(m)
		all := len(t.names[m])
		fmt.Fprintf(&b, "\n## %s\n\n", m)
		if rows := t.rows(m); rows != "" {
			b.WriteString(t.section(m))
		}
		if len(missing) > 0 {
			fmt.Fprintf(&b, "\nWithout a name of their own here, %d of %d:\n\n%s", len(missing), all, why(m, missing))
		}
	}
	return b.String()
}

// why lists names that are not here by their reasons, those without one last.
func why(module string, missing []string) string {
	var order []string
	names := map[string][]string{}
	for _, n := range missing {
		r := reason(module, n)
		if names[r] == nil && r != "" {
			order = append(order, r)
		}
		names[r] = append(names[r], "`"+n+"`")
	}
	var b strings.Builder
	for _, r := range order {
		fmt.Fprintf(&b, "- %s: %s.\n", strings.Join(names[r], ", "), r)
	}
	if rest := names[""]; rest != nil {
		fmt.Fprintf(&b, "- %s.\n", strings.Join(rest, ", "))
	}
	return b.String()
}
