// Command savedmodels saves a model of every layer here and loads it in Keras,
// saves it there and loads it here, and writes the table of the differences in
// predictions into docs/saved-models.md:
//
//	go run ./benchmarks/savedmodels -tfkeras venv1/bin/python -keras3 venv2/bin/python
//
// With -speed it measures loading, saving and the first prediction beside them,
// for docs/bench/savedmodels.md.
//
// The first takes an hour or more. With -dir it can be stopped: what was compared
// until then is not compared again.
//
// The Pythons have tf_keras 2.21.0 and keras 3.15.1. Run it at the root of the module.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/antler-ml/antler/internal/atomicfile"
)

func main() {
	tf := flag.String("tfkeras", "", "a Python with tf_keras")
	three := flag.String("keras3", "", "a Python with keras 3")
	cases := flag.Int("cases", 2, "how many models of each layer; 0: all")
	dir := flag.String("dir", "", "a folder that is there already, for the files; a run that was stopped goes on there. default: a new one")
	fast := flag.Bool("speed", false, "measure loading, saving and the first prediction instead")
	rounds := flag.Int("rounds", 5, "with -speed: turns of each side")
	page := flag.String("o", "", "the page with the table; default: docs/saved-models.md, with -speed docs/bench/savedmodels.md")
	flag.Parse()
	if *page == "" {
		*page = "docs/saved-models.md"
		if *fast {
			*page = "docs/bench/savedmodels.md"
		}
	}
	if *fast {
		if err := speed(*tf, *three, *dir, *page, *rounds); err != nil {
			fmt.Fprintln(os.Stderr, "savedmodels:", err)
			os.Exit(1)
		}
		return
	}
	if err := run(*tf, *three, *cases, *dir, *page); err != nil {
		fmt.Fprintln(os.Stderr, "savedmodels:", err)
		os.Exit(1)
	}
}

func run(tf, three string, cases int, dir, page string) error {
	if tf == "" || three == "" {
		return errors.New("-tfkeras and -keras3 are required")
	}
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "savedmodels"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	written := filepath.Join(dir, "written")
	if _, err := os.Stat(written); err != nil {
		if err := command(os.Stderr, "go", "test", "./nn/saving", "-count=1", "-run", "KerasExport", "-keras", dir, "-cases", fmt.Sprint(cases)); err != nil {
			return err
		}
		if err := os.WriteFile(written, nil, 0o644); err != nil {
			return err
		}
	}
	t := newTable(dir)
	sides := []struct{ python, module string }{{three, "keras"}, {tf, "tf_keras"}}
	said := make([]strings.Builder, len(sides))
	var both sync.WaitGroup
	for i, side := range sides {
		both.Go(func() { // its result is 1 where a file differs, which the table says
			_ = command(&said[i], side.python, "testdata/tools/saving_keras_check.py", dir, side.module, "--back")
		})
	}
	both.Wait()
	for i, side := range sides {
		if !strings.Contains(said[i].String(), " files agree, ") {
			return fmt.Errorf("%s stopped before its end; with -dir the next run goes on from there:\n%s", side.module, said[i].String())
		}
		t.add("written", said[i].String())
	}
	err := command(os.Stderr, "go", "test", "./nn/saving", "-count=1", "-run", "KerasBack", "-keras", dir) // differences are in the table
	lines, readErr := os.ReadFile(filepath.Join(dir, "read.tsv"))
	if readErr != nil {
		return errors.Join(err, readErr)
	}
	t.add("read", string(lines))
	return replaceTable(page, t.markdown())
}

// replaceTable puts a table between the lines of a page that say where.
func replaceTable(page, table string) error {
	old, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(old), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no lines %q and %q around the table", page, begin, end)
	}
	return atomicfile.Write(page, func(w io.Writer) error {
		_, err := io.WriteString(w, before+begin+"\n"+table+end+after)
		return err
	})
}

// command runs a program; what it says beside its output is shown.
func command(out io.Writer, name string, args ...string) error {
	c := exec.Command(name, args...)
	c.Stdout, c.Stderr = out, io.Discard
	if out == os.Stderr {
		c.Stderr = os.Stderr
	}
	c.Env = append(os.Environ(), "TF_CPP_MIN_LOG_LEVEL=3")
	return c.Run()
}
