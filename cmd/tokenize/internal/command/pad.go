package command

import "context"

func (e *Env) pad(ctx context.Context, args []string) error {
	return e.encodeRows(ctx, args, nil, "pad")
}
