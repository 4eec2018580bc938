package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
)

// announce says what was found, what was inferred and what will be written.
func (m *maker) announce(r *run) {
	c := m.Console
	c.Printf("found %s in %s%s", cli.Plural(len(m.tree.Files), "picture"), cli.Quote(m.in), m.classes())
	if len(m.tree.Loops) > 0 {
		c.Printf("left out: links that lead in a circle: %s", cli.List(m.tree.Loops, 3))
	}
	if m.loader.Masks != nil {
		c.Printf("masks of %s: moved by the nearest pixel, written to %s", cli.Quote(m.Masks), cli.Quote(filepath.Join(m.out, "masks")))
	}
	if set := m.loader.Boxes; set != nil {
		c.Printf("boxes of %s: %s", cli.Quote(m.Boxes), set)
		for _, n := range set.Notices() {
			c.Printf("  %s", n)
		}
	}
	c.Printf("changes: %s", m.changes())
	for _, line := range m.inferred() {
		c.Printf("%s", line)
	}
	if m.out == "" {
		return
	}
	c.Printf("writing %s to %s as %s; seed %d, %s", cli.Plural(m.plan.Total(), "picture"), cli.Quote(m.out), m.formats(), m.Seed, cli.Plural(m.Workers, "worker"))
	if r.state != nil {
		c.Printf("going on: %s are there already", cli.Plural(r.state.Len(), "picture"))
	}
}

// classes describes the classes that were found.
func (m *maker) classes() string {
	if len(m.tree.Classes) < 2 {
		return ""
	}
	var parts []string
	for k, name := range m.tree.Classes {
		if m.tree.Counts[k] == 0 {
			continue
		}
		if name == "" {
			name = "(none)"
		}
		parts = append(parts, fmt.Sprintf("%s %s", name, cli.Count(m.tree.Counts[k])))
	}
	return fmt.Sprintf(", %s: %s", cli.Plural(len(parts), "class"), cli.List(parts, 8))
}

// changes says by which flags pictures are changed.
func (m *maker) changes() string {
	if m.usual != nil {
		return strings.Join(m.usual, " ") + " (no flag names one, so these)"
	}
	given := strings.Join(m.changeFlags(), " ")
	switch {
	case given == "" || m.policy == nil && m.drawer == nil:
		return "none"
	case m.policy != nil && m.drawer != nil:
		return given + " (the policy first)"
	}
	return given
}

// changeFlags are the flags of changes that were given, as words.
func (m *maker) changeFlags() []string {
	var out []string
	words := m.Flags.Given()
	for i := 0; i < len(words); i++ {
		name, _, _ := strings.Cut(strings.TrimPrefix(words[i], "--"), "=")
		mine := m.Flags.Group(name) == "change"
		if mine {
			out = append(out, words[i])
		}
		if i+1 < len(words) && !strings.HasPrefix(words[i+1], "--") {
			if i++; mine {
				out = append(out, words[i])
			}
		}
	}
	return out
}

// inferred says what was decided without being asked.
func (m *maker) inferred() []string {
	var out []string
	e := m.Env
	if e.TargetSize != nil && !e.Flags.Changed("target-size") {
		why := "an array holds pictures of one size"
		if e.Format != "npz" {
			why = "statistics are of pictures of one size"
		}
		out = append(out, fmt.Sprintf("size: %d×%d, since %s; --target-size says another", e.TargetSize[0], e.TargetSize[1], why))
	}
	if e.Normalizes() && e.Format != "npz" {
		out = append(out, "numbers: stretched over 0 to 255, as Keras' save_to_dir does; --format npz keeps them as they are")
	}
	return out
}

// formats says what is written.
func (m *maker) formats() string {
	switch m.Format {
	case "":
		return "jpg where they are jpg, else png"
	case "npz":
		return fmt.Sprintf("arrays of %s in shards of npz", m.number)
	case "tar":
		return "shards of tar"
	}
	return m.Format
}

// commandLine is the command that does the same again.
func (m *maker) commandLine() string {
	words := []string{"augment", cli.Quote(m.in), cli.Quote(m.out)}
	return strings.Join(append(words, m.Flags.Given("force", "json", "quiet")...), " ")
}

