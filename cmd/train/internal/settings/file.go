package settings

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
)

// maxFile is how large a configuration may be.
const maxFile = 1 << 20

// sections are the groups of flags that have a section of their own in a
// configuration; the others stand at the top.
var sections = []string{"image", "text", "words", "table", "output"}

// aside are flags that say what to do now, not how to train.
var aside = []string{"config", "set", "show-config", "resume", "dry-run", "check", "force", "out"}

// Configure reads the file of --config and the words of --set. What the command
// line gives stays; of the others --set wins. It returns the data that the file
// names, "" for none.
func (s *Settings) Configure(f *cli.Flags) (data string, err error) {
	c := &configurer{flags: f, given: map[string]bool{}}
	for _, x := range f.Settings() {
		c.given[x.Name] = f.Changed(x.Name)
	}
	words := slices.Clone(s.Set)
	if s.Config != "" {
		if err := c.file(s.Config); err != nil {
			return "", err
		}
	}
	for _, w := range words {
		if err := c.word(w); err != nil {
			return "", err
		}
	}
	return c.data, nil
}

// configurer gives flags what a configuration says.
type configurer struct {
	flags *cli.Flags
	given map[string]bool // on the command line
	data  string
}

func (c *configurer) file(path string) error {
	st, err := os.Stat(path)
	if err != nil {
		return cli.Errorf(cli.Usage, "cannot read the configuration: %w", err)
	}
	if st.Size() > maxFile {
		return cli.Errorf(cli.Usage, "the configuration %s has %d bytes, more than %d", path, st.Size(), maxFile)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return cli.Errorf(cli.Usage, "cannot read the configuration: %w", err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return cli.Errorf(cli.Usage, "config %s: %w", path, err).Do("it is YAML or JSON: key: value, with two spaces before what is inside")
	}
	if len(doc.Content) == 0 {
		return nil
	}
	return c.mapping(path, "", doc.Content[0])
}

// mapping reads the keys of a section, or of the top.
func (c *configurer) mapping(path, section string, m *yaml.Node) error {
	if m.Kind == yaml.ScalarNode && m.ShortTag() == "!!null" {
		return nil // all of it are comments
	}
	if m.Kind != yaml.MappingNode {
		return cli.Errorf(cli.Usage, "config %s:%d: %swant keys with values, got %s", path, m.Line, in(section), kindOf(m))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(m.Content); i += 2 {
		k, v := m.Content[i], m.Content[i+1]
		at := fmt.Sprintf("config %s:%d: ", path, k.Line)
		if seen[k.Value] {
			return cli.Errorf(cli.Usage, "%skey %q is there twice", at, k.Value)
		}
		seen[k.Value] = true
		if section == "" && slices.Contains(sections, k.Value) {
			if err := c.mapping(path, k.Value, v); err != nil {
				return err
			}
			continue
		}
		text, err := textOf(v)
		if err != nil {
			return cli.Errorf(cli.Usage, "%s%s%s: %w", at, dotted(section), k.Value, err)
		}
		if err := c.set(at, section, k.Value, text); err != nil {
			return err
		}
	}
	return nil
}

// word reads one --set.
func (c *configurer) word(w string) error {
	key, val, ok := strings.Cut(w, "=")
	if !ok {
		return cli.Errorf(cli.Usage, "--set %s: want a key and a value", w).Do("--set learning_rate=0.01")
	}
	section, name := "", key
	if before, after, ok := strings.Cut(key, "."); ok {
		section, name = before, after
	}
	if section != "" && !slices.Contains(sections, section) {
		e := cli.Errorf(cli.Usage, "--set %s: there is no section %q", w, section)
		if near := config.Nearest(section, sections); len(near) > 0 {
			return e.Do("did you mean %s.%s?", near[0], name)
		}
		return e.Do("sections are %s", strings.Join(sections, ", "))
	}
	return c.set("--set: ", section, name, val)
}

// set gives one flag its value, unless the command line has.
func (c *configurer) set(at, section, key, val string) error {
	if section == "" && key == "data" {
		c.data = val
		return nil
	}
	name := strings.ReplaceAll(key, "_", "-")
	if to, ok := aliases[name]; ok {
		name = to
	}
	var keys []string
	for _, x := range c.flags.Settings() {
		if slices.Contains(aside, x.Name) {
			continue
		}
		if x.Name == name && sectionOf(x.Group) == section {
			if c.given[name] {
				return nil
			}
			if err := c.flags.Give(name, val); err != nil {
				return cli.Errorf(cli.Usage, "%s%s%s is %q; %w", at, dotted(section), key, val, err)
			}
			return nil
		}
		keys = append(keys, Key(x))
	}
	e := cli.Errorf(cli.Usage, "%sunknown key %q%s", at, key, within(section))
	if i := slices.IndexFunc(keys, func(k string) bool { return k[strings.LastIndex(k, ".")+1:] == strings.ReplaceAll(name, "-", "_") }); i >= 0 {
		return e.Do("did you mean %s?", keys[i]) // right name, wrong section
	}
	if near := config.Nearest(dotted(section)+strings.ReplaceAll(key, "-", "_"), keys); len(near) > 0 {
		return e.Do("did you mean %s?", near[0])
	}
	return e.Do("train --show-config lists all keys")
}

// Key is what a flag is called in a configuration.
func Key(x cli.Setting) string {
	return dotted(sectionOf(x.Group)) + strings.ReplaceAll(x.Name, "-", "_")
}

func sectionOf(group string) string {
	if slices.Contains(sections, group) {
		return group
	}
	return ""
}

func dotted(section string) string {
	if section == "" {
		return ""
	}
	return section + "."
}

func in(section string) string {
	if section == "" {
		return ""
	}
	return "section " + strconv.Quote(section) + ": "
}

func within(section string) string {
	if section == "" {
		return ""
	}
	return " in section " + strconv.Quote(section)
}

// textOf is a value as the command line has it.
func textOf(v *yaml.Node) (string, error) {
	switch v.Kind {
	case yaml.ScalarNode:
		if v.ShortTag() == "!!null" {
			return "", errors.New("there is no value")
		}
		return v.Value, nil
	case yaml.SequenceNode:
		var parts []string
		for _, c := range v.Content {
			if c.Kind != yaml.ScalarNode {
				return "", errors.New("want a list of plain values")
			}
			parts = append(parts, c.Value)
		}
		return strings.Join(parts, ","), nil
	}
	return "", fmt.Errorf("want a value, got %s", kindOf(v))
}

func kindOf(v *yaml.Node) string {
	switch v.Kind {
	case yaml.MappingNode:
		return "a section"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "a reference"
	}
	return "a value"
}

// YAML is the configuration as a file for --config, with what each key means.
// Keys that the data decide are comments.
func (s *Settings) YAML(f *cli.Flags, data string) string {
	var b strings.Builder
	if data == "" {
		data = "PATH"
		b.WriteString("# ")
	}
	fmt.Fprintf(&b, "data: %s\n", quoted(data))
	for _, section := range append([]string{""}, sections...) {
		indent, head := "", ""
		if section != "" {
			indent, head = "  ", "\n"+section+":\n"
		}
		for _, x := range f.Settings() {
			if sectionOf(x.Group) != section || slices.Contains(aside, x.Name) {
				continue
			}
			b.WriteString(head)
			head = ""
			key := strings.ReplaceAll(x.Name, "-", "_")
			if val := yamlValue(x.Value); x.Auto != "" && !f.Changed(x.Name) {
				fmt.Fprintf(&b, "%-40s # %s\n", indent+"# "+key+": "+strconv.Quote(x.Auto), x.Help)
			} else if val == "" {
				fmt.Fprintf(&b, "%-40s # %s\n", indent+"# "+key+":", x.Help)
			} else {
				fmt.Fprintf(&b, "%-40s # %s\n", indent+key+": "+val, x.Help)
			}
		}
	}
	return b.String()
}

// yamlValue is a value in one line of YAML; "" for none.
func yamlValue(v any) string {
	switch x := v.(type) {
	case string:
		if x == "" {
			return ""
		}
		return quoted(x)
	case []int:
		return list(x)
	case []float64:
		return list(x)
	case []string:
		return ""
	}
	return fmt.Sprint(v)
}

func list[T any](xs []T) string {
	if len(xs) == 0 {
		return ""
	}
	return strings.ReplaceAll(fmt.Sprint(xs), " ", ", ")
}

// quoted is a string as YAML writes it.
func quoted(s string) string {
	b, err := yaml.Marshal(s)
	if err != nil || strings.Count(string(b), "\n") != 1 {
		return strconv.Quote(s)
	}
	return strings.TrimSpace(string(b))
}
