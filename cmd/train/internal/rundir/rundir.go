// Package rundir is the directory that a training writes and everything else
// reads: run.json, events.jsonl, model.npz, last.npz, classes.txt, history.csv,
// tokenizer.json for texts, columns.json for tables, vectors.txt for words, and
// pictures of the results.
package rundir

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
)

// The names of the files.
const (
	RunFile       = "run.json"
	EventsFile    = "events.jsonl"
	BestFile      = "model.npz"
	LastFile      = "last.npz"
	ClassesFile   = "classes.txt"
	HistoryFile   = "history.csv"
	TokenizerFile = "tokenizer.json"
	CurvesFile    = "curves.png"
	SamplesFile   = "samples.png"
	MistakesFile  = "mistakes.png"
	MistakesText  = "mistakes.tsv"
	BadFile       = "quarantine.jsonl"
	PolicyFile    = "policy.json"
	VectorsFile   = "vectors.txt"
	WordsFile     = "words.png"
	ColumnsFile   = "columns.json"
	ResidualsFile = "residuals.png"
	StartFile     = "start.keras" // the model that --model brought, before its first step
	// CheckpointsDir holds the states that training goes on from.
	CheckpointsDir = "checkpoints"
)

// Words is the task of a run that learned vectors of words; it has no classes.
const Words = "words"

// Table is the task of a run that learned from a table of numbers and
// categories; it has no classes where it predicts a number.
const Table = "table"

// Tagging is the task of a run that learned the tags of words.
const Tagging = "tagging"

// ours are the files that --force may replace.
// RunFile is the first: a directory is a run as long as it is there.
var ours = []string{RunFile, EventsFile, BestFile, LastFile, ClassesFile, HistoryFile, TokenizerFile, CurvesFile, SamplesFile, MistakesFile, MistakesText, BadFile, PolicyFile, VectorsFile, WordsFile, ColumnsFile, ResidualsFile, StartFile}

// A Run is what run.json holds.
type Run struct {
	V             int            `json:"v"`
	Program       string         `json:"program"`
	Version       string         `json:"version"`
	Task          string         `json:"task"` // image, text, table or words
	Data          string         `json:"data"` // as it was given: a path, "demo", "demo text" or "demo words"
	Classes       []string       `json:"classes,omitempty"`
	Settings      config.Object  `json:"settings"`
	Given         []string       `json:"given"` // the flags of the command
	Model         string         `json:"model"` // one line
	Weights       int            `json:"weights"`
	Train         int            `json:"train_samples"`
	Validation    int            `json:"validation_samples"`
	Preprocessing *Preprocessing `json:"preprocessing"`
	Result        *Result        `json:"result,omitempty"`
}

// Preprocessing is what a file goes through before the model sees it.
type Preprocessing struct {
	TargetSize     []int   `json:"target_size,omitempty"`
	ColorMode      string  `json:"color_mode,omitempty"`
	Interpolation  string  `json:"interpolation,omitempty"`
	Draft          bool    `json:"draft,omitempty"`
	Orient         bool    `json:"orient,omitempty"`
	Rescale        float64 `json:"rescale,omitempty"`
	Scaling        string  `json:"scaling,omitempty"` // in its place: caffe, tf or torch
	MaxPixels      int     `json:"max_pixels,omitempty"`
	AllowTruncated bool    `json:"allow_truncated,omitempty"`
	MaxLen         int     `json:"maxlen,omitempty"`
	Tokenizer      string  `json:"tokenizer,omitempty"` // file
	Columns        string  `json:"columns,omitempty"`   // file
}

// Result is how far the training came.
type Result struct {
	Epochs   int                `json:"epochs"`     // that were finished
	Best     int                `json:"best_epoch"` // from 1; 0: none yet
	Logs     map[string]float64 `json:"best_logs,omitempty"`
	Finished bool               `json:"finished"`
}

