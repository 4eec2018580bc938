package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/antler-ml/antler/cmd/train/internal/settings"
	"github.com/antler-ml/antler/internal/cli"
)

// A Page is what --help says of a command. All have one form, and a test holds
// them to it: what the command does, how it is called, examples that run, flags
// with their defaults, exit codes.
type Page struct {
	Name     string
	Usage    string    // what follows the name
	About    string    // a sentence
	Examples []Example // two to four
	Notes    string    // more; may be empty
	Groups   []Group   // of its flags; nil: as their tags say

	needs       string // what must follow the name, in words
	least, most int    // how many words that are
}

// An Example is a command line that runs, and what it is for.
type Example struct{ Line, About string }

// A Group is some flags under a title. Brief ones share lines.
type Group struct {
	Title string
	Flags []string
	Brief bool
}

// has reports whether a flag is on the page.
func (p *Page) has(flag string) bool {
	return slices.ContainsFunc(p.Groups, func(g Group) bool { return slices.Contains(g.Flags, flag) })
}

// call is how the command is called.
func (p *Page) call() string { return strings.TrimSpace("train " + p.Name + " " + p.Usage) }

// Text is the page.
func (p *Page) Text(f *cli.Flags) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n  %s\n\nExamples:\n", p.call(), p.About)
	width := 0
	for _, x := range p.Examples {
		if n := len([]rune(x.Line)); n <= 60 {
			width = max(width, n)
		}
	}
	for _, x := range p.Examples {
		b.WriteString(strings.TrimRight(fmt.Sprintf("  %-*s   %s", width, x.Line, x.About), " ") + "\n")
	}
	if p.Notes != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(p.Notes))
	}
	groups := p.Groups
	if groups == nil {
		groups = tagged(f)
	}
	after := " (default in brackets):"
	for _, g := range groups {
		show := func(name, _ string) bool { return slices.Contains(g.Flags, name) }
		fmt.Fprintf(&b, "\n%s%s\n", g.Title, after)
		if after = ":"; g.Brief {
			b.WriteString(f.HelpBrief(show, 116))
		} else {
			b.WriteString(f.HelpWhere(show))
		}
	}
	b.WriteString("\nExit codes: 0 done, 1 failed, 2 usage, 3 bad data, 75 try again, 130/143 stopped\n")
	return b.String()
}

// tagged are the groups that the flags' tags name, in order.
func tagged(f *cli.Flags) (groups []Group) {
	for _, x := range f.Settings() {
		i := slices.IndexFunc(groups, func(g Group) bool { return g.Title == x.Group })
		if i < 0 {
			groups, i = append(groups, Group{Title: x.Group}), len(groups)
		}
		groups[i].Flags = append(groups[i].Flags, x.Name)
	}
	return groups
}

// count refuses too few words, and too many.
func (p *Page) count(words []string) error {
	if n := len(words); n >= p.least && (p.most == 0 || n <= p.most) {
		return nil
	}
	return p.usage("%s needs %s, got %d", p.Name, p.needs, len(words))
}

// usage is the error for words that do not fit.
func (p *Page) usage(format string, args ...any) error {
	return cli.Errorf(cli.Usage, format, args...).Do("%s    (train %s --help)", p.call(), p.Name)
}

// Help is the answer to train help NAME and train NAME --help; false if nothing
// has this name.
func Help(name string) (string, bool) {
	for _, t := range Tools() {
		if t.Name == name {
			return t.Text(t.flags()), true
		}
	}
	f := settings.Flags(settings.Default())
	for _, v := range Verbs() {
		if v.Name == name {
			return v.Text(f), true
		}
	}
	for _, p := range dataPages() {
		if p.Name == name {
			p.Name = "DATA"
			return p.Text(f), true
		}
	}
	return "", false
}

// Names are the commands and kinds of data that have a page.
func Names() (names []string) {
	for _, v := range Verbs() {
		names = append(names, v.Name)
	}
	for _, t := range Tools() {
		names = append(names, t.Name)
	}
	for _, p := range dataPages() {
		names = append(names, p.Name)
	}
	return names
}
