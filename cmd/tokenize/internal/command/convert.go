package command

import (
	"github.com/antler-ml/antler/cmd/tokenize/internal/output"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/text/subword"
)

// convert writes a tokenizer of Keras as a tokenizer.json and the other way
// round, if the other format can say the same.
func (e *Env) convert(args []string) error {
	switch {
	case e.Tokenizer == "" && len(args) == 1:
		e.Tokenizer = args[0]
	case len(args) > 0:
		return cli.Errorf(cli.Usage, "one tokenizer at a time").Do("tokenize convert tok.json -o tokenizer.json")
	case e.Tokenizer == "":
		return cli.Errorf(cli.Usage, "which tokenizer?").Do("tokenize convert tok.json -o tokenizer.json")
	}
	t := e.table(output.JSONL)
	if err := t.Check(); err != nil {
		return err
	}
	data, words, err := e.read()
	if err != nil {
		return err
	}
	var result []byte
	if data != nil {
		if _, err := subword.FromJSON(data); err != nil {
			return cli.Errorf(cli.BadData, "%s: %w", e.Tokenizer, err)
		}
		k, err := toKeras(data)
		if err != nil {
			return cli.Errorf(cli.BadData, "%s has no form in Keras: %w", e.Tokenizer, err).Do("use it as it is: tokenize encode -t %s", cli.Quote(e.Tokenizer))
		}
		result = []byte(k.ToJSON())
	} else {
		if result, err = fromKeras(words); err != nil {
			return cli.Errorf(cli.BadData, "%s has no form as a tokenizer.json: %w", e.Tokenizer, err)
		}
	}
	if err := t.WriteBytes(result); err != nil {
		return err
	}
	if !t.ToStdout() {
		e.Console.Printf("wrote %s, %s", t.Path, cli.Bytes(int64(len(result))))
	}
	return nil
}
