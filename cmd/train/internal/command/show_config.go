package command

import (
	"fmt"

	"github.com/antler-ml/antler/cmd/train/internal/tabular"
	"github.com/antler-ml/antler/internal/cli"
)

// Demos are the names of the built-in data.
var Demos = []string{"demo", "demo text", tabular.Demo, demoWords}

// ShowConfig prints all settings as a file for --config: with the data, if the
// words name any.
func (e *Env) ShowConfig(words []string) error {
	data := ""
	switch {
	case len(words) == 2 && words[0] == "words":
		data = words[1]
		if err := e.Flags.Give("task", "words"); err != nil {
			return err
		}
	case len(words) == 2 && words[0] == "demo":
		data = words[0] + " " + words[1]
	case len(words) == 1 && words[0] != "words":
		data = words[0]
	case len(words) > 1:
		return cli.Errorf(cli.Usage, "--show-config is about one training; what is %s?", cli.Quote(words[1])).Do("train DATA --show-config")
	}
	if err := e.Settings.Validate(e.Flags.Changed); err != nil {
		return err
	}
	_, err := fmt.Fprint(e.Out, e.Settings.YAML(e.Flags, data))
	return err
}
