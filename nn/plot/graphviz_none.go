//go:build js

package plot

import (
	"context"
	"errors"
)

// layout: a module that Graphviz needs does not build for the browser.
func layout(context.Context, string, string, string) ([]byte, error) {
	return nil, errors.New("plot: Graphviz is not in programs for the browser; take the format dot, and render it elsewhere")
}
