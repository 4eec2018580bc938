package command

import (
	"context"

	"github.com/antler-ml/antler/internal/cli"
)

// A Verb is a command that has flags of training.
type Verb struct {
	Page
	run func(ctx context.Context, e *Env, words []string) error
}

// FindVerb returns the verb of a name.
func FindVerb(name string) (Verb, bool) {
	for _, v := range Verbs() {
		if v.Name == name {
			return v, true
		}
	}
	return Verb{}, false
}

// Start runs the verb. Flags that are not on its page are refused: they would
// change nothing.
func (v Verb) Start(ctx context.Context, e *Env, words []string) error {
	if err := v.count(words); err != nil {
		return err
	}
	for _, x := range e.Flags.Settings() {
		if v.Name != "words" && e.Flags.Changed(x.Name) && !v.has(x.Name) {
			return cli.Errorf(cli.Usage, "--%s is for training; %s has no use for it", x.Name, v.Name).Do("leave it out; train %s --help lists what there is", v.Name)
		}
	}
	return v.run(ctx, e, words)
}

// Verbs are the verbs by name.
func Verbs() []Verb {
	output := Group{Title: "Output", Flags: []string{"json", "quiet", "no-color"}}
	reading := Group{Title: "Reading", Flags: []string{"on-error", "batch-size", "workers"}}
	plain := Group{Title: "Model files that do not come from a run, and pictures", Brief: true,
		Flags: []string{"preprocess", "classes", "target-size", "interpolation", "draft", "orient", "allow-truncated", "max-pixels"}}
	training := Group{Title: "Training", Flags: []string{"epochs", "batch-size", "learning-rate", "optimizer", "validation-split", "out", "seed", "workers", "early-stopping", "patience", "on-error", "dry-run", "check", "force"}}
	return []Verb{
		{Page{
			Name: "evaluate", Usage: "RUN|MODEL DATA", About: "measures a model on data whose answers are known: how often it is right, and where it is wrong.",
			Examples: []Example{
				{"train evaluate runs/1-photos test", "confusion matrix, precision and recall, calibration"},
				{"train evaluate runs/2-prices test.csv --plot residuals.png", "errors in the target's unit, and a picture"},
				{"train evaluate runs/3-names test.tsv", "tags of words, and of entities as conlleval counts them"},
			},
			Notes: "DATA are as for training: a sub-folder a class, a table with the labels, tagged sentences; of word\nvectors a file with two related words on each line.",
			needs: "a run and data", least: 2, most: 2,
			Groups: []Group{{Title: "Result", Flags: []string{"plot", "json", "quiet", "no-color"}}, reading, {Title: "Texts", Flags: []string{"text-column", "label-column"}}, plain},
		}, func(ctx context.Context, e *Env, words []string) error { return e.Evaluate(ctx, words) }},
		{Page{
			Name: "predict", Usage: "RUN|MODEL FILE…|FOLDER…|-", About: "answers with a line for each picture, text, row or sentence, in order; - reads standard input.",
			Examples: []Example{
				{"train predict runs/1-photos new --top 3", "pictures of a folder: name, class, probability, …"},
				{`echo "a fine book" | train predict runs/4-reviews -`, "a text on each line"},
				{"train predict runs/2-prices new.csv --json", "a row a line, as JSON Lines"},
				{"train predict runs/5-book apple 'king - man + woman'", "what lies near words, or near sums of them"},
			},
			Notes: "A model file (.h5, .keras, …) works as a run does; what a file of Keras does not say, the last flags do.",
			needs: "a run and files", least: 2,
			Groups: []Group{{Title: "Answers", Flags: []string{"top"}}, reading, output, plain},
		}, func(ctx context.Context, e *Env, words []string) error { return e.Predict(ctx, words) }},
		{Page{
			Name: "resume", Usage: "RUN", About: "goes on with a training that was stopped or killed, to the same bytes as one in one go.",
			Examples: []Example{
				{"train resume runs/1-photos", "from the last checkpoint"},
				{"train resume runs/1-photos --epochs 40", "a finished run, with more epochs"},
			},
			Notes: "The data must be where they were. The command that began the run goes on too. Settings are the run's;\nthose that would make it another run cannot be changed.",
			needs: "one run", least: 1, most: 1,
			Groups: []Group{
				{Title: "Training", Flags: []string{"epochs", "early-stopping", "patience", "on-error", "workers", "save-freq", "stall-timeout", "data-memory", "tensorboard", "dry-run"}},
				{Title: "Output", Flags: []string{"json", "quiet", "verbose", "no-color"}},
			},
		}, func(ctx context.Context, e *Env, words []string) error {
			e.Settings.Resume = words[0]
			return e.Train(ctx, "")
		}},
		{Page{
			Name: "words", Usage: "TEXT|FOLDER", About: "learns vectors of the words of a text, or of the .txt files of a folder: what is near what.",
			Examples: []Example{
				{"train demo words", "a built-in text"},
				{"train words book.txt --vector-size 32", ""},
				{"train words book.txt --show king,ship", "draw these and their neighbours"},
			},
			needs: "one text: a file, or a folder of .txt files", least: 1, most: 1,
			Groups: []Group{
				{Title: "Words", Flags: []string{"vector-size", "window-size", "negative-samples", "sampling-factor", "min-count", "num-words", "show"}},
				training,
				{Title: "More", Brief: true, Flags: []string{"config", "set", "show-config", "monitor", "schedule", "warmup", "clipnorm", "tensorboard", "save-freq", "json", "quiet", "verbose", "no-color"}},
			},
		}, func(ctx context.Context, e *Env, words []string) error {
			if err := e.Flags.Set("task", "words"); err != nil {
				return err
			}
			return e.Train(ctx, words[0])
		}},
	}
}

