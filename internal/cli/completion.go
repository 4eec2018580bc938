package cli

import (
	"fmt"
	"reflect"
	"strings"
)

// Shells are those that [Flags.Completion] knows.
var Shells = []string{"bash", "zsh", "fish", "powershell"}

// A Verb is a command with flags of its own, as completion sees it.
type Verb struct {
	Name, Does string
	Has        func(flag, group string) bool
}

// Completion returns a script that completes verbs, flags and the values of
// flags that have a list of them; elsewhere the shell offers files.
func (f *Flags) Completion(shell string, verbs []Verb) (string, error) {
	var b strings.Builder
	p := f.program
	switch shell {
	case "bash":
		fmt.Fprintf(&b, "# source <(%s completion bash)\n_%s() {\n  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\n  case $prev in\n", p, p)
		f.eachList(func(fl field, list string) {
			fmt.Fprintf(&b, "    %s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", strings.Join(spellings(fl), "|"), list)
		})
		fmt.Fprintf(&b, "  esac\n  if [ \"$COMP_CWORD\" = 1 ]; then words='%s'\n  elif [[ $cur == -* ]]; then\n    case ${COMP_WORDS[1]} in\n", strings.Join(names(verbs), " "))
		for _, v := range verbs {
			fmt.Fprintf(&b, "      %s) words='%s' ;;\n", v.Name, strings.Join(f.flagsOf(v), " "))
		}
		fmt.Fprintf(&b, "    esac\n  fi\n  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o default -F _%s %s\n", p, p)
	case "zsh":
		fmt.Fprintf(&b, "#compdef %s\n# source <(%s completion zsh)\n_%s() {\n  local cur=${words[CURRENT]} prev=${words[CURRENT-1]}\n  case $prev in\n", p, p, p)
		f.eachList(func(fl field, list string) {
			fmt.Fprintf(&b, "    %s) compadd -- %s; return ;;\n", strings.Join(spellings(fl), "|"), list)
		})
		fmt.Fprintf(&b, "  esac\n  if (( CURRENT == 2 )); then compadd -- %s\n  elif [[ $cur == -* ]]; then\n    case ${words[2]} in\n", strings.Join(names(verbs), " "))
		for _, v := range verbs {
			fmt.Fprintf(&b, "      %s) compadd -- %s ;;\n", v.Name, strings.Join(f.flagsOf(v), " "))
		}
		fmt.Fprintf(&b, "    esac\n  else _files\n  fi\n}\ncompdef _%s %s\n", p, p)
	case "fish":
		fmt.Fprintf(&b, "# %s completion fish | source\n", p)
		for _, v := range verbs {
			fmt.Fprintf(&b, "complete -c %s -n __fish_use_subcommand -f -a %s -d %s\n", p, v.Name, fishQuote(v.Does))
		}
		for _, v := range verbs {
			for _, fl := range f.fields {
				if !v.Has(fl.name, fl.group) {
					continue
				}
				fmt.Fprintf(&b, "complete -c %s -n '__fish_seen_subcommand_from %s' -l %s", p, v.Name, fl.name)
				if fl.short != "" {
					b.WriteString(" -s " + fl.short)
				}
				switch list := listOf(fl); {
				case list != "":
					b.WriteString(" -xa '" + list + "'")
				case fl.value.Kind() != reflect.Bool:
					b.WriteString(" -r")
				}
				b.WriteString(" -d " + fishQuote(strings.TrimPrefix(fl.help, ": ")) + "\n")
			}
		}
	case "powershell":
		fmt.Fprintf(&b, "# %s completion powershell | Out-String | Invoke-Expression\nRegister-ArgumentCompleter -Native -CommandName %s -ScriptBlock {\n  param($word, $ast, $at)\n  $all = @($ast.CommandElements | ForEach-Object { $_.ToString() })\n  $before = @($all | Where-Object { $_ -ne $word })\n  $prev = $before[-1]\n  $words = @()\n  switch -CaseSensitive ($prev) {\n", p, p)
		f.eachList(func(fl field, list string) {
			for _, s := range spellings(fl) {
				fmt.Fprintf(&b, "    '%s' { $words = -split '%s' }\n", s, list)
			}
		})
		fmt.Fprintf(&b, "  }\n  if ($words.Count -eq 0 -and $before.Count -le 1) { $words = -split '%s' }\n  if ($words.Count -eq 0 -and $word -like '-*') {\n    switch ($all[1]) {\n", strings.Join(names(verbs), " "))
		for _, v := range verbs {
			fmt.Fprintf(&b, "      '%s' { $words = -split '%s' }\n", v.Name, strings.Join(f.flagsOf(v), " "))
		}
		b.WriteString("    }\n  }\n  $words | Where-Object { $_ -like \"$word*\" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }\n}\n")
	default:
		return "", Errorf(Usage, "there is no completion for %s", Quote(shell)).Do("%s completion bash, zsh, fish or powershell", p)
	}
	return b.String(), nil
}

func names(verbs []Verb) (all []string) {
	for _, v := range verbs {
		all = append(all, v.Name)
	}
	return all
}

func (f *Flags) flagsOf(v Verb) (all []string) {
	for _, fl := range f.fields {
		if v.Has(fl.name, fl.group) {
			all = append(all, "--"+fl.name)
		}
	}
	return append(all, "--help")
}

// spellings are the ways to write a flag.
func spellings(fl field) []string {
	if fl.short != "" {
		return []string{"--" + fl.name, "-" + fl.short}
	}
	return []string{"--" + fl.name}
}

// listOf returns the values of a flag that has a list of them.
func listOf(fl field) string {
	return strings.Join(fl.choices, " ")
}

func (f *Flags) eachList(do func(fl field, list string)) {
	for _, fl := range f.fields {
		if list := listOf(fl); list != "" {
			do(fl, list)
		}
	}
}

func fishQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `\'`) + "'" }