// Create makes a run directory. Without out it is runs/N-name with the next
// free number. A directory that exists is refused, unless force is set and it
// is a run, or empty.
func Create(out, name string, force bool) (string, error) {
	if out == "" {
		return next("runs", name)
	}
	Clean(out)
	entries, err := os.ReadDir(out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(out, 0o755); err != nil {
			return "", cannot("create the run directory", out, err)
		}
		return out, nil
	case err != nil:
		if st, e := os.Stat(out); e == nil && !st.IsDir() {
			return "", cli.Errorf(cli.Usage, "--out %s is a file; a run is a directory", out).Do("choose another name: --out %s-run", cli.Quote(out))
		}
		return "", cannot("read the run directory", out, err)
	case len(entries) == 0:
		return out, nil
	}
	if !force {
		return "", cli.Errorf(cli.Usage, "the output directory %s exists and is not empty", out).
			Why("found: %s", cli.List(namesOf(entries), 5)).
			Do("choose another --out, or replace the run with --force")
	}
	if _, err := os.Stat(filepath.Join(out, RunFile)); err != nil {
		return "", cli.Errorf(cli.Usage, "the output directory %s is no run, so --force does not touch it", out).
			Why("found: %s; no %s", cli.List(namesOf(entries), 5), RunFile).
			Do("choose another --out")
	}
	if err := os.RemoveAll(filepath.Join(out, CheckpointsDir)); err != nil {
		return "", cannot("replace the checkpoints of the run", filepath.Join(out, CheckpointsDir), err)
	}
	// RunFile goes last: whoever is killed in between leaves a run still.
	for _, f := range slices.Backward(ours) {
		if err := os.Remove(filepath.Join(out, f)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", cannot("replace a file of the run", filepath.Join(out, f), err)
		}
	}
	return out, nil
}

// Interrupted finds the run that the same command began and did not finish: in
// out, or else the latest of runs/N-name. given are the command's flags. Such a
// run goes on; one that has nothing yet to go on from begins again.
func Interrupted(out, name, data string, given []string) (dir string, goesOn, again bool) {
	dirs := []string{out}
	if out == "" {
		dirs, _ = filepath.Glob(filepath.Join("runs", "*-"+globbed(name)))
		slices.SortFunc(dirs, func(a, b string) int { return numberOf(b) - numberOf(a) })
		dirs = dirs[:min(1, len(dirs))]
	}
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, RunFile)); err != nil {
			continue
		}
		r, err := Open(dir)
		if err != nil || r.Data != data || r.Result != nil && r.Result.Finished || !slices.Equal(r.Given, given) {
			continue
		}
		if HasCheckpoints(dir) {
			return dir, true, false
		}
		// The first checkpoint stands before the second epoch begins. Whoever has
		// come further without one has lost its checkpoints: its models stay.
		early := exists(filepath.Join(dir, CheckpointsDir)) && (r.Result == nil || r.Result.Epochs <= 1)
		if early || !exists(filepath.Join(dir, LastFile)) && !exists(filepath.Join(dir, BestFile)) {
			return dir, false, true
		}
	}
	return "", false, false
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Clean removes what a program that was killed has left half written of our files.
func Clean(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if m := halfWritten.FindStringSubmatch(e.Name()); m != nil && slices.Contains(ours, m[1]) {
			os.Remove(filepath.Join(dir, e.Name())) // what stays harms nobody
		}
	}
}

var halfWritten = regexp.MustCompile(`^\.(.+)\.\d+\.tmp$`)

// HasCheckpoints reports whether training can go on exactly.
func HasCheckpoints(dir string) bool {
	found, _ := filepath.Glob(filepath.Join(globbed(dir), CheckpointsDir, "checkpoint-*.npz"))
	return len(found) > 0
}

