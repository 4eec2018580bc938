package cli

import (
	"fmt"
	"strings"
)

// Group returns the group of a flag, "" when there is no such flag.
func (f *Flags) Group(name string) string { return f.field(name).group }

// HelpWhere returns the flags that show says, one a line with its default.
func (f *Flags) HelpWhere(show func(name, group string) bool) string {
	var b strings.Builder
	for _, fl := range f.fields {
		if !show(fl.name, fl.group) {
			continue
		}
		left := "    --" + fl.name
		if fl.short != "" {
			left = "-" + fl.short + ", --" + fl.name
		}
		if fl.arg != "" {
			left += " " + fl.arg
		}
		if len([]rune(left)) > 34 {
			fmt.Fprintf(&b, "  %s\n  %-34s", left, "")
		} else {
			fmt.Fprintf(&b, "  %-34s", left)
		}
		fmt.Fprintf(&b, " %s (%s)\n", strings.TrimPrefix(fl.help, ": "), fl.shown())
	}
	return b.String()
}

// HelpBrief returns the flags that show says with their defaults, several a line.
func (f *Flags) HelpBrief(show func(name, group string) bool, width int) string {
	var b strings.Builder
	line := " "
	for _, fl := range f.fields {
		if !show(fl.name, fl.group) {
			continue
		}
		cell := fmt.Sprintf(" --%s (%s)", fl.name, fl.shown())
		if len([]rune(line))+len([]rune(cell)) > width {
			b.WriteString(line + "\n")
			line = " "
		}
		line += cell
	}
	b.WriteString(line + "\n")
	return b.String()
}