// dataPages are the pages of kinds of data that training knows by themselves.
func dataPages() []Page {
	return []Page{
		{
			Name: "schedule", Usage: "--schedule NAME", About: "changes the learning rate over the epochs.",
			Examples: []Example{
				{"train photos --warmup 2", "rises for two epochs, then falls along half a cosine"},
				{"train photos --schedule step --decay-epochs 10,15 --decay-rate 0.1", "a tenth of it after 10 epochs, a hundredth after 15"},
				{"train search photos --vary schedule=cosine,exponential --vary warmup=0,1", "the best by cross-validation"},
			},
			Notes: `With e epochs done of E (after the warm-up), D epochs of --decay-epochs and r of --decay-rate, the rate is
cosine        end + (rate - end) · (1 + cos(π·e/E)) / 2     Keras: CosineDecay
exponential   rate · r^(e/D)                                Keras: ExponentialDecay; r is 0.9, D is 1
step          rate · r^(how often D has passed)             the same with staircase; r is 0.5, D is E/3
              rate · r^(how many of the list have passed)   Keras: PiecewiseConstantDecay
inverse-time  rate / (1 + r·e/D)                            Keras: InverseTimeDecay; r is 0.5, D is 1
polynomial    (rate - end) · (1 - e/E)^power + end          Keras: PolynomialDecay`,
			Groups: []Group{{Title: "Learning rate", Flags: []string{"learning-rate", "schedule", "decay-rate", "decay-epochs", "end-rate", "power", "warmup"}}},
		},
		{
			Name: "table", Usage: "--target COLUMN    (.csv, .tsv or .jsonl; the first line has the names of the columns)", About: "learns one column of a table from the others.",
			Examples: []Example{
				{"train demo table", "a built-in table"},
				{"train prices.csv --target price --columns zip=category", ""},
				{"train churn.csv --target churned --class-weight balanced", ""},
				{"train predict runs/2-prices new.csv", "also: evaluate, search, lr-find"},
			},
			Notes: `Numbers are standardised by mean and deviation of the training part. Cells that are empty or NA, NaN,
null, None or ? are missing: --missing says what stands for them, and one more input says that it does.
Categories are one-hot, or get an embedding where they are many; a missing or unknown one has a place
of its own. Texts, dates, keys and constants are left out, with a line that says so. A target of text,
or of at most 10 different whole numbers, is classified; other numbers are predicted, and the loss is
the part of the variance that is left. Equal rows stay together in training or validation. Tables may
be larger than memory: encoded rows beyond --data-memory go to a temporary file.`,
			Groups: []Group{
				{Title: "Tables", Flags: []string{"target", "task", "columns", "missing", "one-hot", "sample-weight", "data-memory"}},
				{Title: "As for all data, among others", Brief: true, Flags: []string{"class-weight", "epochs", "learning-rate", "model", "model-size", "dropout", "validation-split", "on-error"}},
			},
		},
		{
			Name: "tags", Usage: "    (.conll, .tsv or .jsonl)", About: "learns the tag of each word of a sentence.",
			Examples: []Example{
				{"train names.tsv", "a word and its tag on each line, empty lines between"},
				{"train names.tsv --num-words 5000 --dropout 0.5", ""},
				{`echo "mr Paris in London" | train predict runs/3-names -`, "words in, words with tags out"},
			},
			Notes: `Also rows of "words<TAB>tags", and JSON Lines with "tokens" and "tags". Of CoNLL's columns the first is
the word, the last its tag. Sentences of about equal length make a batch; padding counts neither in the
loss nor in the accuracy. Words that training saw once or never are known by their shape.`,
			Groups: []Group{
				{Title: "Sentences", Flags: []string{"task", "num-words", "tokenizer"}},
				{Title: "As for all data, among others", Brief: true, Flags: []string{"class-weight", "epochs", "learning-rate", "model", "model-size", "dropout", "validation-split", "on-error"}},
			},
		},
	}
}