// A summary is what --json says at the end.
type summary struct {
	Version  int            `json:"v"`
	Input    string         `json:"input"`
	Output   string         `json:"output"`
	Pictures int            `json:"pictures"` // that are in OUT
	Made     int            `json:"made"`     // in this run
	Skipped  int            `json:"skipped"`  // were there already
	Bad      int            `json:"unreadable"`
	Classes  map[string]int `json:"classes"`
	Shards   int            `json:"shards,omitempty"`
	Bytes    int64          `json:"bytes"`
	Seconds  float64        `json:"seconds"`
	Rate     float64        `json:"images_per_second"`
	Memory   int64          `json:"memory"`
	Seed     uint64         `json:"seed"`
	Manifest string         `json:"manifest"`
}

// finish says what was done, and what to do next.
func (r *run) finish() {
	c := r.Console
	c.Close()
	took := time.Since(r.start)
	rate := float64(r.made) / max(took.Seconds(), 1e-3)
	if n := len(r.bad); n > 0 {
		c.Warnf("%s of %s cannot be used and were left out:", cli.Count(n), cli.Plural(len(r.tree.Files)+len(r.tree.Bad), "picture"))
		for i, b := range r.bad {
			if i == 10 {
				c.Warnf("  … and %s more", cli.Count(n-i))
				break
			}
			c.Warnf("  %s: %s", b.Name, b.Reason)
		}
		c.Warnf("  all of them: %s", cli.Quote(filepath.Join(r.out, quarantine)))
		for k, short := range r.short() {
			if short > 0 {
				c.Warnf("  class %s is short of %s: it has no picture that can be read", r.tree.Classes[k], cli.Plural(short, "picture"))
			}
		}
	}
	if r.JSON {
		s := summary{Version: 1, Input: r.in, Output: r.out, Pictures: r.have(), Made: r.made, Skipped: r.have() - r.made, Bad: len(r.bad), Classes: map[string]int{},
			Bytes: r.bytes, Seconds: took.Round(time.Millisecond).Seconds(), Rate: float64(int(10*rate)) / 10, Memory: memory(), Seed: r.Seed, Manifest: filepath.Join(r.out, "manifest.jsonl")}
		for k, n := range r.counts() {
			s.Classes[r.tree.Classes[k]] = n
		}
		if r.Shards() {
			s.Shards = r.shardNumber
		}
		b, _ := json.Marshal(s)
		fmt.Fprintf(r.Env.Out, "%s\n", b)
		return
	}
	if r.made == 0 {
		c.Printf("nothing to do: all %s are in %s", cli.Plural(r.have(), "picture"), cli.Quote(r.out))
	} else {
		what := cli.Plural(r.made, "picture")
		if r.Shards() {
			what += " in " + cli.Plural(r.shardNumber, "shard")
		}
		c.Printf("wrote %s, %s in %s (%s img/s)", what, cli.Bytes(r.bytes), cli.Duration(took), cli.Count(int(rate+0.5)))
	}
	if r.Balance || r.Total > 0 {
		var parts []string
		for k, n := range r.counts() {
			if n > 0 {
				parts = append(parts, strings.TrimSpace(r.tree.Classes[k]+" "+cli.Count(n)))
			}
		}
		c.Printf("classes: %s", cli.List(parts, 8))
	}
	if r.Preview != "" {
		c.Printf("look at %s", cli.Quote(r.Preview))
	}
	c.Printf("%s says how each was made; to make them again: augment --replay %s %s again", cli.Quote(filepath.Join(r.out, "manifest.jsonl")), cli.Quote(filepath.Join(r.out, "manifest.jsonl")), cli.Quote(r.in))
	if next := r.next(); next != "" {
		c.Printf("next: %s", next)
	}
}

// next is the command to go on with.
func (r *run) next() string {
	if r.Shards() || r.loader.Masks != nil || r.loader.Boxes != nil {
		return ""
	}
	classes := 0
	for _, n := range r.counts() {
		if n > 0 {
			classes++
		}
	}
	if classes < 2 || r.tree.Classes[0] == "" {
		return ""
	}
	return "train " + cli.Quote(r.out)
}

// short is what each class lacks of its target.
func (r *run) short() []int {
	if !r.Balance && r.Total == 0 || r.plan == nil {
		return nil
	}
	want := r.plan.PerClass(len(r.tree.Classes))
	for k, n := range r.counts() {
		want[k] -= n
	}
	return want
}

// writeQuarantine lists the files that could not be used.
func (r *run) writeQuarantine() error {
	if len(r.bad) == 0 {
		return remove(filepath.Join(r.out, quarantine)) // of an earlier run, whose files were mended
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, x := range r.bad {
		if err := e.Encode(x); err != nil {
			return err
		}
	}
	return atomicfile.WriteBytes(filepath.Join(r.out, quarantine), b.Bytes())
}
