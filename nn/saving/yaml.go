package saving

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/antler-ml/antler/nn"
)

// What a YAML text may hold. A node that is referred to counts each time.
const (
	maxYAML      = 8 << 20 // bytes
	maxYAMLNodes = 100_000
	maxYAMLDepth = 100
)

// ToYAML returns the model's architecture in YAML, as Keras 2 did; later ones
// have JSON only.
// Keras: Model.to_yaml, Sequential.to_yaml.
func ToYAML(m *nn.Model) ([]byte, error) {
	js, err := ToJSON(m)
	if err != nil {
		return nil, err
	}
	var doc yaml.Node // JSON is YAML
	if err := yaml.Unmarshal(js, &doc); err != nil {
		return nil, fmt.Errorf("saving: %w", err)
	}
	plain(&doc)
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		return nil, fmt.Errorf("saving: %w", err)
	}
	return b.Bytes(), enc.Close()
}

// plain undoes JSON's style: lines instead of brackets, quotes where they are
// needed.
func plain(n *yaml.Node) {
	if (n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode) && len(n.Content) > 0 || n.Kind == yaml.ScalarNode {
		n.Style = 0
	}
	for _, c := range n.Content {
		plain(c)
	}
}

// FromYAML builds a model from what [ToYAML] or Keras' model.to_yaml() wrote.
// Tags that name Python objects are refused, but for tuples; a text that
// unfolds into more than 100,000 values is refused too.
// Keras: model_from_yaml.
func FromYAML(data []byte) (*nn.Model, error) {
	js, err := yamlToJSON(data)
	if err != nil {
		return nil, fmt.Errorf("saving: model configuration: %w", err)
	}
	return FromJSON(js)
}

func yamlToJSON(data []byte) ([]byte, error) {
	if len(data) > maxYAML {
		return nil, fmt.Errorf("the YAML text has %d bytes, more than %d", len(data), maxYAML)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, errors.New("the YAML text is empty")
	}
	u := unfolder{}
	if err := u.node(doc.Content[0], 0); err != nil {
		return nil, err
	}
	return u.out.Bytes(), nil
}

// unfolder writes YAML as JSON.
type unfolder struct {
	out   bytes.Buffer
	nodes int
}

func (u *unfolder) node(n *yaml.Node, depth int) error {
	if u.nodes++; u.nodes > maxYAMLNodes {
		return fmt.Errorf("line %d: the YAML text unfolds into more than %d values", n.Line, maxYAMLNodes)
	}
	if depth > maxYAMLDepth {
		return fmt.Errorf("line %d: the YAML text is nested more than %d deep", n.Line, maxYAMLDepth)
	}
	switch n.Kind {
	case yaml.AliasNode:
		return u.node(n.Alias, depth+1)
	case yaml.SequenceNode:
		return u.list(n, depth)
	case yaml.MappingNode:
		return u.mapping(n, depth)
	case yaml.ScalarNode:
		return u.scalar(n)
	}
	return fmt.Errorf("line %d: this is no value", n.Line)
}

func (u *unfolder) list(n *yaml.Node, depth int) error {
	if t := n.ShortTag(); t != "!!seq" && t != "!!python/tuple" {
		return tagError(n)
	}
	u.out.WriteByte('[')
	for i, c := range n.Content {
		if i > 0 {
			u.out.WriteByte(',')
		}
		if err := u.node(c, depth+1); err != nil {
			return err
		}
	}
	u.out.WriteByte(']')
	return nil
}

func (u *unfolder) mapping(n *yaml.Node, depth int) error {
	if n.ShortTag() != "!!map" {
		return tagError(n)
	}
	seen := map[string]bool{}
	u.out.WriteByte('{')
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" {
			return fmt.Errorf("line %d: a key is a word; lists, mappings and merges are not read", key.Line)
		}
		if seen[key.Value] {
			return fmt.Errorf("line %d: key %q is there twice", key.Line, key.Value)
		}
		seen[key.Value] = true
		if i > 0 {
			u.out.WriteByte(',')
		}
		u.text(key.Value)
		u.out.WriteByte(':')
		if err := u.node(n.Content[i+1], depth+1); err != nil {
			return err
		}
	}
	u.out.WriteByte('}')
	return nil
}

func (u *unfolder) scalar(n *yaml.Node) error {
	switch n.ShortTag() {
	case "!!str":
		u.text(n.Value)
	case "!!null":
		u.out.WriteString("null")
	case "!!bool":
		var v bool
		if err := n.Decode(&v); err != nil {
			return err
		}
		u.out.WriteString(strconv.FormatBool(v))
	case "!!int":
		var v int64
		if err := n.Decode(&v); err != nil {
			return err
		}
		u.out.WriteString(strconv.FormatInt(v, 10))
	case "!!float":
		var v float64
		if err := n.Decode(&v); err != nil {
			return err
		}
		b, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("line %d: %s has no place in a model configuration", n.Line, n.Value)
		}
		u.out.Write(b)
		if !bytes.ContainsAny(b, ".e") {
			u.out.WriteString(".0") // stays a float
		}
	default:
		return tagError(n)
	}
	return nil
}

// text writes a JSON string.
func (u *unfolder) text(s string) {
	b, _ := json.Marshal(s) // a string always has a JSON form
	u.out.Write(b)
}

func tagError(n *yaml.Node) error {
	return fmt.Errorf("line %d: the tag %s is not read: a model configuration is made of words, numbers, lists and mappings", n.Line, n.ShortTag())
}
