package boxfile

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// A matcher finds the picture that a file means by a name.
type matcher struct {
	byName map[string][]string // by the last element
	byStem map[string][]string // by the last element without its extension
}

func newMatcher(images []string) *matcher {
	m := &matcher{map[string][]string{}, map[string][]string{}}
	for _, i := range images {
		base := path.Base(i)
		m.byName[base] = append(m.byName[base], i)
		m.byStem[stem(base)] = append(m.byStem[stem(base)], i)
	}
	return m
}

func stem(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }

// name finds a picture by its path, or the end of it.
func (m *matcher) name(n string) (string, error) {
	n = clean(n)
	return best(n, m.byName[path.Base(n)], func(s string) string { return s })
}

// stem likewise, by a path without extension.
func (m *matcher) stem(n string) (string, error) {
	n = clean(n)
	return best(n, m.byStem[path.Base(n)], stem)
}

// clean makes a slash path without . of what other systems write.
func clean(n string) string {
	return strings.TrimPrefix(path.Clean(strings.ReplaceAll(n, `\`, "/")), "/")
}

// errUnknown is a name of no picture.
type errUnknown struct{ name string }

func (e errUnknown) Error() string {
	return fmt.Sprintf("there is no picture %q; correct the name, or leave its boxes out", e.name)
}

// best chooses among pictures with the right last element the one that agrees
// in most elements with n. One of the two must be the end of the other.
func best(n string, candidates []string, key func(string) string) (string, error) {
	want := strings.Split(n, "/")
	slices.Reverse(want)
	found, agree := []string(nil), 0
	for _, c := range candidates {
		have := strings.Split(key(c), "/")
		slices.Reverse(have)
		k := 0
		for k < min(len(want), len(have)) && want[k] == have[k] {
			k++
		}
		if k < min(len(want), len(have)) {
			continue
		}
		if k == len(want) && k == len(have) {
			k++ // the very same
		}
		switch {
		case k > agree:
			found, agree = []string{c}, k
		case k == agree:
			found = append(found, c)
		}
	}
	switch len(found) {
	case 0:
		return "", errUnknown{n}
	case 1:
		return found[0], nil
	}
	slices.Sort(found)
	return "", fmt.Errorf("%q may be %s or %s; name the folder too", n, found[0], found[1])
}
