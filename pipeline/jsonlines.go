package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
)

// JSONLines yields the values of JSON Lines files: one JSON value on each line.
// Empty lines are left out. A line that is not a T is a [*SampleError] that
// names file, line and byte.
func JSONLines[T any](fsys fs.FS, paths Stream[string]) Stream[Line[T]] {
	full := Lines(fsys, paths).filter(func(l Line[[]byte]) bool { return len(bytes.TrimSpace(l.Value)) > 0 })
	return Apply(full, ApplyConfig[Line[[]byte]]{}, func(_ context.Context, _ Place, l Line[[]byte]) (Line[T], error) {
		v := Line[T]{File: l.File, Number: l.Number}
		if err := json.Unmarshal(l.Value, &v.Value); err != nil {
			switch e := err.(type) {
			case *json.SyntaxError:
				err = fmt.Errorf("byte %d of the line: %w", e.Offset, err)
			case *json.UnmarshalTypeError:
				err = fmt.Errorf("byte %d of the line: %w", e.Offset, err)
			}
			return v, err
		}
		return v, nil
	})
}
