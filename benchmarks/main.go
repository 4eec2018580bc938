// Command benchmarks compares Antler with NumPy, PyTorch and TensorFlow: same
// models, data and first weights, measured in turns on the same machine. See
// README.md beside it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
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

// A benchCase is something that is compared.
type benchCase struct {
	name string
	run  func() error
}

func (b *bench) cases() []benchCase {
	cs := []benchCase{{"gemm", b.gemm}}
	for _, s := range models {
		if !b.quick || s.Name != "resnet20" {
			cs = append(cs, benchCase{"step/" + s.Name, func() error { return b.step(s) }})
		}
	}
	part := 1
	if b.quick {
		part = 4
	}
	cs = append(cs, benchCase{"fit/mlp", func() error { return b.fit(modelNamed("mlp"), 12800/part) }})
	if !b.quick {
		cs = append(cs, benchCase{"fit/cnn28", func() error { return b.fit(modelNamed("cnn28"), 2560) }})
	}
	for _, name := range []string{"mlp", "cnn28", "lstm"} {
		if !b.quick || name == "mlp" {
			cs = append(cs, benchCase{"infer/" + name, func() error { return b.infer(modelNamed(name)) }})
		}
	}
	return append(cs, benchCase{"startup", b.startup})
}

// wanted reports whether a case was asked for, by its name or the part before
// the slash.
func wanted(asked, name string) bool {
	if asked == "" {
		return true
	}
	for _, a := range strings.Split(asked, ",") {
		if a == name || strings.HasPrefix(name, a+"/") {
			return true
		}
	}
	return false
}

func compareAll(args []string) error {
	flags := flag.NewFlagSet("benchmarks", flag.ContinueOnError)
	quick := flags.Bool("quick", false, "few cases and settings: under 3 minutes")
	asked := flags.String("case", "", "cases to run, such as gemm,step/mlp,infer (default all)")
	rounds := flags.Int("rounds", 0, "rounds of each comparison (default 5, or 3 with -quick)")
	block := flags.Duration("block", 0, "length of one measurement (default 300ms, or 100ms with -quick)")
	pause := flags.Duration("pause", 100*time.Millisecond, "between measurements, while idle threads of peers still spin")
	dir := flags.String("venv", defaultHome(), "where the peers are installed, outside the repository (also ANTLER_BENCH_VENV)")
	python := flags.String("python", "python3", "the Python that makes the virtual environment")
	list := flags.String("threads", "1,2", "thread counts")
	variants := flags.Bool("variants", true, "measure ours with AVX2 alone and without assembly too (not with -quick)")
	calm := flags.Float64("calm", 0, "measure again when other programs used more than this share of the machine, such as 0.03")
	out := flags.String("out", "", "file for the results (default benchmarks/RESULTS.md for a run of all cases)")
	note := flags.String("note", "", "a remark for the head of the results")
	if err := flags.Parse(args); err != nil {
		return err
	}
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	if *out == "" && !*quick && *asked == "" {
		*out = filepath.Join(root, "benchmarks", "RESULTS.md")
	}
	threads = nil
	for _, t := range strings.Split(*list, ",") {
		n, err := strconv.Atoi(t)
		if err != nil || n < 1 {
			return fmt.Errorf("benchmarks: -threads %q: want numbers such as 1,2", *list)
		}
		if n <= runtime.NumCPU() {
			threads = append(threads, n)
		}
	}
	b := &bench{root: root, rounds: *rounds, block: *block, pause: *pause, quick: *quick, calm: *calm,
		variants: *variants && !*quick, versions: map[string]string{}, report: &report{}}
	if b.rounds == 0 {
		b.rounds = map[bool]int{true: 3, false: 5}[*quick]
	}
	if b.block == 0 {
		b.block = map[bool]time.Duration{true: 100, false: 300}[*quick] * time.Millisecond
	}
	if !slices.ContainsFunc(b.cases(), func(c benchCase) bool { return wanted(*asked, c.name) }) {
		return fmt.Errorf("benchmarks: -case %q names no case", *asked)
	}
	if b.tmp, err = os.MkdirTemp("", "antler-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.tmp)
	if b.variants {
		b.purego = filepath.Join(b.tmp, "purego")
		build := exec.Command("go", "build", "-tags", "purego", "-o", b.purego, "./benchmarks")
		build.Dir, build.Stderr = root, os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("benchmarks: building without assembly: %w", err)
		}
	}
	b.home = prepare(*dir, *python)
	load := measureLoad()
	begin := time.Now()
	b.report.head = func() string { return b.head(begin, load.foreign(), *note) }
	for _, c := range b.cases() {
		if !wanted(*asked, c.name) {
			continue
		}
		progress("%s", c.name)
		if err := c.run(); err != nil {
			return fmt.Errorf("benchmarks: %s: %w", c.name, err)
		}
		if err := b.report.save(*out); err != nil {
			return err
		}
	}
	whole := b.report.String()
	if i := strings.Index(whole, "\n## "); i >= 0 { // the tables were printed as they came
		end := strings.Index(whole[i+4:], "\n## ")
		if end < 0 {
			end = len(whole) - i - 4
		}
		fmt.Print("\n", whole[:i+4+end])
	}
	return nil
}

// head says what was measured where and how.
func (b *bench) head(begin time.Time, foreign float64, note string) string {
	var vs []string
	for _, k := range slices.Sorted(maps.Keys(b.versions)) {
		vs = append(vs, k+" "+b.versions[k])
	}
	s := fmt.Sprintf("Machine: %s. %s; %s.\n", machine(), runtime.Version(), strings.Join(vs, ", "))
	s += fmt.Sprintf("%s, %.0f minutes, %d rounds in turns (peer, ours, next peer, ours …), blocks of %v.\n", begin.Format("2 January 2006"), time.Since(begin).Minutes(), b.rounds, b.block)
	s += fmt.Sprintf("Other programs used %.0f %% of the machine meanwhile", 100*foreign)
	if b.calm > 0 {
		s += fmt.Sprintf("; turns with more than %g %% were repeated", 100*b.calm)
	} else if foreign > 0.05 {
		s += ": loaded machine, ratios only"
	}
	if note != "" {
		s += ". " + note
	}
	return s + "."
}

func moduleRoot() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	mod := strings.TrimSpace(string(out))
	if err != nil || !filepath.IsAbs(mod) {
		return "", errors.New("benchmarks: run it inside the module: go run ./benchmarks")
	}
	return filepath.Dir(mod), nil
}
