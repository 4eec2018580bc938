//go:build !js

package graphviz

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/goccy/go-graphviz"

	"github.com/antler-ml/antler/nn/plot"
)

func init() { plot.SetLayout(layout) }

// layout runs Graphviz.
func layout(ctx context.Context, dot []byte, prog, format string) ([]byte, error) {
	g, err := graphviz.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("graphviz: %w", err)
	}
	defer g.Close()
	drawing, err := graphviz.ParseBytes(dot)
	if err != nil {
		return nil, fmt.Errorf("graphviz: cannot read the drawing: %w", err)
	}
	defer drawing.Close()
	g.SetLayout(graphviz.Layout(prog))
	var b bytes.Buffer
	if err := g.Render(ctx, drawing, graphviz.Format(format), &b); err != nil {
		return nil, fmt.Errorf("graphviz: %w", err)
	}
	if b.Len() == 0 {
		return nil, fmt.Errorf("graphviz: nothing was drawn: %w", io.ErrUnexpectedEOF)
	}
	return b.Bytes(), nil
}
