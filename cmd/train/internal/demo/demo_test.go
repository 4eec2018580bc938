package demo

import "testing"

func TestFashion(t *testing.T) {
	train, test, err := Fashion()
	if err != nil {
		t.Fatal(err)
	}
	if train.Len() != 10_000 || test.Len() != 2_000 || train.Height != 28 || train.Width != 28 || len(test.Pixels) != 2000*784 {
		t.Errorf("%d and %d pictures of %d×%d", train.Len(), test.Len(), train.Height, train.Width)
	}
	// The first training picture is an ankle boot: its sole is at the bottom.
	if FashionClasses[train.Labels[0]] != "ankle boot" {
		t.Errorf("the first picture is labelled %s", FashionClasses[train.Labels[0]])
	}
	if p := train.At(0); p[0] != 0 || p[24*28+14] < 100 {
		t.Errorf("corner %d, sole %d", p[0], p[24*28+14])
	}
	for _, l := range test.Labels {
		if int(l) >= len(FashionClasses) {
			t.Fatalf("label %d", l)
		}
	}
}

func TestAuthors(t *testing.T) {
	ps, err := Authors()
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, p := range ps {
		n[p.Author]++
		if len(p.Text) < 20 {
			t.Errorf("a passage of %s is %q", p.Author, p.Text)
		}
	}
	if len(ps) != 3600 || n["Jane Austen"] != 1200 || n["Herman Melville"] != 1200 || n["Theodore Roosevelt"] != 1200 {
		t.Errorf("passages: %v", n)
	}
}
