//go:build !js

package plot

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/goccy/go-graphviz"
)

// layout runs Graphviz.
func layout(ctx context.Context, dot, prog, format string) (out []byte, err error) {
	g, err := graphviz.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("plot: %w", err)
	}
	defer g.Close()
	drawing, err := graphviz.ParseBytes([]byte(dot))
	if err != nil {
		return nil, fmt.Errorf("plot: Graphviz cannot read the drawing: %w", err)
	}
	defer drawing.Close()
	g.SetLayout(graphviz.Layout(prog))
	var b bytes.Buffer
	if err := g.Render(ctx, drawing, graphviz.Format(format), &b); err != nil {
		return nil, fmt.Errorf("plot: %w", err)
	}
	if b.Len() == 0 {
		return nil, fmt.Errorf("plot: Graphviz drew nothing: %w", io.ErrUnexpectedEOF)
	}
	return b.Bytes(), nil
}
