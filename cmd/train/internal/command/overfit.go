package command

import (
	"fmt"

	"github.com/antler-ml/antler/cmd/train/internal/dataset"
	"github.com/antler-ml/antler/internal/cli"
)

// overfit leaves few samples, each class in turn, and validates on the same: a
// model that can learn anything learns these by heart. What makes that harder
// is off unless it was asked for.
func (e *Env) overfit(set *dataset.Set) {
	s := e.Settings
	if s.Overfit == 0 {
		return
	}
	byClass := map[int][]dataset.Sample{}
	for _, x := range set.Train {
		byClass[x.Class] = append(byClass[x.Class], x)
	}
	n := min(s.Overfit, len(set.Train))
	var few []dataset.Sample
	for i := 0; len(few) < n; i++ {
		for k := 0; k < len(set.Classes) && len(few) < n; k++ {
			if i < len(byClass[k]) {
				few = append(few, byClass[k][i])
			}
		}
	}
	set.Train, set.Valid = few, few
	set.Split = "the same samples, by --overfit"
	if !e.has("augment") {
		s.Augment = false
	}
	if !e.has("dropout") {
		e.Flags.Give("dropout", "0")
	}
	if !e.has("early-stopping") {
		s.EarlyStopping = false
	}
	if !e.has("epochs") {
		e.Flags.Give("epochs", "60")
	}
	set.Notes = append(set.Notes, fmt.Sprintf("--overfit: %s learned by heart; a loss that stays high means a model, rate or data that cannot", cli.Plural(n, set.Kind.Noun())))
}
