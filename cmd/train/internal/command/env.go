// Package command is what the train program does: train, predict, evaluate.
package command

import (
	"encoding/json"
	"io"
	"runtime/debug"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
)

// Env is what a command works with: its settings and where it reads and writes.
type Env struct {
	Settings *settings.Settings
	Flags    *cli.Flags
	In       io.Reader
	Out      io.Writer // the result, and nothing else
	Console  *cli.Console
	Args     []string // that are no flags
}

// emit writes a JSON line, if --json asks for them.
func (e *Env) emit(o config.Object) {
	if !e.Settings.JSON {
		return
	}
	if b, err := json.Marshal(o); err == nil {
		e.Out.Write(append(b, '\n'))
	}
}

// Version is the version of the module, as Go recorded it in the program.
func Version() string {
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" {
		return b.Main.Version
	}
	return "(devel)"
}
