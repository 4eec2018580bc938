// Package printable shows names that come from outside, such as those of files.
package printable

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Name returns a name as it can be shown: quoted if it is not UTF-8, or has
// characters that would change a terminal or cannot be seen.
func Name(name string) string {
	for _, r := range name {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return strconv.QuoteToGraphic(name)
		}
	}
	return name
}
