package command

import (
	"context"
)

// Predict names the class of files or lines.
func (e *Env) Predict(ctx context.Context, args []string) error { return nil }

// Evaluate measures a run on labelled data.
func (e *Env) Evaluate(ctx context.Context, args []string) error { return nil }
