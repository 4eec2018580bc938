package check

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/printable"
)

// lines is how many findings of one kind are shown.
const lines = 10

// Write writes the report for people. The unusable ones come first; of many of
// one kind some are shown.
func (r *Report) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s in %s, %s", cli.Plural(r.Pictures, "picture"), printable.Name(r.Root), cli.Bytes(r.Bytes))
	if len(r.Classes) > 1 || len(r.Classes) == 1 && r.Classes[0].Name != "" {
		var names []string
		for _, c := range r.Classes {
			name := printable.Name(c.Name)
			if c.Name == "" {
				name = "(no folder)"
			}
			names = append(names, name+" "+cli.Count(c.Pictures))
		}
		noun := "classes"
		if len(names) == 1 {
			noun = "class"
		}
		fmt.Fprintf(b, ", %d %s: %s", len(names), noun, cli.List(names, 12))
	}
	fmt.Fprintln(b)
	if len(r.Formats) > 0 {
		fmt.Fprintf(b, "formats: %s\n", counts(r.Formats, strings.ToUpper))
	}
	if len(r.Other) > 0 {
		fmt.Fprintf(b, "not looked at: files %s\n", counts(r.Other, func(ext string) string {
			if ext == "" {
				return "without extension"
			}
			return "." + printable.Name(ext)
		}))
	}
	for _, k := range kinds {
		r.writeKind(b, k.kind, k.one, k.many)
	}
	switch {
	case r.Pictures == 0:
		fmt.Fprintf(b, "no pictures\n")
	case len(r.Findings) == 0:
		fmt.Fprintf(b, "nothing is wrong\n")
	case r.Unusable == 0:
		fmt.Fprintf(b, "all pictures can be read\n")
	default:
		fmt.Fprintf(b, "%s of %s can be read\n", cli.Count(r.Pictures-r.Unusable), cli.Plural(r.Pictures, "picture"))
	}
	return b.Flush()
}

func (r *Report) writeKind(b *bufio.Writer, k Kind, one, many string) {
	n := r.Count(k)
	if n == 0 {
		return
	}
	what := many
	if n == 1 {
		what = one
	}
	if k == Near {
		what += fmt.Sprintf(" (at most %d of 64 bits of their looks differ)", r.Near)
	}
	fmt.Fprintf(b, "%s %s\n", cli.Count(n), what)
	shown := 0
	for _, f := range r.Findings {
		if f.Kind != k {
			continue
		}
		if shown++; shown > lines {
			fmt.Fprintf(b, "  … and %s more\n", cli.Count(n-lines))
			return
		}
		fmt.Fprintf(b, "  %s\n", f)
	}
}

// String is a line without the kind: names and reason.
func (f Finding) String() string {
	var names []string
	for i, n := range f.Names {
		if i == 6 {
			names = append(names, fmt.Sprintf("… and %d more", len(f.Names)-i))
			break
		}
		names = append(names, printable.Name(n))
	}
	s := strings.Join(names, " = ")
	if f.Kind == Near || f.Same == Near {
		s = strings.Join(names, " ≈ ")
	}
	switch {
	case f.Reason != "":
		s += ": " + f.Reason
	case f.Same != "" || f.Kind == Near:
		how := map[Kind]string{Duplicate: "the same file", SamePixels: "the same pixels", Near: "nearly the same", "": ""}[f.Same]
		if f.Distance > 0 || f.Kind == Near || f.Same == Near {
			how = strings.TrimPrefix(how+fmt.Sprintf(", distance %d", f.Distance), ", ")
		}
		s += " (" + how + ")"
	}
	return s
}

func counts(m map[string]int, name func(string) string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, name(k)+" "+cli.Count(m[k]))
	}
	return cli.List(parts, 12)
}

// A row is a finding for programs.
type row struct {
	Version  int      `json:"v"`
	Kind     Kind     `json:"kind"`
	Unusable bool     `json:"unusable"`
	Path     string   `json:"path,omitempty"`  // of one picture
	Paths    []string `json:"paths,omitempty"` // of several
	Raw      []string `json:"paths_base64,omitempty"`
	Reason   string   `json:"reason,omitempty"`
	Same     Kind     `json:"same,omitempty"`
	Distance *int     `json:"distance,omitempty"`
}

func (f Finding) row() row {
	r := row{Version: 1, Kind: f.Kind, Unusable: f.Kind.Unusable(), Reason: f.Reason, Same: f.Same}
	if len(f.Names) == 1 {
		r.Path = f.Names[0]
	} else {
		r.Paths = f.Names
	}
	if f.Kind == Near || f.Same == Near {
		r.Distance = &f.Distance
	}
	// JSON has no bytes that are not UTF-8.
	if slices.ContainsFunc(f.Names, func(n string) bool { return !utf8.ValidString(n) }) {
		for _, n := range f.Names {
			r.Raw = append(r.Raw, base64.StdEncoding.EncodeToString([]byte(n)))
		}
	}
	return r
}

// WriteList writes the findings as JSON Lines, one object for each: kind, path
// or paths (relative to the root), reason. The file appears whole or not at all.
func (r *Report) WriteList(path string) error {
	err := atomicfile.Write(path, func(w io.Writer) error {
		b := bufio.NewWriter(w)
		e := json.NewEncoder(b)
		e.SetEscapeHTML(false)
		for _, f := range r.Findings {
			if err := e.Encode(f.row()); err != nil {
				return err
			}
		}
		return b.Flush()
	})
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	return nil
}

// MarshalJSON writes the whole report as one object.
func (r *Report) MarshalJSON() ([]byte, error) {
	type class struct {
		Name     string `json:"name"`
		Pictures int    `json:"pictures"`
		Unusable int    `json:"unusable"`
	}
	o := struct {
		Version  int            `json:"v"`
		Root     string         `json:"root"`
		Pictures int            `json:"pictures"`
		Unusable int            `json:"unusable"`
		Bytes    int64          `json:"bytes"`
		Near     int            `json:"near_distance"`
		Classes  []class        `json:"classes"`
		Formats  map[string]int `json:"formats"`
		Other    map[string]int `json:"other_files"`
		Counts   map[Kind]int   `json:"counts"`
		Findings []row          `json:"findings"`
	}{1, r.Root, r.Pictures, r.Unusable, r.Bytes, r.Near, []class{}, r.Formats, r.Other, map[Kind]int{}, []row{}}
	for _, c := range r.Classes {
		o.Classes = append(o.Classes, class(c))
	}
	for _, f := range r.Findings {
		o.Counts[f.Kind]++
		o.Findings = append(o.Findings, f.row())
	}
	return json.Marshal(o)
}
