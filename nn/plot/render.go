package plot

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/atomicfile"
)

// Layouts are the programs of Graphviz that place the boxes.
var layouts = []string{"dot", "neato", "fdp", "sfdp", "twopi", "circo"}

// Formats of Graphviz itself.
var written = []string{"svg", "json", "plain", "ps"}

// Create renders the drawing. prog is the layout: dot (also ""), neato, fdp,
// sfdp, twopi or circo. format is png, jpg, svg, pdf, ps, json, plain or
// dot.
// Keras: pydot's Dot.create(prog, format).
func (d *Dot) Create(ctx context.Context, prog, format string) ([]byte, error) {
	if prog == "" {
		prog = "dot"
	}
	if !slices.Contains(layouts, prog) {
		return nil, fmt.Errorf("plot: layout %q is not known; want one of %s", prog, strings.Join(layouts, ", "))
	}
	format = strings.ToLower(format)
	switch {
	case format == "dot" || format == "gv" || format == "raw":
		return []byte(d.String()), nil
	case slices.Contains(written, format):
		return layout(ctx, d.String(), prog, format)
	case !slices.Contains(drawn, format):
		return nil, fmt.Errorf("plot: format %q is not known; want one of dot, %s, %s", format, strings.Join(written, ", "), strings.Join(drawn, ", "))
	}
	placed, err := layout(ctx, d.String(), prog, "json")
	if err != nil {
		return nil, err
	}
	p, err := fromLayout(placed)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = p.Write(&b, format)
	return b.Bytes(), err
}

// Save renders the drawing into a file whose ending says the format; png
// without one.
func (d *Dot) Save(ctx context.Context, path string) error {
	data, err := d.Create(ctx, "dot", formatOf(path))
	if err != nil {
		return err
	}
	return atomicfile.WriteBytes(path, data)
}

// formatOf is a file's ending.
func formatOf(path string) string {
	if e := filepath.Ext(path); e != "" {
		return strings.TrimPrefix(e, ".")
	}
	return "png"
}
