package cli

import (
	"fmt"
	"reflect"
	"strings"
)

// Help returns the flags of a group, one a line with its default.
func (f *Flags) Help(group string) string {
	var b strings.Builder
	for _, fl := range f.fields {
		if fl.group != group {
			continue
		}
		left := "    --" + fl.name
		if fl.short != "" {
			left = "-" + fl.short + ", --" + fl.name
		}
		if fl.arg != "" && fl.value.Kind() != reflect.Bool {
			left += " " + fl.arg
		}
		fmt.Fprintf(&b, "  %-36s %s (%s)\n", left, fl.help, fl.shown())
	}
	return b.String()
}

// HelpShort returns the flags of a group with their defaults, several a line.
func (f *Flags) HelpShort(group string, width int) string {
	return f.HelpBrief(func(_, g string) bool { return g == group }, width)
}

// shown is the default as Help prints it.
func (fl field) shown() string {
	switch {
	case fl.auto != "":
		return fl.auto
	case fl.value.Kind() == reflect.Bool && fl.def == "false":
		return "off"
	case fl.value.Kind() == reflect.Bool:
		return "on"
	case fl.def == "":
		return "none"
	}
	return fl.def
}
