package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/antler-ml/antler/internal/cli"
)

// readClasses reads the names of n classes, in the order of a model's outputs: a
// name a line, a list in JSON, or an object by number as in Keras'
// imagenet_class_index.json, {"0": ["n01440764", "tench"], …}.
func readClasses(path string, n int) ([]string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, cli.Errorf(cli.Usage, "--classes: %w", err)
	}
	no := func(format string, args ...any) error {
		return cli.Errorf(cli.BadData, "--classes %s: "+format, append([]any{path}, args...)...).
			Do(`a name a line, or JSON such as {"0": ["n01440764", "tench"], "1": "goldfish"}`)
	}
	b = bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\uFEFF")))
	if !utf8.Valid(b) {
		return nil, no("it is no UTF-8")
	}
	var named []className
	switch {
	case len(b) == 0:
		return nil, no("the file is empty")
	case b[0] == '{':
		var byNumber map[string]className
		if err := json.Unmarshal(b, &byNumber); err != nil {
			return nil, no("%w", err)
		}
		named = make([]className, len(byNumber))
		for k, c := range byNumber {
			i, err := strconv.Atoi(k)
			if err != nil || i < 0 || i >= len(named) || named[i].name != "" {
				return nil, no("want the numbers 0 to %d as keys, each once; one is %q", len(named)-1, k)
			}
			named[i] = c
		}
	case b[0] == '[':
		if err := json.Unmarshal(b, &named); err != nil {
			return nil, no("%w", err)
		}
	default:
		for line := range strings.Lines(string(b)) {
			named = append(named, className{name: strings.TrimSpace(line)})
		}
	}
	if len(named) != n {
		return nil, no("it names %s, but the model has %d", cli.Plural(len(named), "class"), n)
	}
	return distinct(named, no)
}

// distinct tells classes of one name apart, by their synset or number: ImageNet
// has two that are called crane.
func distinct(named []className, no func(string, ...any) error) ([]string, error) {
	times := map[string]int{}
	for i, c := range named {
		if c.name == "" {
			return nil, no("class %d has no name", i)
		}
		times[c.name]++
	}
	names := make([]string, len(named))
	for i, c := range named {
		names[i] = c.name
		if times[c.name] > 1 {
			id := c.id
			if id == "" {
				id = strconv.Itoa(i)
			}
			names[i] = fmt.Sprintf("%s (%s)", c.name, id)
		}
	}
	return names, nil
}

// A className is a name, in JSON perhaps behind the number of its synset.
type className struct{ id, name string }

func (c *className) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &c.name) == nil {
		return nil
	}
	var pair []string
	if err := json.Unmarshal(b, &pair); err != nil || len(pair) != 2 {
		return fmt.Errorf("a class is %.80s; want a name, or a list of synset and name", b)
	}
	c.id, c.name = pair[0], pair[1]
	return nil
}
