package main

import (
	"fmt"
	"math"
	"slices"
)

// quantile is the value below which a part p of the samples lies (nearest
// rank); NaN of nothing.
func quantile(xs []float64, p float64) float64 {
	if len(xs) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(xs))
	return s[min(len(s)-1, max(0, int(math.Ceil(p*float64(len(s))))-1))]
}

// median is the middle of the samples, or the mean of the two in the middle.
func median(xs []float64) float64 {
	if n := len(xs); n > 0 && n%2 == 0 {
		s := slices.Sorted(slices.Values(xs))
		return (s[n/2-1] + s[n/2]) / 2
	}
	return quantile(xs, 0.5)
}

// span is "median (min–max)" of samples.
func span(xs []float64) string {
	if len(xs) == 0 {
		return "–"
	}
	return fmt.Sprintf("%s (%s–%s)", short(median(xs)), short(slices.Min(xs)), short(slices.Max(xs)))
}

// short prints three significant digits.
func short(x float64) string {
	switch a := math.Abs(x); {
	case math.IsNaN(x):
		return "–"
	case a >= 100:
		return fmt.Sprintf("%.0f", x)
	case a >= 10:
		return fmt.Sprintf("%.1f", x)
	case a >= 1:
		return fmt.Sprintf("%.2f", x)
	}
	return fmt.Sprintf("%.3g", x)
}

// agree says where two lists of numbers differ by more than tol, relative to
// the larger of 1 and the first list's number; "" when they do not.
func agree(want, got []float64, tol float64) string {
	if len(want) != len(got) {
		return fmt.Sprintf("%d numbers instead of %d", len(got), len(want))
	}
	for i, w := range want {
		if d := math.Abs(w - got[i]); !(d <= tol*max(1, math.Abs(w))) {
			return fmt.Sprintf("number %d is %.7g, ours %.7g", i+1, got[i], w)
		}
	}
	return ""
}
