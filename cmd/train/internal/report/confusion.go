// Package report shows how good a model is: confusion matrix, curves, contact
// sheets.
package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/nn/plot"
	"github.com/antler-ml/antler/tensor"
)

// A Confusion counts how often class i (row) was taken for class j (column).
type Confusion struct {
	Classes []string
	Count   [][]int
}

// NewConfusion compares the classes of samples with the predicted probabilities.
func NewConfusion(classes []string, truth []int, probs *tensor.Tensor) *Confusion {
	c := &Confusion{Classes: classes, Count: make([][]int, len(classes))}
	for i := range c.Count {
		c.Count[i] = make([]int, len(classes))
	}
	for i, t := range truth {
		c.Count[t][Best(Row(probs, i))]++
	}
	return c
}

// Row returns the probabilities of a sample.
func Row(probs *tensor.Tensor, i int) []float32 {
	k := probs.Shape()[1]
	return probs.Data()[i*k : (i+1)*k]
}

// Best is the index of the largest number.
func Best(p []float32) int {
	b := 0
	for i, x := range p {
		if x > p[b] {
			b = i
		}
	}
	return b
}

// Accuracy is the share of right answers.
func (c *Confusion) Accuracy() float64 {
	right, all := 0, 0
	for i, r := range c.Count {
		right += r[i]
		for _, n := range r {
			all += n
		}
	}
	return ratio(right, all)
}

// Majority is the accuracy of always naming the most frequent class.
func (c *Confusion) Majority() float64 {
	most, all := 0, 0
	for _, r := range c.Count {
		n := 0
		for _, x := range r {
			n += x
		}
		most, all = max(most, n), all+n
	}
	return ratio(most, all)
}

// Precision, recall and F1 of a class.
func (c *Confusion) Precision(k int) float64 {
	n := 0
	for i := range c.Count {
		n += c.Count[i][k]
	}
	return ratio(c.Count[k][k], n)
}

// Recall is the share of a class that was found.
func (c *Confusion) Recall(k int) float64 {
	n := 0
	for _, x := range c.Count[k] {
		n += x
	}
	return ratio(c.Count[k][k], n)
}

// F1 is the harmonic mean of precision and recall.
func (c *Confusion) F1(k int) float64 {
	p, r := c.Precision(k), c.Recall(k)
	if p+r == 0 {
		return 0
	}
	return 2 * p * r / (p + r)
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// Picture draws the matrix.
func (c *Confusion) Picture() (*plot.Picture, error) { return plot.Confusion(c.Count, c.Classes) }

// maxMatrix is the number of classes up to which the matrix is shown whole.
const maxMatrix = 16

// String is the matrix as text, aligned; of many classes only the pairs that
// are confused most.
func (c *Confusion) String() string {
	if len(c.Classes) > maxMatrix {
		return c.pairs()
	}
	left := 4
	for _, n := range c.Classes {
		left = max(left, utf8.RuneCountInString(n))
	}
	left = min(left, 20)
	// Names of columns are cut so that rows stay within 100 characters.
	width := max(5, min(16, (100-left-20)/len(c.Classes)-1))
	for _, r := range c.Count {
		for _, n := range r {
			width = max(width, len(cli.Count(n)))
		}
	}
	longest := 5
	for _, n := range c.Classes {
		longest = max(longest, utf8.RuneCountInString(n))
	}
	width = min(width, longest)
	var b strings.Builder
	line := func(name string, cells []string, tail string) {
		b.WriteString(right(cli.Short(name, left), left))
		for _, s := range cells {
			b.WriteString(" " + right(cli.Short(s, width), width))
		}
		b.WriteString("  " + tail + "\n")
	}
	line("true", c.Classes, "recall  precision")
	for i, r := range c.Count {
		var cells []string
		for j, n := range r {
			s := cli.Count(n)
			if n == 0 && i != j {
				s = "·"
			}
			cells = append(cells, s)
		}
		line(c.Classes[i], cells, fmt.Sprintf("%6.3f  %9.3f", c.Recall(i), c.Precision(i)))
	}
	return b.String()
}

// right pads on the left; by characters, not bytes.
func right(s string, n int) string {
	return strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s))) + s
}

func (c *Confusion) pairs() string {
	type pair struct{ i, j, n int }
	var ps []pair
	for i, r := range c.Count {
		for j, n := range r {
			if i != j && n > 0 {
				ps = append(ps, pair{i, j, n})
			}
		}
	}
	slices.SortStableFunc(ps, func(a, b pair) int { return cmp.Compare(b.n, a.n) })
	var b strings.Builder
	fmt.Fprintf(&b, "%d classes; taken for another most often:\n", len(c.Classes))
	for _, p := range ps[:min(len(ps), 15)] {
		fmt.Fprintf(&b, "  %5s  %s → %s\n", cli.Count(p.n), c.Classes[p.i], c.Classes[p.j])
	}
	if len(ps) == 0 {
		b.WriteString("  none\n")
	}
	return b.String()
}

// A Mistake is a sample that was taken for another class.
type Mistake struct {
	Sample          int
	True, Predicted int
	P, PTrue        float32
}

// Mistakes returns the wrong answers, the most confident first.
func Mistakes(truth []int, probs *tensor.Tensor) []Mistake {
	var ms []Mistake
	for i, t := range truth {
		p := Row(probs, i)
		if b := Best(p); b != t {
			ms = append(ms, Mistake{i, t, b, p[b], p[t]})
		}
	}
	slices.SortStableFunc(ms, func(a, b Mistake) int { return cmp.Compare(b.P-b.PTrue, a.P-a.PTrue) })
	return ms
}
