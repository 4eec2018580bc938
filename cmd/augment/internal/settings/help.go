package settings

import (
	"fmt"
	"strings"
)

// Short is what the program says without arguments: twelve lines.
const Short = `augment makes new training pictures out of old ones, with the changes of Keras.

  augment photos out                                 five new ones of each, turned, moved, mirrored
  augment photos --preview sheet.png                 look at them first
  augment photos out --rotation-range 30 --zoom-range 0.2
  augment photos out --policy randaugment --target-size 224x224 --balance

  photos holds the pictures, in one sub-folder a class or all together.
  --per-image N   --masks DIR   --boxes FILE   --format npz   --dry-run
  "augment --help" for all flags, "augment help rotation-range" for one
`

const exits = "Exit codes: 0 done, 1 failed, 2 usage, 3 bad data, 75 try again, 130/143 stopped\n"

// Help is the answer to --help.
func Help() string {
	f := Flags(Default())
	var b strings.Builder
	b.WriteString(`Examples:
  augment photos out                               five new pictures of each one
  augment photos --preview sheet.png               look at them first
  augment photos out -n 10 --rotation-range 30 --horizontal-flip --seed 7
  augment photos out --policy randaugment --target-size 224x224 --balance
  augment images out --masks masks --boxes annotations.json
  augment --replay out/manifest.jsonl photos again  the same bytes once more
augment IN OUT      new pictures, in the same folders; run it again to go on
augment IN --check  or --stats, --dry-run, --preview FILE: look, write nothing
augment completion bash|zsh|fish|powershell, augment version, augment help FLAG
Changes are those that flags name; if none is named, those marked * are made.
Flags (default in brackets):
`)
	for _, g := range []struct{ name, group string }{
		{"how many", "count"}, {"changes", "change"}, {"numbers", "numbers"}, {"reading", "read"}, {"beside", "beside"}, {"writing", "write"}, {"looking", "look"}, {"running", "run"},
	} {
		for i, line := range strings.Split(strings.TrimSpace(f.HelpShort(g.group, 68)), "\n") {
			name := g.name
			if i > 0 {
				name = ""
			}
			fmt.Fprintf(&b, "  %-9s %s\n", name, strings.TrimSpace(line))
		}
	}
	b.WriteString(exits)
	return b.String()
}

// HelpAbout explains the flags that show says, a line each.
func HelpAbout(word string) string {
	f := Flags(Default())
	word = strings.ReplaceAll(strings.TrimLeft(word, "-"), "_", "-")
	if to, ok := aliases[word]; ok {
		word = to
	}
	text := f.HelpWhere(func(name, group string) bool {
		return name == word || group == word || len(word) > 2 && strings.Contains(name, word)
	})
	if strings.Contains(text, "*)") {
		text += "* if no flag names a change\n"
	}
	return text
}

// Completion returns the script that completes flags in a shell.
func Completion(shell string) (string, error) {
	return Flags(Default()).CompletionPlain(shell, "completion", "help", "version")
}
