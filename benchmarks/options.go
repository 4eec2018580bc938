package main

import (
	"flag"
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// options are the flags.
type options struct {
	quick, variants    bool
	asked, list        string
	rounds             int
	block, pause       time.Duration
	calm               float64
	dir, python        string
	resume, merge, out string
	note, only         string
	data               string // where the results go; "" is nowhere
}

func parse(args []string, root string) (*options, error) {
	o := &options{}
	flags := flag.NewFlagSet("benchmarks", flag.ContinueOnError)
	flags.BoolVar(&o.quick, "quick", false, "few cases and settings: under 3 minutes, prints only")
	flags.StringVar(&o.asked, "case", "", "cases to run, such as gemm,step/mlp,infer (default all: "+strings.Join(caseNames(), " ")+")")
	flags.IntVar(&o.rounds, "rounds", 0, "rounds of each comparison (default 5, or 3 with -quick)")
	flags.DurationVar(&o.block, "block", 0, "length of one measurement (default 200ms, or 100ms with -quick)")
	flags.DurationVar(&o.pause, "pause", 100*time.Millisecond, "after a peer with several threads, while they still spin")
	flags.StringVar(&o.dir, "venv", defaultHome(), "where the peers are installed, outside the repository (also ANTLER_BENCH_VENV)")
	flags.StringVar(&o.python, "python", "python3", "the Python that makes the virtual environment")
	flags.StringVar(&o.list, "threads", "1,2", "thread counts")
	flags.BoolVar(&o.variants, "variants", true, "measure ours with AVX2 alone and without assembly too (not with -quick)")
	flags.Float64Var(&o.calm, "calm", 0, "measure again when other programs used more than this share of the machine, such as 0.03")
	flags.StringVar(&o.resume, "resume", "", "file of an earlier run (.json): its cases at the same commit are kept, the others measured and added")
	flags.StringVar(&o.merge, "merge", "", "files of earlier runs (.json, with commas), later ones first of all: measures nothing, writes their common report")
	flags.StringVar(&o.out, "out", "", "file for the report (default benchmarks/RESULTS.md for a run of all cases); the figures go beside it as .json")
	flags.BoolVar(&verbose, "v", false, "say what is going on")
	flags.StringVar(&o.only, "fit-peer", "", "the only peer of the cases of fit, such as tf")
	flags.StringVar(&o.note, "note", "", "a remark for the head of the report")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if o.out == "" && !o.quick && o.asked == "" && o.merge == "" {
		o.out = filepath.Join(root, "benchmarks", "RESULTS.md")
	}
	switch {
	case o.resume != "":
		o.data = o.resume
	case o.out != "" && o.merge == "":
		o.data = strings.TrimSuffix(o.out, filepath.Ext(o.out)) + ".json"
	}
	if o.rounds == 0 {
		o.rounds = map[bool]int{true: 3, false: 5}[o.quick]
	}
	if o.block == 0 {
		o.block = map[bool]time.Duration{true: 100, false: 200}[o.quick] * time.Millisecond
	}
	threads = nil
	for t := range strings.SplitSeq(o.list, ",") {
		n, err := strconv.Atoi(t)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("benchmarks: -threads %q: want numbers such as 1,2", o.list)
		}
		if n <= runtime.NumCPU() {
			threads = append(threads, n)
		}
	}
	if len(threads) == 0 {
		return nil, fmt.Errorf("benchmarks: -threads %q: the machine has %d cores", o.list, runtime.NumCPU())
	}
	return o, nil
}
