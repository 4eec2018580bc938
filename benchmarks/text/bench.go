package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// bench holds what a comparison works with.
type bench struct {
	settings
	dir, corpus string
	size        float64 // of the corpus, in MB
	children    map[string]*child
}

// A child is a process that answers the name of an operation with a time.
type child struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func (b *bench) prepare() error {
	f, err := os.Create(b.corpus)
	if err != nil {
		return err
	}
	if err := errors.Join(writeCorpus(f, ".", b.megabytes<<20, 0), f.Close()); err != nil {
		return err
	}
	if f, err = os.Create(filepath.Join(b.dir, "large.txt")); err != nil {
		return err
	}
	if err := errors.Join(writeCorpus(f, ".", b.settings.large<<20, 0), f.Close()); err != nil {
		return err
	}
	data, err := os.ReadFile(b.corpus)
	if err != nil {
		return err
	}
	b.size = float64(len(data)) / 1e6
	b.children = map[string]*child{}
	return train(b.dir, data)
}

// start starts the children that a row needs, each once: ours with 1 or 2
// threads, keras, hf with 1 or 2 threads.
func (b *bench) start(name string) (*child, error) {
	if c := b.children[name]; c != nil {
		return c, nil
	}
	kind, threads, _ := strings.Cut(name, " ")
	var cmd *exec.Cmd
	switch kind {
	case "ours":
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		cmd = exec.Command(self, "worker", threads, b.dir)
	case "keras":
		cmd = exec.Command(b.keras, filepath.Join("benchmarks", "text", "peers.py"), "keras", b.dir)
	case "hf":
		cmd = exec.Command(b.hf, filepath.Join("benchmarks", "text", "peers.py"), "hf", b.dir)
		cmd.Env = append(os.Environ(), "RAYON_NUM_THREADS="+threads, "TOKENIZERS_PARALLELISM=true")
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	b.children[name] = &child{cmd, in, bufio.NewReader(out)}
	return b.children[name], nil
}

func (b *bench) close() {
	for _, c := range b.children {
		c.in.Close()
		c.cmd.Wait()
	}
}

// time has a child do an operation.
func (b *bench) time(name, op string) (seconds float64, sum int64, err error) {
	if name == "wc" {
		cmd := exec.Command("wc", "-w", filepath.Join(b.dir, "large.txt"))
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		start := time.Now()
		err := cmd.Run()
		return time.Since(start).Seconds(), 0, err
	}
	c, err := b.start(name)
	if err != nil {
		return 0, 0, err
	}
	fmt.Fprintln(c.in, op)
	line, err := c.out.ReadString('\n')
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %s: it ended", name, op)
	}
	if _, err := fmt.Sscan(line, &seconds, &sum); err != nil {
		return 0, 0, fmt.Errorf("%s: %s: %s", name, op, strings.TrimSpace(line))
	}
	return seconds, sum, nil
}

// A row compares ours with a peer, or with ourselves.
type row struct {
	what           string
	ours, op       string
	peer, peerOp   string
	peerName       string
	wanted         float64
	same           bool    // the numbers must agree
	megabytes      float64 // 0: times are given
	seconds, other []float64
	note           string
}

func (b *bench) rows() []*row {
	mb, large := b.size, float64(b.settings.large<<20)/1e6
	return []*row{
		{what: "fit, 1 thread", ours: "ours 1", op: "fit", peer: "keras", peerOp: "fit", peerName: "Keras", wanted: 15, same: true, megabytes: mb},
		{what: "fit, 1 thread", ours: "ours 1", op: "fit-large", peer: "wc", peerName: "`wc -w` in the C locale", wanted: 0.6, megabytes: large},
		{what: "fit, 2 threads", ours: "ours 2", op: "fit-large", peer: "ours 1", peerOp: "fit-large", peerName: "ours, 1 thread", wanted: 1.8, same: true, megabytes: large},
		{what: "encode, 1 thread", ours: "ours 1", op: "encode", peer: "keras", peerOp: "encode", peerName: "Keras", wanted: 15, same: true, megabytes: mb},
		{what: "encode, 1 thread", ours: "ours 1", op: "encode-large", peer: "ours 1", peerOp: "fit-large", peerName: "ours, fit", wanted: 1, megabytes: large},
		{what: "encode, 2 threads", ours: "ours 2", op: "encode-large", peer: "ours 1", peerOp: "encode-large", peerName: "ours, 1 thread", wanted: 0, same: true, megabytes: large},
		{what: "WordLevel, 1 thread", ours: "ours 1", op: "wordlevel", peer: "hf 1", peerOp: "wordlevel", peerName: "Hugging Face", wanted: 1.5, same: true, megabytes: mb},
		{what: "WordLevel, 2 threads", ours: "ours 2", op: "wordlevel", peer: "hf 2", peerOp: "wordlevel", peerName: "Hugging Face", wanted: 1.5, same: true, megabytes: mb},
		{what: "byte-level BPE, 1 thread", ours: "ours 1", op: "bpe", peer: "hf 1", peerOp: "bpe", peerName: "Hugging Face", wanted: 1.5, same: true, megabytes: mb},
		{what: "byte-level BPE, 2 threads", ours: "ours 2", op: "bpe", peer: "hf 2", peerOp: "bpe", peerName: "Hugging Face", wanted: 1.5, same: true, megabytes: mb},
		{what: "skip-grams of 20 × 1,000 words", ours: "ours 1", op: "skipgrams-long", peer: "keras", peerOp: "skipgrams-long", peerName: "Keras, the same pairs", wanted: 50, same: true},
		{what: "skip-grams of 1,000 × 20 words", ours: "ours 1", op: "skipgrams-short", peer: "keras", peerOp: "skipgrams-short", peerName: "Keras, the same pairs", wanted: 50, same: true},
		{what: "skip-grams of 20 × 1,000 words, Fast", ours: "ours 1", op: "skipgrams-long-fast", peer: "keras", peerOp: "skipgrams-long", peerName: "Keras, other pairs", wanted: 50},
		{what: "skip-grams of 1,000 × 20 words, Fast", ours: "ours 1", op: "skipgrams-short-fast", peer: "keras", peerOp: "skipgrams-short", peerName: "Keras, other pairs", wanted: 50},
		{what: "pad 4,096 × 80, int to float32, 1 thread", ours: "ours 1", op: "pad", peer: "ours 1", peerOp: "copy", peerName: "copying int32", wanted: 0.5},
		{what: "pad 4,096 × 80, int to float32, 2 threads", ours: "ours 2", op: "pad", peer: "ours 1", peerOp: "copy", peerName: "copying int32, 1 thread", wanted: 0.5},
		{what: "pad 4,096 × 80, int32, 1 thread", ours: "ours 1", op: "padslices", peer: "ours 1", peerOp: "copy", peerName: "copying int32", wanted: 0.5},
		{what: "pad 4,096 × 80, int to float32, 1 thread", ours: "ours 1", op: "pad", peer: "keras", peerOp: "pad", peerName: "Keras", wanted: 0},
	}
}