// globbed is a path as a pattern that matches nothing else.
func globbed(path string) string {
	return strings.NewReplacer("*", `\*`, "?", `\?`, "[", `\[`, `\`, `\\`).Replace(path)
}

func numberOf(dir string) int {
	m := numbered.FindStringSubmatch(filepath.Base(dir))
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

func namesOf(entries []os.DirEntry) []string {
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

var numbered = regexp.MustCompile(`^(\d+)-`)

// next makes parent/N-name.
func next(parent, name string) (string, error) {
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", cannot("create", parent, err)
	}
	entries, err := os.ReadDir(parent)
	if err != nil {
		return "", cannot("read", parent, err)
	}
	n := 0
	for _, e := range entries {
		if m := numbered.FindStringSubmatch(e.Name()); m != nil {
			if k, err := strconv.Atoi(m[1]); err == nil {
				n = max(n, k)
			}
		}
	}
	for try := 1; ; try++ { // another training may take the number meanwhile
		dir := filepath.Join(parent, fmt.Sprintf("%d-%s", n+try, name))
		err := os.Mkdir(dir, 0o755)
		if err == nil {
			return dir, nil
		}
		if !errors.Is(err, fs.ErrExist) || try > 1000 {
			return "", cannot("create the run directory", dir, err)
		}
	}
}

func cannot(what, path string, err error) error {
	code := cli.Code(err)
	e := cli.Errorf(code, "cannot %s %s: %w", what, path, reason(err))
	if errors.Is(err, fs.ErrPermission) {
		return e.Do("choose another --out, or change the permissions of %s", filepath.Dir(path))
	}
	if code == cli.TryAgain {
		return e.Do("make room on the disk and run the same command again")
	}
	return e.Do("choose another --out")
}

// reason is the error without the path, which the message names already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// Name makes a directory name of a path: its last part, without its ending.
func Name(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	base := filepath.Base(path)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	base = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		case r > 127:
			return r
		}
		return '-'
	}, base)
	if strings.Trim(base, "-.") == "" {
		return "data"
	}
	return base
}

// Write writes run.json.
func (r *Run) Write(dir string) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("%s: %w", RunFile, err)
	}
	var buf bytes.Buffer
	if err := json.Indent(&buf, b, "", "  "); err != nil {
		return fmt.Errorf("%s: %w", RunFile, err)
	}
	buf.WriteByte('\n')
	return atomicfile.WriteBytes(filepath.Join(dir, RunFile), buf.Bytes())
}

// Stored is a Run that was read; its settings are by name.
type Stored struct {
	Run
	Settings map[string]any `json:"settings"`
}

// Open reads the run.json of a run directory.
func Open(dir string) (*Stored, error) {
	st, err := os.Stat(dir)
	if err != nil {
		e := cli.Errorf(cli.Usage, "cannot open the run %s: %w", dir, reason(err))
		if runs, _ := filepath.Glob("runs/*/" + RunFile); len(runs) > 0 {
			e.Do("the latest run here is %s", filepath.Dir(latest(runs)))
		} else {
			e.Do("train one first: train demo")
		}
		return nil, e
	}
	if !st.IsDir() {
		return nil, cli.Errorf(cli.Usage, "%s is a file; a run is the directory that train has written", dir).
			Do("name the directory, such as runs/1-demo")
	}
	path := filepath.Join(dir, RunFile)
	b, err := os.ReadFile(path)
	if err != nil {
		e := cli.Errorf(cli.Usage, "%s is not a run directory: no %s in it", dir, RunFile)
		if runs, _ := filepath.Glob(filepath.Join(dir, "*", RunFile)); len(runs) > 0 {
			return nil, e.Do("name one of the runs in it, such as %s", filepath.Dir(latest(runs)))
		}
		return nil, e.Do("train one first: train demo")
	}
	var r Stored
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&r); err != nil {
		return nil, cli.Errorf(cli.BadData, "%s is damaged: %w", path, err).Do("copy the run anew, or train again")
	}
	if r.V != 1 || len(r.Classes) == 0 && r.Task != Words && r.Task != Table || r.Preprocessing == nil {
		return nil, cli.Errorf(cli.BadData, "%s: version %d is not known here; want 1", path, r.V).Do("use the version of train that wrote it: %s", r.Version)
	}
	return &r, nil
}

// latest is the run that was written last.
func latest(paths []string) string {
	best, when := paths[0], int64(0)
	for _, p := range paths {
		if st, err := os.Stat(p); err == nil && st.ModTime().UnixNano() > when {
			best, when = p, st.ModTime().UnixNano()
		}
	}
	return best
}
