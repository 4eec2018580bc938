package settings

import (
	"fmt"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
)

// Short is what the program says without arguments: twelve lines.
const Short = `tokenize turns texts into numbers, and back, with the results of Keras.

  tokenize fit corpus.txt -o tok.json
  tokenize encode -t tok.json --maxlen 80 corpus.txt -o ids.npy
  tokenize decode -t tok.json ids.npy
  tokenize stats -t tok.json corpus.txt
  zcat big.gz | tokenize encode -t tok.json | head

  Words are what stands between spaces and punctuation; a text is a line.
  -o FILE   -t FILE   --maxlen N   --column NAME   --dry-run
  "tokenize --help" for all, "tokenize encode --help" for one command
`

const exits = "Exit codes: 0 done, 1 failed, 2 usage, 3 bad data, 75 try again, 130/143 stopped\n"

// Help is the answer to --help, of a verb or (nil) of all.
func Help(v *Verb) string {
	f := Flags(Default())
	var b strings.Builder
	if v != nil {
		fmt.Fprintf(&b, "%s\ntokenize %s %s\n  %s\n\n%s%s", examples[v.Name], v.Name, v.Args, v.Does, f.HelpWhere(v.Has), exits)
		return b.String()
	}
	b.WriteString(`Examples:
  tokenize fit corpus.txt -o tok.json                            then:
  tokenize encode -t tok.json --maxlen 80 corpus.txt -o ids.npy
  tokenize encode -t tok.json -c review reviews.csv | head       numbers as JSON Lines
  tokenize skipgrams -t tok.json corpus.txt -o pairs.npz
Commands (tokenize COMMAND --help explains its flags):
`)
	for _, v := range Verbs {
		fmt.Fprintf(&b, "  %-42s %s\n", v.Name+" "+v.Args, v.Does)
	}
	fmt.Fprintf(&b, "  %-42s %s\n", "completion "+strings.Join(cli.Shells, "|"), "completes commands and flags in your shell")
	b.WriteString(`Inputs: files, globs, folders, - or nothing for standard input; .gz and .zst are unpacked.
Flags (default in brackets):
`)
	for _, g := range []struct{ name, group string }{
		{"all", "run"}, {"input", "input"}, {"output", "output"}, {"", "format"}, {"", "tokenizer"}, {"fit", "fit"}, {"encode", "encode"}, {"", "pad"},
		{"decode", "decode"}, {"skipgrams", "skipgrams"}, {"vocab", "vocab"},
	} {
		for i, line := range strings.Split(strings.TrimSpace(f.HelpShort(g.group, 100)), "\n") {
			name := g.name
			if i > 0 {
				name = ""
			}
			fmt.Fprintf(&b, "  %-10s %s\n", name, strings.TrimSpace(line))
		}
	}
	b.WriteString(exits)
	return b.String()
}

var examples = map[string]string{
	"fit": `  tokenize fit corpus.txt -o tok.json
  tokenize fit --num-words 20000 --oov-token '<unk>' -c review reviews.csv -o tok.json
  tokenize fit -t tok.json more.txt -o tok2.json         go on counting
  tokenize fit --model bpe --vocab-size 8000 books/ -o tokenizer.json
`,
	"encode": `  tokenize encode -t tok.json --maxlen 80 corpus.txt -o ids.npy
  tokenize encode -t tok.json --mode tfidf corpus.txt -o x.npy
  tokenize encode -t tok.json -c body 'logs/*.jsonl.gz' > ids.jsonl
`,
	"decode": `  tokenize decode -t tok.json ids.npy
  echo '[3, 1, 2]' | tokenize decode -t tok.json
`,
	"skipgrams": `  tokenize skipgrams -t tok.json corpus.txt -o pairs.npz
  tokenize skipgrams --vocabulary-size 20000 --sampling-factor 1e-5 ids.jsonl > pairs.tsv
`,
	"pad": `  tokenize pad --maxlen 80 ids.jsonl -o ids.npy
  tokenize pad --maxlen 5 --padding post --to ids < ids.jsonl
`,
	"vocab": `  tokenize vocab list tok.json
  tokenize vocab top -n 50 tok.json
  tokenize vocab coverage tok.json                       how many words cover how much
`,
	"stats": `  tokenize stats corpus.txt
  tokenize stats -t tok.json --maxlen 80 corpus.txt
`,
	"convert": `  tokenize convert tok.json -o tokenizer.json            for Hugging Face
  tokenize convert tokenizer.json -o tok.json            for Keras
`,
}
