package tabular

import (
	"slices"

	"github.com/antler-ml/antler/internal/cli"
)

// kinds gives columns the kinds that the encoding has; others are left out.
func (e *Encoding) kinds(path string, names []string, given []Kind, f *Found) error {
	if e == nil {
		return nil
	}
	var lacking []string
	for _, c := range e.Columns {
		i := slices.Index(names, c.Name)
		if c.Kind != Skip && (i < 0 || i == f.target || i == f.weight) {
			lacking = append(lacking, c.Name)
		}
	}
	if len(lacking) > 0 {
		return cli.Errorf(cli.BadData, "%s lacks %s that the model reads: %s", path, cli.Plural(len(lacking), "column"), cli.List(lacking, 20)).
			Why("found: %s", cli.List(names, 20)).Do("give all of them; cells may be empty; or learn anew: --reset-weights")
	}
	for i, name := range names {
		if i == f.target || i == f.weight {
			continue
		}
		given[i] = Skip
		if k := slices.IndexFunc(e.Columns, func(c Column) bool { return c.Name == name }); k >= 0 {
			given[i] = e.Columns[k].Kind
		}
	}
	return nil
}

// classes gives a target the classes of the encoding, in their order.
func (e *Encoding) classes(path string, t *Target) error {
	if e == nil || len(e.Target.Classes) == 0 {
		return nil
	}
	for _, c := range t.Classes {
		if !slices.Contains(e.Target.Classes, c) {
			return cli.Errorf(cli.BadData, "%s: the target %q has the class %q, which the model does not know", path, t.Name, c).
				Why("it knows %s", cli.List(e.Target.Classes, 12)).Do("--replace-head puts a new last layer for the classes of the data on it")
		}
	}
	t.Classes = e.Target.Classes
	return nil
}

// adopt takes over what rows go through from an encoding of the same columns.
func (e *Encoding) adopt(like *Encoding) {
	if like == nil {
		return
	}
	e.Missing = like.Missing
	for i := range e.Columns {
		c := &e.Columns[i]
		k := slices.IndexFunc(like.Columns, func(x Column) bool { return x.Name == c.Name && x.Kind == c.Kind })
		if k < 0 || c.Kind == Skip {
			continue
		}
		from := like.Columns[k]
		c.Mean, c.Std, c.Missing, c.Fill, c.Categories, c.Embedding = from.Mean, from.Std, from.Missing, from.Fill, from.Categories, from.Embedding
	}
}

// why is why a column is left out.
func (e *Encoding) why(name string) string {
	for _, c := range e.Columns {
		if c.Name == name && c.Kind == Skip && c.Name != e.Target.Name {
			return c.Why
		}
	}
	return "the model does not read it"
}
