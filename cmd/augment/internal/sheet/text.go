package sheet

import (
	"strings"

	"golang.org/x/image/font/inconsolata"
)

// plain replaces what the font does not have and has a plain form.
var plain = strings.NewReplacer("≈", "~", "→", "->", "–", "-", "—", "-", "\t", " ")

// fitting cuts a text to n letters. What the font does not have becomes a
// question mark, as do bytes that are not UTF-8.
func fitting(text string, n int) string {
	letters := []rune(plain.Replace(text))
	for i, r := range letters {
		if _, ok := inconsolata.Regular8x16.GlyphAdvance(r); !ok {
			letters[i] = '?'
		}
	}
	if n = max(n, 0); len(letters) > n {
		letters = letters[:n]
		if n > 2 {
			letters[n-1] = '…'
		}
	}
	return string(letters)
}

// lines breaks a title into the lines that are drawn. A line that is too long
// is broken behind a space or slash, if there is room for another.
func lines(title string, n int) []string {
	var out []string
	for l := range strings.SplitSeq(title, "\n") {
		for r := []rune(l); len(out) < titles; {
			if len(r) <= n || len(out) == titles-1 {
				out = append(out, string(r))
				break
			}
			cut := n
			for i := n; i > n/3; i-- {
				if r[i-1] == ' ' || r[i-1] == '/' {
					cut = i
					break
				}
			}
			out = append(out, string(r[:cut]))
			r = r[cut:]
		}
	}
	return out
}
