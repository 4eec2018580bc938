package nn

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// firstDifference compares two setups.
func firstDifference(was, is []string) string {
	for i := range max(len(was), len(is)) {
		switch {
		case i >= len(is):
			return fmt.Sprintf("it has %q, which is missing here", short(was[i]))
		case i >= len(was):
			return fmt.Sprintf("it lacks %q", short(is[i]))
		case was[i] != is[i]:
			return lineDifference(was[i], is[i])
		}
	}
	return ""
}

// lineDifference names the first setting in which two lines of a setup differ.
func lineDifference(was, is string) string {
	for a, b := was, is; ; {
		headA, inA, restA := cutSettings(a)
		headB, inB, restB := cutSettings(b)
		if headA != headB || inA == nil || inB == nil {
			return fmt.Sprintf("it has %q, here is %q", short(was), short(is))
		}
		if key, x, y := settingDifference(inA, inB); key != "" {
			return fmt.Sprintf("%s had %s %s, here it has %s", strings.TrimLeft(headA, ", "), key, x, y)
		}
		a, b = restA, restB
	}
}

// short is a line without its settings.
func short(line string) string {
	s := ""
	for {
		head, in, rest := cutSettings(line)
		if s += head; in == nil {
			return s
		}
		line = rest
	}
}

// cutSettings cuts a line at the settings that it holds as JSON; nil: there are none.
func cutSettings(line string) (head string, in map[string]json.RawMessage, rest string) {
	i := strings.Index(line, " {")
	if i < 0 {
		return line, nil, ""
	}
	d := json.NewDecoder(strings.NewReader(line[i+1:]))
	if err := d.Decode(&in); err != nil {
		return line, nil, ""
	}
	return line[:i], in, line[i+1+int(d.InputOffset()):]
}

// settingDifference finds the first key, by name, whose values differ: that of an inner
// setting where both have some.
func settingDifference(was, is map[string]json.RawMessage) (key, x, y string) {
	all := maps.Clone(was)
	maps.Copy(all, is)
	for _, k := range slices.Sorted(maps.Keys(all)) {
		a, b := string(was[k]), string(is[k])
		if a == b {
			continue
		}
		var inA, inB map[string]json.RawMessage
		if json.Unmarshal(was[k], &inA) == nil && json.Unmarshal(is[k], &inB) == nil && inA != nil && inB != nil {
			if inner, x, y := settingDifference(inA, inB); inner != "" {
				return k + "." + inner, x, y
			}
		}
		return k, orNone(a), orNone(b)
	}
	return "", "", ""
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}
