package plan

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/antler-ml/antler/cmd/augment/internal/source"
	"github.com/antler-ml/antler/internal/cli"
)

// tree has classes of the given sizes.
func tree(counts ...int) *source.Tree {
	t := &source.Tree{Dir: "in", Counts: counts}
	for k, n := range counts {
		t.Classes = append(t.Classes, string(rune('a'+k)))
		for range n {
			t.Files = append(t.Files, source.File{Name: fmt.Sprintf("%c/%d.png", 'a'+k, len(t.Files)), Class: k, Index: len(t.Files)})
		}
	}
	return t
}

func TestCounts(t *testing.T) {
	for _, c := range []struct {
		name   string
		counts []int
		config Config
		want   []int // of each class
	}{
		{"each", []int{3, 1}, Config{PerImage: 5}, []int{15, 5}},
		{"each and originals", []int{3, 1}, Config{PerImage: 5, Originals: true}, []int{18, 6}},
		{"balance", []int{3, 1, 2}, Config{PerImage: 2, Balance: true}, []int{6, 6, 6}},
		{"balance and originals", []int{3, 1}, Config{PerImage: 2, Balance: true, Originals: true}, []int{9, 9}},
		{"total", []int{3, 1}, Config{PerImage: 5, Total: 10}, []int{7, 3}}, // 3·10/4 = 7.5: shares of 3, 4 files end at ⌊7.5⌋ and 10
		{"total of little", []int{3, 1}, Config{PerImage: 5, Total: 1}, []int{0, 1}},
		{"total and balance", []int{3, 1}, Config{PerImage: 5, Total: 11, Balance: true}, []int{5, 6}},
		{"an empty class", []int{3, 0, 1}, Config{PerImage: 1, Balance: true}, []int{3, 0, 3}},
	} {
		p, err := New(tree(c.counts...), c.config)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := p.PerClass(len(c.counts)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v of each class, want %v", c.name, got, c.want)
		}
		// Items hold each picture once.
		for _, shuffle := range []bool{false, true} {
			seen := map[[2]int]bool{}
			for it := range p.Items(shuffle, 1) {
				if it.Hi-it.Lo > chunk || it.Lo >= it.Hi {
					t.Errorf("%s: item %v", c.name, it)
				}
				for k := it.Lo; k < it.Hi; k++ {
					if seen[[2]int{it.File, k}] {
						t.Errorf("%s: copy %d of file %d is planned twice", c.name, k, it.File)
					}
					seen[[2]int{it.File, k}] = true
				}
			}
			if len(seen) != p.Total() {
				t.Errorf("%s: items hold %d pictures, the plan %d", c.name, len(seen), p.Total())
			}
		}
	}
}

// The copies of a class are spread evenly over its files.
func TestSpread(t *testing.T) {
	p, err := New(tree(7, 3), Config{Total: 100, Balance: true})
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Files {
		if n, lo := p.Last(i), []int{50 / 7, 50 / 3}[p.Files[i].Class]; n != lo && n != lo+1 {
			t.Errorf("file %d has %d copies, want %d or one more", i, n, lo)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		counts []int
		config Config
	}{
		{[]int{4}, Config{PerImage: 2, Balance: true}},
		{[]int{4, 0}, Config{PerImage: 2, Balance: true}},
		{[]int{4, 2}, Config{Total: 5, Originals: true}},
		{[]int{4, 2}, Config{Total: 7, Originals: true, Balance: true}},
	} {
		var e *cli.Error
		if _, err := New(tree(c.counts...), c.config); !errors.As(err, &e) || e.Code != cli.Usage || e.Fix == "" {
			t.Errorf("%v: %v", c, err)
		}
	}
}

// What bad files lose is made of the others of their class, evenly.
func TestMakeUp(t *testing.T) {
	p, err := New(tree(4, 2), Config{PerImage: 3, Balance: true})
	if err != nil {
		t.Fatal(err)
	}
	got := map[int]int{}
	for it := range p.MakeUp(func(f int) bool { return f == 1 || f >= 4 }, []int{5, 12}) {
		if it.Lo <= p.Last(it.File) {
			t.Errorf("item %v makes copies that are there", it)
		}
		got[it.File] += it.Hi - it.Lo
	}
	if got[0]+got[2]+got[3] != 5 || len(got) != 3 || got[0] > 2 || got[3] > 2 {
		t.Errorf("copies of %v, want 5 of the files 0, 2 and 3; the other class has no good file", got)
	}
	each, _ := New(tree(4, 2), Config{PerImage: 3})
	for it := range each.MakeUp(func(int) bool { return false }, []int{5, 5}) {
		t.Errorf("without a total or balance, item %v", it)
	}
}
