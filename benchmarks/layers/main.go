// Command layers times single layers, forward and backward, beside PyTorch and
// TensorFlow on two threads:
//
//	go run ./benchmarks/layers -peer venv/bin/python
//	go run ./benchmarks/layers -peer venv/bin/python -case depthwise -rounds 3
//
// The peers need torch, tensorflow and tf_keras. Each side makes the output
// and the gradients of input and weights for a given gradient of the output.
// Sides take turns, each peer in each of its settings; medians of the rounds
// count, and for a peer its best setting. Sums of what each side computed are
// compared before anything is timed.
package main

import (
	"flag"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	python := flag.String("peer", "python3", "Python that has torch and tensorflow; empty: only ours")
	match := flag.String("case", "", "only cases whose name holds one of these, separated by commas")
	rounds := flag.Int("rounds", 5, "turns of each side")
	seconds := flag.Float64("seconds", 0.15, "least time of a turn")
	flag.Parse()
	if err := run(*python, *match, *rounds, *seconds); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// settings of the peers: PyTorch on memory as it makes it and channels last,
// TensorFlow with and without XLA.
var settings = []string{"torch", "torch channels_last", "tf", "tf xla"}

func run(python, match string, rounds int, seconds float64) error {
	sides := map[string]*peer{}
	for _, name := range []string{"torch", "tf"} {
		if python == "" {
			break
		}
		p, err := start(python, name, runtime.GOMAXPROCS(0))
		if err != nil {
			return err
		}
		defer p.close()
		sides[name] = p
	}
	fmt.Printf("%-28s %9s %9s %9s   %s\n", "ms, forward and backward", "ours", "PyTorch", "TF", "ours is faster by")
	for _, c := range cases {
		if slices.ContainsFunc(strings.Split(match, ","), func(part string) bool { return strings.Contains(c.name, part) }) {
			if err := c.compare(sides, rounds, seconds); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	return nil
}

// compare times one case and prints its line.
func (c testCase) compare(sides map[string]*peer, rounds int, seconds float64) error {
	ours, err := c.prepare()
	if err != nil {
		return err
	}
	want := ours.sums()
	times := map[string][]float64{}
	for round := range rounds {
		for _, s := range settings {
			p := sides[strings.Fields(s)[0]]
			if p == nil || round > 0 && times[s] == nil {
				continue
			}
			a, err := p.ask(question{Setting: s, Class: c.class(), Config: ours.config, Input: c.shape, Seconds: seconds})
			if err != nil {
				return err
			}
			if a.Error != "" {
				fmt.Printf("  %s: %s: %s\n", c.name, s, a.Error)
				continue
			}
			if bad := differs(want, a.Sums); bad != "" {
				return fmt.Errorf("%s computes something else: %s", s, bad)
			}
			times[s] = append(times[s], a.Seconds)
			time.Sleep(50 * time.Millisecond) // its threads still spin
		}
		times["ours"] = append(times["ours"], ours.turn(seconds))
	}
	mine := median(times["ours"])
	torch, tf := best(times, "torch"), best(times, "tf")
	fmt.Printf("%-28s %9.3f %9.3f %9.3f   %.2f× and %.2f×\n", c.name, mine*1e3, torch*1e3, tf*1e3, torch/mine, tf/mine)
	return nil
}

// best is the median of a peer's fastest setting.
func best(times map[string][]float64, peer string) float64 {
	least := math.NaN()
	for s, t := range times {
		if strings.HasPrefix(s, peer) && !(least <= median(t)) {
			least = median(t)
		}
	}
	return least
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	if n := len(x); n%2 == 0 && n > 0 {
		return (x[n/2-1] + x[n/2]) / 2
	}
	return x[len(x)/2]
}

// differs says where sums of absolute values are not those of ours.
func differs(want, got []float64) string {
	if len(want) != len(got) {
		return fmt.Sprintf("%d sums, ours %d", len(got), len(want))
	}
	floor := 1e-6 * slices.Max(want) // a sum of rounding errors tells nothing
	for i, w := range want {
		if math.Abs(got[i]-w) > 1e-3*math.Abs(w)+floor {
			return fmt.Sprintf("sum %d is %g, ours %g", i, got[i], w)
		}
	}
	return ""
}
