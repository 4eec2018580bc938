package check

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strings"
)

// alone finds what is wrong with pictures by themselves.
func alone(all []facts) (found []Finding) {
	add := func(f *facts, k Kind, reason string) {
		found = append(found, Finding{Kind: k, Names: []string{f.Name}, Reason: reason})
	}
	for i := range all {
		f := &all[i]
		if f.kind != "" {
			add(f, f.kind, f.reason)
			continue
		}
		ext := strings.ToLower(strings.TrimPrefix(path.Ext(f.Name), "."))
		if want := formats[ext]; want != f.head.Format {
			add(f, Mislabelled, fmt.Sprintf("it is %s, not %s", strings.ToUpper(f.head.Format), strings.ToUpper(want)))
		}
		if f.head.Animated {
			add(f, Animated, "")
		}
		if f.head.CMYK {
			add(f, CMYK, "")
		}
		if f.blank && f.w*f.h > 1 {
			add(f, Blank, fmt.Sprintf("all %d×%d pixels have the same colour", f.w, f.h))
		}
	}
	return found
}

// What counts as odd, against the median of all pictures.
const (
	enough    = 10  // pictures; of fewer, none is odd
	oddArea   = 10. // times larger or smaller
	oddShape  = 2.5 // times wider or narrower
	oddShare  = 0.1 // of all pictures: channels that so few have …
	mostShare = 0.9 // … where so many have others
)

// odd finds pictures that are unlike most.
func odd(all []facts) (found []Finding) {
	var good []*facts
	kinds := map[string]int{}
	for i := range all {
		if f := &all[i]; f.kind == "" {
			good = append(good, f)
			kinds[f.head.Kind()]++
		}
	}
	if len(good) < enough {
		return nil
	}
	area := median(good, func(f *facts) float64 { return float64(f.w) * float64(f.h) })
	shape := median(good, func(f *facts) float64 { return float64(f.w) / float64(f.h) })
	usual := ""
	for k, n := range kinds {
		if float64(n) >= mostShare*float64(len(good)) {
			usual = k
		}
	}
	far := func(v, from, times float64) bool { return math.Abs(math.Log(v/from)) > math.Log(times) }
	for _, f := range good {
		add := func(k Kind, format string, args ...any) {
			found = append(found, Finding{Kind: k, Names: []string{f.Name}, Reason: fmt.Sprintf(format, args...)})
		}
		if far(float64(f.w)*float64(f.h), area, oddArea) {
			add(OddSize, "%d×%d pixels (width × height), where half of the pictures have more and half less than %.0f pixels", f.w, f.h, area)
		}
		if far(float64(f.w)/float64(f.h), shape, oddShape) {
			add(OddShape, "%d×%d pixels (width × height), where width / height is about %.2g for most", f.w, f.h, shape)
		}
		if k := f.head.Kind(); usual != "" && k != usual && float64(kinds[k]) <= oddShare*float64(len(good)) {
			add(OddChannels, "%s, where most are %s", k, usual)
		}
	}
	return found
}

func median(all []*facts, of func(*facts) float64) float64 {
	v := make([]float64, len(all))
	for i, f := range all {
		v[i] = of(f)
	}
	slices.Sort(v)
	return v[len(v)/2]
}