// speed measures the rows and writes their table.
func (b *bench) speed(w io.Writer) error {
	rows := b.rows()
	for _, r := range rows {
		if r.peer == "keras" && b.keras == "" || strings.HasPrefix(r.peer, "hf") && b.hf == "" {
			r.note = "no Python for it was given"
			continue
		}
		if _, err := exec.LookPath("wc"); r.peer == "wc" && err != nil {
			r.note = "there is no wc"
			continue
		}
		if err := b.measure(r); err != nil {
			r.note = err.Error()
		}
		fmt.Fprintf(os.Stderr, "%s %s: %s against %s: %.3g %s\n", time.Now().Format("15:04:05"), r.what, r.op, r.peerName, r.ratio(), r.note)
	}
	fmt.Fprintf(w, "# Texts and sequences against Keras, Hugging Face and wc\n\n")
	fmt.Fprintf(w, "Machine: %s, %d cores, %s. %s. Made by `go run ./benchmarks/text` (%s), %d rounds in turns.\n", processor(), runtime.NumCPU(), runtime.GOOS, runtime.Version(), time.Now().Format("2 January 2006"), b.rounds)
	fmt.Fprintf(w, "Other programs may have used the machine meanwhile: its load was %s when this was written.\n\n", load())
	fmt.Fprintf(w, "The corpus has %.1f MB of lines that look like English: a walk from word to word through the novels and speeches of the demo, with made-up rare words; %d MB of them for what only we and wc do.\n", b.size, b.settings.large)
	fmt.Fprintf(w, "Ratios are the peer's time by ours: above 1 we are faster. Numbers were compared first where both compute the same: \"equal\".\n\n")
	fmt.Fprintf(w, "| what | ours | against | theirs | ratio: median (min–max) | wanted | numbers |\n|---|---|---|---|---|---|---|\n")
	for _, r := range rows {
		fmt.Fprintln(w, r.line())
	}
	return nil
}

// measure takes turns: the peer, then ours.
func (b *bench) measure(r *row) error {
	_, want, err := b.time(r.peer, r.peerOp) // and warms up
	if err != nil {
		return err
	}
	_, got, err := b.time(r.ours, r.op)
	if err != nil {
		return err
	}
	if r.same && got != want {
		return fmt.Errorf("the results differ: %d, and theirs %d", got, want)
	}
	for range b.rounds {
		theirs, _, err := b.time(r.peer, r.peerOp)
		if err != nil {
			return err
		}
		ours, _, err := b.time(r.ours, r.op)
		if err != nil {
			return err
		}
		r.seconds, r.other = append(r.seconds, ours), append(r.other, theirs)
	}
	return nil
}

func median(xs []float64) float64 {
	s := slices.Sorted(slices.Values(xs))
	if len(s) == 0 {
		return 0
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

func (r *row) ratios() []float64 {
	var all []float64
	for i := range r.seconds {
		all = append(all, r.other[i]/r.seconds[i])
	}
	return all
}

func (r *row) ratio() float64 { return median(r.ratios()) }

func (r *row) line() string {
	if r.note != "" {
		return fmt.Sprintf("| %s | – | %s | – | %s | | |", r.what, r.peerName, r.note)
	}
	amount := func(seconds []float64) string {
		t := median(seconds)
		switch {
		case r.megabytes > 0:
			return fmt.Sprintf("%.3g MB/s", r.megabytes/t)
		case t < 0.1:
			return fmt.Sprintf("%.3g ms", t*1e3)
		}
		return fmt.Sprintf("%.3g s", t)
	}
	wanted := "–"
	if r.wanted > 0 {
		wanted = fmt.Sprintf("≥ %g", r.wanted)
	}
	numbers := ""
	if r.same {
		numbers = "equal"
	}
	all := r.ratios()
	return fmt.Sprintf("| %s | %s | %s | %s | %.3g (%.3g–%.3g) | %s | %s |", r.what, amount(r.seconds), r.peerName, amount(r.other), r.ratio(), slices.Min(all), slices.Max(all), wanted, numbers)
}

// processor is its name on Linux.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == "model name" {
			return strings.TrimSpace(v)
		}
	}
	return runtime.GOARCH
}

// load is the load of the machine, on Linux.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:3], ", ")
}
