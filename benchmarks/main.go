// Command benchmarks compares Antler with NumPy, PyTorch, TensorFlow, Gorgonia
// and GoMLX: same models, data and first weights, measured in turns on the same
// machine. See README.md beside it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/cpu"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "worker" {
		workerMain(os.Args[2:])
		return
	}
	if err := compareAll(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func compareAll(args []string) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	o, err := parse(args, root)
	if err != nil {
		return err
	}
	if o.merge != "" {
		return mergeAll(strings.Split(o.merge, ","), o.out)
	}
	b := &bench{root: root, rounds: o.rounds, block: o.block, pause: o.pause, quick: o.quick, only: o.only, calm: o.calm, variants: o.variants && !o.quick}
	var cases []benchCase
	for _, c := range b.cases() {
		if wanted(o.asked, c.name) {
			cases = append(cases, c)
		}
	}
	if len(cases) == 0 {
		return fmt.Errorf("benchmarks: -case %q names no case; there are %s", o.asked, strings.Join(caseNames(), " "))
	}
	if b.results, err = readIfThere(o.resume); err != nil {
		return err
	}
	if m := b.results.Machine; m != "" && m != machine() {
		return fmt.Errorf("benchmarks: %s was measured on another machine (%s)", o.resume, m)
	}
	defer func() { os.RemoveAll(b.tmp) }()
	if err := b.prepare(o); err != nil {
		return err
	}
	commit := commitOf(root)
	for _, c := range cases {
		if s := b.results.section(c.name); s != nil && s.Commit == commit && !strings.HasSuffix(commit, dirty) {
			progress("%s: there already", c.name)
			continue
		}
		if err := b.runCase(c, commit); err != nil {
			return err
		}
		if err := b.results.save(o.data, o.out); err != nil {
			return err
		}
	}
	fmt.Print("\n" + headOf(b.results) + "\n" + askedTable(b.results) + "\n" + summaryTable(b.results))
	return nil
}

// prepare builds and installs what the run needs and describes it.
func (b *bench) prepare(o *options) (err error) {
	if b.tmp, err = os.MkdirTemp("", "antler-bench-"); err != nil {
		return err
	}
	if b.variants {
		b.purego = filepath.Join(b.tmp, "purego")
		build := exec.Command("go", "build", "-tags", "purego", "-o", b.purego, "./benchmarks")
		build.Dir, build.Stderr = b.root, os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("benchmarks: building without assembly: %w", err)
		}
	}
	b.home = prepare(o.dir, o.python)
	if !b.quick {
		b.buildGoPeers()
	}
	b.buildRoofline()
	r := b.results
	r.Machine, r.AVX512, r.Missing = machine(), cpu.X86.HasAVX512F, b.home.missing
	r.Rounds, r.Block, r.Calm, r.Note = b.rounds, b.block, b.calm, o.note
	if r.Versions == nil {
		r.Versions = map[string]string{}
	}
	r.Versions["go"] = runtime.Version()
	return nil
}

// runCase measures a case and prints its tables.
func (b *bench) runCase(c benchCase, commit string) error {
	progress("%s", c.name)
	b.now = &section{Case: c.name, Commit: commit, Begin: time.Now()}
	load := measureLoad()
	if err := c.run(); err != nil {
		return fmt.Errorf("benchmarks: %s: %w", c.name, err)
	}
	b.now.Load, b.now.Took = load.foreign(), time.Since(b.now.Begin).Round(time.Second)
	b.results.put(b.now)
	fmt.Print(sectionTables(b.now, b.results.AVX512))
	return nil
}

// mergeAll writes the report of several runs.
func mergeAll(paths []string, out string) error {
	all, err := readResults(paths[0])
	if err != nil {
		return err
	}
	for _, p := range paths[1:] {
		r, err := readResults(p)
		if err != nil {
			return err
		}
		all.merge(r)
	}
	if out == "" {
		fmt.Print(reportOf(all))
		return nil
	}
	return all.save("", out)
}

func moduleRoot() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	mod := strings.TrimSpace(string(out))
	if err != nil || !filepath.IsAbs(mod) {
		return "", errors.New("benchmarks: run it inside the module: go run ./benchmarks")
	}
	return filepath.Dir(mod), nil
}
