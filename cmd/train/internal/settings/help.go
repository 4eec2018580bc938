package settings

import (
	"strings"
)

// Short is what the program says without arguments: twelve lines.
const Short = `train makes a model of your pictures, texts, tables or words.

  train demo                   a first model in a minute, from built-in pictures
  train demo text              who wrote it? from built-in texts
  train photos/                one sub-folder a class; everything else is inferred
  train reviews.tsv            a label and a text on each line
  train prices.csv --target price   a column from the others | train words book.txt   vectors of words
  train predict runs/1-photos new/*.jpg   |   train evaluate runs/1-photos test/
  train --resume runs/1-photos

  --epochs N   --learning-rate X   --validation-split X   --seed N   --out DIR
  "train --help" for all
`

// Help is the answer to --help.
func Help() string {
	f := Flags(Default())
	var b strings.Builder
	b.WriteString(`Examples:
  train demo | train demo text|table|words            built-in data
  train photos/ --epochs 30 --horizontal-flip        one sub-folder a class (or train/ and validation/)
  train reviews.tsv --class-weight balanced          label, text; also .csv
  train prices.csv --target price                    a table of numbers and categories: train help table
  train words book.txt                               vectors of words: what is near what (or a folder of .txt)
  train predict RUN FILE… | evaluate RUN DATA | resume RUN | search|compare|lr-find|plot|inspect|convert|export --help
Training (default in brackets):
`)
	b.WriteString(f.Help("main"))
	b.WriteString("More:\n" + f.HelpShort("more", 116))
	b.WriteString("Pictures:\n" + f.HelpShort("image", 116))
	b.WriteString("Texts, words, output and predict:\n" + f.HelpBrief(func(_, group string) bool { return group == "text" || group == "words" || group == "output" }, 116))
	b.WriteString("Exit codes: 0 done, 1 failed, 2 usage, 3 bad data, 75 try again, 130/143 stopped and saved\n")
	return b.String()
}
