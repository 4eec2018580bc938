package check

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// A Kind says what is wrong.
type Kind string

// The kinds of findings. Pictures of the first group cannot be used at all.
const (
	Unreadable Kind = "unreadable"    // the system refuses to read the file
	Empty      Kind = "empty"         // zero bytes
	NotPicture Kind = "not-a-picture" // HTML, a zip archive … under the name of a picture
	Truncated  Kind = "truncated"
	Corrupt    Kind = "corrupt"
	TooLarge   Kind = "too-large" // exceeds a limit

	Mislabelled Kind = "mislabelled" // a picture of another format than its name says
	Animated    Kind = "animated"    // several frames or pages, of which the first is read
	CMYK        Kind = "cmyk"        // printers' colours, which are converted without their profile
	Blank       Kind = "blank"       // all pixels the same
	OddSize     Kind = "odd-size"    // much smaller or larger than most
	OddShape    Kind = "odd-shape"   // of other proportions than most
	OddChannels Kind = "odd-channels"

	Duplicate  Kind = "duplicate"      // the same bytes
	SamePixels Kind = "same-pixels"    // the same pixels in other bytes
	Near       Kind = "near-duplicate" // nearly the same look
	TwoLabels  Kind = "two-labels"     // the same or nearly, in two classes
	Leak       Kind = "leak"           // the same or nearly, in two parts of the data: train and validation …
)

// kinds are all of them in the order of the report, and what is said of n.
var kinds = []struct {
	kind      Kind
	one, many string
}{
	{Unreadable, "picture cannot be read", "pictures cannot be read"},
	{Empty, "file is empty", "files are empty"},
	{NotPicture, "file is no picture", "files are no pictures"},
	{Truncated, "picture is truncated", "pictures are truncated"},
	{Corrupt, "picture is damaged", "pictures are damaged"},
	{TooLarge, "picture exceeds a limit", "pictures exceed a limit"},
	{TwoLabels, "picture is in two classes", "pictures are in two classes"},
	{Leak, "picture is in two parts of the data", "pictures are in two parts of the data"},
	{Duplicate, "picture is there more than once", "pictures are there more than once"},
	{SamePixels, "picture is there more than once, in other bytes", "pictures are there more than once, in other bytes"},
	{Near, "picture is nearly there again", "pictures are nearly there again"},
	{Mislabelled, "picture has the extension of another format", "pictures have the extension of another format"},
	{Animated, "picture has several frames; the first is read", "pictures have several frames; the first is read"},
	{CMYK, "picture is in CMYK; its colours will be approximate", "pictures are in CMYK; their colours will be approximate"},
	{Blank, "picture is blank", "pictures are blank"},
	{OddSize, "picture has an odd size", "pictures have an odd size"},
	{OddShape, "picture has odd proportions", "pictures have odd proportions"},
	{OddChannels, "picture has other channels than most", "pictures have other channels than most"},
}

func order(k Kind) int {
	for i, e := range kinds {
		if e.kind == k {
			return i
		}
	}
	return len(kinds)
}

// Unusable reports whether such pictures cannot be used.
func (k Kind) Unusable() bool { return order(k) <= order(TooLarge) }

// A Finding is one thing that is wrong, with one picture or several.
type Finding struct {
	Kind     Kind
	Names    []string // relative to the root, with slashes; of a group sorted
	Reason   string   // may be empty
	Distance int      // of near duplicates: how many bits of their hashes differ, at most, in the chain that joins them
	Same     Kind     // of two labels and leaks: Duplicate, SamePixels or Near
}

// A Class is a folder of pictures.
type Class struct {
	Name     string
	Pictures int
	Unusable int
}

// A Report is what was found.
type Report struct {
	Root     string
	Pictures int
	Bytes    int64
	Classes  []Class
	Formats  map[string]int
	Other    map[string]int // files that are no pictures, by extension
	Near     int            // the distance of near duplicates; 0: they were not looked for
	Unusable int
	Findings []Finding
}

// Unreadable returns the names of the pictures that cannot be used.
func (r *Report) Unreadable() []string {
	var names []string
	for _, f := range r.Findings {
		if f.Kind.Unusable() {
			names = append(names, f.Names...)
		}
	}
	slices.Sort(names)
	return names
}

// Count returns how many findings there are of a kind.
func (r *Report) Count(k Kind) int {
	n := 0
	for _, f := range r.Findings {
		if f.Kind == k {
			n++
		}
	}
	return n
}

func (r *Report) count(all []facts) {
	classes := map[string]*Class{}
	for _, f := range all {
		c := classes[f.Class]
		if c == nil {
			c = &Class{Name: f.Class}
			classes[f.Class] = c
		}
		c.Pictures++
		if f.kind != "" {
			c.Unusable++
			r.Unusable++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(classes)) {
		r.Classes = append(r.Classes, *classes[name])
	}
}

func (r *Report) sort() {
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(order(a.Kind), order(b.Kind)), strings.Compare(a.Names[0], b.Names[0]), cmp.Compare(order(a.Same), order(b.Same)))
	})
}
