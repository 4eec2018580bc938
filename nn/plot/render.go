package plot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/antler-ml/antler/internal/atomicfile"
)

// layouts are the programs of Graphviz that place the boxes.
var layouts = []string{"dot", "neato", "fdp", "sfdp", "twopi", "circo"}

// written are the formats of Graphviz itself.
var written = []string{"svg", "json", "plain", "ps"}

// A Layout places the boxes and arrows of a drawing in DOT, and returns it as
// svg, json, plain or ps. prog is one of Graphviz' layouts, such as dot.
type Layout func(ctx context.Context, dot []byte, prog, format string) ([]byte, error)

// layout is what SetLayout was given last.
var layout atomic.Pointer[Layout]

// SetLayout says who places boxes and arrows from now on. Package
// nn/plot/graphviz calls it when it is imported.
func SetLayout(l Layout) { layout.Store(&l) }

// ErrNoLayout is returned for pictures of models in a program that cannot place
// boxes. The format dot needs no layout.
var ErrNoLayout = errors.New(`plot: this program cannot place boxes; add: import _ "github.com/antler-ml/antler/nn/plot/graphviz", or take the format dot`)

// Create renders the drawing. prog is the layout: dot (also ""), neato, fdp,
// sfdp, twopi or circo. format is png, jpg, svg, pdf, ps, json, plain or
// dot. All but dot need a layout: see [ErrNoLayout].
// Keras: pydot's Dot.create(prog, format).
func (d *Dot) Create(ctx context.Context, prog, format string) ([]byte, error) {
	return Render(ctx, []byte(d.String()), prog, format)
}

// Render is [Dot.Create] for a drawing that is DOT text, from whatever source.
func Render(ctx context.Context, dot []byte, prog, format string) ([]byte, error) {
	if prog == "" {
		prog = "dot"
	}
	format = strings.ToLower(format)
	if err := CheckRender(prog, format); err != nil {
		return nil, err
	}
	if isDot(format) {
		return dot, nil
	}
	place := layout.Load()
	if place == nil {
		return nil, ErrNoLayout
	}
	if slices.Contains(written, format) {
		return (*place)(ctx, dot, prog, format)
	}
	placed, err := (*place)(ctx, dot, prog, "json")
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

// CheckRender reports whether there are a layout and a format of these names.
// Callers with much to do before they draw ask first.
func CheckRender(prog, format string) error {
	if prog != "" && !slices.Contains(layouts, prog) {
		return fmt.Errorf("plot: layout %q is not known; want one of %s", prog, strings.Join(layouts, ", "))
	}
	if format = strings.ToLower(format); !isDot(format) && !slices.Contains(written, format) && !slices.Contains(drawn, format) {
		return fmt.Errorf("plot: format %q is not known; want one of dot, %s, %s", format, strings.Join(written, ", "), strings.Join(drawn, ", "))
	}
	return nil
}

func isDot(format string) bool { return format == "dot" || format == "gv" || format == "raw" }

// Save renders the drawing into a file whose ending says the format; png
// without one.
func (d *Dot) Save(ctx context.Context, path string) error {
	data, err := d.Create(ctx, "dot", FormatOf(path))
	if err != nil {
		return err
	}
	return atomicfile.WriteBytes(path, data)
}

// FormatOf is the format that a file's ending stands for; png without one.
func FormatOf(path string) string {
	if e := filepath.Ext(path); e != "" {
		return strings.ToLower(strings.TrimPrefix(e, "."))
	}
	return "png"
}
