package cli

import (
	"fmt"
	"reflect"
	"strings"
)

// CompletionPlain is [Flags.Completion] for a program without verbs: its flags
// are offered anywhere, elsewhere the shell offers files. words are offered as
// the first one, beside files.
func (f *Flags) CompletionPlain(shell string, words ...string) (string, error) {
	var b strings.Builder
	p := f.program
	all := strings.Join(f.flagsOf(Verb{Has: func(string, string) bool { return true }}), " ")
	first := strings.Join(words, " ")
	shells := strings.Join(Shells, " ")
	switch shell {
	case "bash":
		fmt.Fprintf(&b, "# source <(%s completion bash)\n_%s() {\n  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\n  case $prev in\n", p, p)
		fmt.Fprintf(&b, "    completion) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", shells)
		f.eachList(func(fl field, list string) {
			fmt.Fprintf(&b, "    %s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", strings.Join(spellings(fl), "|"), list)
		})
		fmt.Fprintf(&b, "  esac\n  if [[ $cur == -* ]]; then words='%s'\n  elif [ \"$COMP_CWORD\" = 1 ] && [ -n \"$cur\" ]; then words='%s'\n  fi\n", all, first)
		fmt.Fprintf(&b, "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o default -F _%s %s\n", p, p)
	case "zsh":
		fmt.Fprintf(&b, "#compdef %s\n# source <(%s completion zsh)\n_%s() {\n  local cur=${words[CURRENT]} prev=${words[CURRENT-1]}\n  case $prev in\n", p, p, p)
		fmt.Fprintf(&b, "    completion) compadd -- %s; return ;;\n", shells)
		f.eachList(func(fl field, list string) {
			fmt.Fprintf(&b, "    %s) compadd -- %s; return ;;\n", strings.Join(spellings(fl), "|"), list)
		})
		fmt.Fprintf(&b, "  esac\n  if [[ $cur == -* ]]; then compadd -- %s\n  else\n    (( CURRENT == 2 )) && compadd -- %s\n    _files\n  fi\n}\ncompdef _%s %s\n", all, first, p, p)
	case "fish":
		fmt.Fprintf(&b, "# %s completion fish | source\n", p)
		for _, w := range words {
			fmt.Fprintf(&b, "complete -c %s -n __fish_use_subcommand -a %s\n", p, w)
		}
		fmt.Fprintf(&b, "complete -c %s -n '__fish_seen_subcommand_from completion' -f -a '%s'\n", p, shells)
		for _, fl := range f.fields {
			fmt.Fprintf(&b, "complete -c %s -l %s", p, fl.name)
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
	case "powershell":
		fmt.Fprintf(&b, "# %s completion powershell | Out-String | Invoke-Expression\nRegister-ArgumentCompleter -Native -CommandName %s -ScriptBlock {\n  param($word, $ast, $at)\n  $all = @($ast.CommandElements | ForEach-Object { $_.ToString() })\n  $before = @($all | Where-Object { $_ -ne $word })\n  $prev = $before[-1]\n  $words = @()\n  switch -CaseSensitive ($prev) {\n", p, p)
		fmt.Fprintf(&b, "    'completion' { $words = -split '%s' }\n", shells)
		f.eachList(func(fl field, list string) {
			for _, s := range spellings(fl) {
				fmt.Fprintf(&b, "    '%s' { $words = -split '%s' }\n", s, list)
			}
		})
		fmt.Fprintf(&b, "  }\n  if ($words.Count -eq 0 -and $word -like '-*') { $words = -split '%s' }\n", all)
		fmt.Fprintf(&b, "  if ($words.Count -eq 0 -and $before.Count -le 1 -and $word) { $words = -split '%s' }\n", first)
		b.WriteString("  $words | Where-Object { $_ -like \"$word*\" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }\n}\n")
	default:
		return "", Errorf(Usage, "there is no completion for %s", Quote(shell)).Do("%s completion bash, zsh, fish or powershell", p)
	}
	return b.String(), nil
}
