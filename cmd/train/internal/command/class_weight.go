package command

import (
	"encoding/csv"
	"math"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
)

// classWeights reads --class-weight: none, balanced, or NAME=WEIGHT,… with 1 for
// the others. counts are the samples of each class in training.
func classWeights(how string, classes []string, counts []int) (map[int]float64, error) {
	switch how {
	case "none", "":
		return nil, nil
	case "balanced":
		by := map[int]int{}
		for k, n := range counts {
			by[k] = n
		}
		return nn.BalancedClassWeight(by), nil
	}
	bad := func(format string, args ...any) *cli.Error {
		return cli.Errorf(cli.Usage, "--class-weight "+format, args...)
	}
	parts, err := csv.NewReader(strings.NewReader(how)).Read() // names with commas are quoted
	if err != nil {
		return nil, bad("%s: %w", how, err).Do("--class-weight balanced, or NAME=WEIGHT,NAME=WEIGHT")
	}
	index := map[string]int{}
	for i, c := range classes {
		index[c] = i
	}
	weights := map[int]float64{}
	for _, p := range parts {
		at := strings.LastIndex(p, "=")
		if at < 1 {
			e := bad("is %q; want none, balanced, or weights of classes", p)
			if near := config.Nearest(p, []string{"none", "balanced"}); len(near) > 0 {
				return nil, e.Do("did you mean %s?", near[0])
			}
			return nil, e.Do("--class-weight %s=2", cli.Quote(classes[0]))
		}
		name := strings.TrimSpace(p[:at])
		k, ok := index[name]
		if !ok {
			e := bad("names a class %q that the data do not have", name).Why("found: %s", cli.List(classes, 12))
			if near := config.Nearest(name, classes); len(near) > 0 {
				e.Do("did you mean %s?", near[0])
			}
			return nil, e
		}
		if _, twice := weights[k]; twice {
			return nil, bad("names the class %q twice", name)
		}
		w, err := strconv.ParseFloat(strings.TrimSpace(p[at+1:]), 64)
		if err != nil || !(w >= 0) || math.IsInf(w, 0) {
			return nil, bad("gives %q the weight %q; want a number, 0 or more", name, p[at+1:])
		}
		weights[k] = w
	}
	for k := range classes {
		if _, ok := weights[k]; !ok {
			weights[k] = 1
		}
	}
	return weights, nil
}
