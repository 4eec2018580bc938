// Package plan says which pictures are made of which, and in which order.
package plan

import (
	"iter"

	"github.com/antler-ml/antler/cmd/augment/internal/source"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/rng"
)

// An Item is work for one worker: some of the pictures that are made of a file.
// Copy 0 is the original, the others are drawn with their number.
type Item struct {
	File   int // index into Plan.Files
	Lo, Hi int // copies Lo to Hi-1
}

// chunk is the most copies in an item, so that all workers have work also where
// many copies are made of few pictures.
const chunk = 8

// A Plan says how many copies are made of each file.
type Plan struct {
	Files  []source.File
	first  int   // the first copy: 0 with originals, else 1
	copies []int // drawn copies of each file
	target []int // of each class with Balance or Total: pictures, originals counted; else nil
}

// Config says how many pictures are wanted.
type Config struct {
	PerImage  int
	Total     int // 0: PerImage decides
	Balance   bool
	Originals bool
}

// New makes a plan for the files of a tree.
func New(t *source.Tree, c Config) (*Plan, error) {
	p := &Plan{Files: t.Files, first: 1, copies: make([]int, len(t.Files))}
	own := 0
	if c.Originals {
		p.first, own = 0, 1
	}
	classes := 0
	most := 0
	for _, n := range t.Counts {
		if n > 0 {
			classes++
		}
		most = max(most, n)
	}
	switch {
	case c.Balance && classes < 2:
		return nil, cli.Errorf(cli.Usage, "--balance brings classes to equal counts, but %s has %s", cli.Quote(t.Dir), cli.Plural(classes, "class")).
			Why("want:  a sub-folder for each class, e.g. %s/cat, %s/dog", t.Dir, t.Dir).Do("leave --balance out")
	case c.Balance:
		p.target = make([]int, len(t.Counts))
		at := 0
		for k, n := range t.Counts {
			if n == 0 {
				continue
			}
			p.target[k] = most * (c.PerImage + own)
			if c.Total > 0 { // what does not divide goes to the first classes
				at++
				p.target[k] = at*c.Total/classes - (at-1)*c.Total/classes
			}
		}
	case c.Total > 0:
		p.target = make([]int, len(t.Counts))
		seen := 0
		for k, n := range t.Counts {
			p.target[k] = share(c.Total, seen, seen+n, len(t.Files))
			seen += n
		}
	default:
		for i := range p.copies {
			p.copies[i] = c.PerImage
		}
		return p, nil
	}
	for k, n := range t.Counts {
		if p.target[k] < own*n {
			return nil, cli.Errorf(cli.Usage, "--total %s is less than the originals", cli.Count(c.Total)).
				Why("class %s has %s; its share of the total is %s", name(t.Classes[k]), cli.Plural(n, "picture"), cli.Count(p.target[k])).
				Do("ask for more, or leave --include-originals out")
		}
	}
	p.spread(t, own)
	return p, nil
}

func name(class string) string {
	if class == "" {
		return "(none)"
	}
	return cli.Quote(class)
}

// share is the part of a total that belongs to the files lo to hi of n.
func share(total, lo, hi, n int) int { return hi*total/n - lo*total/n }

// spread gives each file its part of the copies of its class.
func (p *Plan) spread(t *source.Tree, own int) {
	seen := make([]int, len(t.Counts))
	for i, f := range p.Files {
		n := t.Counts[f.Class]
		p.copies[i] = share(p.target[f.Class]-own*n, seen[f.Class], seen[f.Class]+1, n)
		seen[f.Class]++
	}
}

// Total returns the number of pictures that are planned.
func (p *Plan) Total() int {
	n := 0
	for _, c := range p.copies {
		n += c + 1 - p.first
	}
	return n
}

// Last returns the last copy of a file.
func (p *Plan) Last(file int) int { return p.copies[file] }

// First is the number of the first copy of each file.
func (p *Plan) First() int { return p.first }

// PerClass returns how many pictures of each class are planned.
func (p *Plan) PerClass(classes int) []int {
	n := make([]int, classes)
	for i, f := range p.Files {
		n[f.Class] += p.copies[i] + 1 - p.first
	}
	return n
}

// Items yields the work in the order of the files. With shuffle it is dealt out
// in an order that depends on the seed only, so that each shard holds pictures
// of all classes.
func (p *Plan) Items(shuffle bool, seed uint64) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		if !shuffle {
			for i := range p.Files {
				if !p.ofFile(i, yield) {
					return
				}
			}
			return
		}
		order := make([]int32, len(p.Files))
		for i := range order {
			order[i] = int32(i)
		}
		r := rng.At(seed, 0x5a4d)
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			if !p.ofFile(int(i), yield) {
				return
			}
		}
	}
}

func (p *Plan) ofFile(i int, yield func(Item) bool) bool {
	for lo := p.first; lo <= p.copies[i]; lo += chunk {
		if !yield(Item{i, lo, min(lo+chunk, p.copies[i]+1)}) {
			return false
		}
	}
	return true
}

// MakeUp returns work that stands in for files that could not be read, so that
// a total or a balance is reached all the same: further copies of the files of
// the same class. lost says how many pictures each class lacks. Classes without
// any good file are left short.
func (p *Plan) MakeUp(bad func(file int) bool, lost []int) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		if p.target == nil {
			return
		}
		good := make([][]int, len(lost))
		for i, f := range p.Files {
			if lost[f.Class] > 0 && !bad(i) {
				good[f.Class] = append(good[f.Class], i)
			}
		}
		for k, files := range good {
			for at, i := range files {
				extra := share(lost[k], at, at+1, len(files))
				for lo := p.copies[i] + 1; lo <= p.copies[i]+extra; lo += chunk {
					if !yield(Item{i, lo, min(lo+chunk, p.copies[i]+extra+1)}) {
						return
					}
				}
			}
		}
	}
}
