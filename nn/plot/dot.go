package plot

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A Dot is a drawing in Graphviz' language. Change it as you like, then render
// it with [Dot.Create] or [Dot.Save].
// Keras: the pydot.Dot of model_to_dot.
type Dot struct {
	Name         string // of a cluster
	Attributes   Attributes
	NodeDefaults Attributes
	EdgeDefaults Attributes
	Nodes        []*Node
	Clusters     []*Dot
	Edges        []*Edge
}

// A Node is one box.
type Node struct {
	ID         string
	Attributes Attributes
}

// An Edge is an arrow between the boxes with two IDs.
type Edge struct {
	From, To   string
	Attributes Attributes
}

// Attributes are settings of Graphviz in order, such as shape or color.
type Attributes []Attribute

// An Attribute is one setting.
type Attribute struct{ Key, Value string }

// Set changes or adds a setting.
func (a *Attributes) Set(key, value string) {
	for i := range *a {
		if (*a)[i].Key == key {
			(*a)[i].Value = value
			return
		}
	}
	*a = append(*a, Attribute{key, value})
}

// Get returns a setting, "" when it is not there.
func (a Attributes) Get(key string) string {
	for _, x := range a {
		if x.Key == key {
			return x.Value
		}
	}
	return ""
}

// AddNode adds a box with a label and returns it.
func (d *Dot) AddNode(id, label string) *Node {
	n := &Node{ID: id, Attributes: Attributes{{"label", label}}}
	d.Nodes = append(d.Nodes, n)
	return n
}

// AddEdge adds an arrow, unless the drawing has it.
func (d *Dot) AddEdge(from, to string) {
	if !slices.ContainsFunc(d.Edges, func(e *Edge) bool { return e.From == from && e.To == to }) {
		d.Edges = append(d.Edges, &Edge{From: from, To: to})
	}
}

// Node returns the box with an ID, in clusters too; nil if there is none.
func (d *Dot) Node(id string) *Node {
	for _, n := range d.Nodes {
		if n.ID == id {
			return n
		}
	}
	for _, c := range d.Clusters {
		if n := c.Node(id); n != nil {
			return n
		}
	}
	return nil
}

// String is the drawing as DOT text.
func (d *Dot) String() string {
	var b strings.Builder
	d.WriteTo(&b)
	return b.String()
}

// WriteTo writes the drawing as DOT text.
func (d *Dot) WriteTo(w io.Writer) (int64, error) {
	c := &counter{w: w}
	b := bufio.NewWriter(c)
	fmt.Fprintln(b, "digraph G {")
	d.body(b, "  ")
	fmt.Fprintln(b, "}")
	err := b.Flush()
	return c.n, err
}

func (d *Dot) body(w *bufio.Writer, indent string) {
	for _, a := range d.Attributes {
		fmt.Fprintf(w, "%s%s=%s;\n", indent, a.Key, quote(a.Value))
	}
	if len(d.NodeDefaults) > 0 {
		fmt.Fprintf(w, "%snode%s;\n", indent, d.NodeDefaults)
	}
	if len(d.EdgeDefaults) > 0 {
		fmt.Fprintf(w, "%sedge%s;\n", indent, d.EdgeDefaults)
	}
	for _, n := range d.Nodes {
		fmt.Fprintf(w, "%s%s%s;\n", indent, quote(n.ID), n.Attributes)
	}
	for _, c := range d.Clusters {
		fmt.Fprintf(w, "%ssubgraph %s {\n", indent, quote("cluster_"+c.Name))
		c.body(w, indent+"  ")
		fmt.Fprintf(w, "%s}\n", indent)
	}
	for _, e := range d.Edges {
		fmt.Fprintf(w, "%s%s -> %s%s;\n", indent, quote(e.From), quote(e.To), e.Attributes)
	}
}

// String is the list in brackets, with a space before it.
func (a Attributes) String() string {
	if len(a) == 0 {
		return ""
	}
	var parts []string
	for _, x := range a {
		parts = append(parts, x.Key+"="+quote(x.Value))
	}
	return " [" + strings.Join(parts, ", ") + "]"
}

// quote makes a string of DOT. Backslashes stay: they mean something in labels.
func quote(s string) string {
	s = strings.ReplaceAll(s, `"`, `\"`)
	s = strings.ReplaceAll(s, "\n", `\n`)
	if n := len(s) - len(strings.TrimRight(s, `\`)); n%2 == 1 {
		s += `\` // else the end would be escaped
	}
	return `"` + s + `"`
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
