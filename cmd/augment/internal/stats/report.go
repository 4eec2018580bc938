package stats

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/cmd/augment/internal/check"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/printable"
)

// A Report is what was measured.
type Report struct {
	Version    int            `json:"v"`
	Root       string         `json:"root"`
	Pictures   int            `json:"pictures"` // that can be read
	Unreadable int            `json:"unreadable"`
	Bytes      int64          `json:"bytes"`
	Classes    []Count        `json:"classes"`
	Formats    []Count        `json:"formats"`
	Channels   []Count        `json:"channels"`
	Other      map[string]int `json:"other_files"`
	Width      Spread         `json:"width"`
	Height     Spread         `json:"height"`
	Shape      [3]float64     `json:"width_by_height"` // least, median, greatest
	Sizes      []Count        `json:"sizes"`           // the most frequent ones: width×height
	Distinct   int            `json:"distinct_sizes"`
	Fit        Fit            `json:"fit"`

	perClass, perFormat, perKind, perSize map[string]int
	widths, heights                       []int
	shapes                                []float64
	pixels, sum, square                   [4]float64
	opt                                   *Options
}

// A Count is how many there are of something.
type Count struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

// A Spread is how sizes are distributed.
type Spread struct {
	Min int `json:"min"`
	P5  int `json:"p5"`
	P50 int `json:"p50"`
	P95 int `json:"p95"`
	Max int `json:"max"`
}

func (s Spread) String() string {
	if s.Min == s.Max {
		return "all " + strconv.Itoa(s.Min)
	}
	return fmt.Sprintf("%d to %d (5 %% up to %d, half up to %d, 95 %% up to %d)", s.Min, s.Max, s.P5, s.P50, s.P95)
}

// A Fit is what a generator's Fit would learn: for each channel the mean and
// the standard deviation of all samples, resized and rescaled.
type Fit struct {
	Height    int       `json:"height"`
	Width     int       `json:"width"`
	Channels  int       `json:"channels"`
	Rescale   float64   `json:"rescale,omitempty"`
	Mean      []float64 `json:"mean"`
	Std       []float64 `json:"std"`
	Bytes     int64     `json:"bytes"`     // of all pictures as float32
	ZCABytes  int64     `json:"zca_bytes"` // of the whitening matrix
	ZCAAtMost int       `json:"zca_rank"`  // directions that so many pictures can tell apart
}

func newReport(root string, l *check.Listing, opt *Options) *Report {
	return &Report{Version: 1, Root: root, Other: l.Other, opt: opt, perClass: map[string]int{}, perFormat: map[string]int{}, perKind: map[string]int{}, perSize: map[string]int{}}
}

// add takes one picture; they come in the order of their names.
func (r *Report) add(p *picture) {
	r.Bytes += p.bytes
	if p.err != nil {
		r.Unreadable++
		return
	}
	r.Pictures++
	r.perClass[p.Class]++
	r.perFormat[p.head.Format]++
	r.perKind[p.head.Kind()]++
	r.perSize[fmt.Sprintf("%d×%d", p.w, p.h)]++
	r.widths, r.heights = append(r.widths, p.w), append(r.heights, p.h)
	r.shapes = append(r.shapes, float64(p.w)/float64(p.h))
	for k := range r.sum {
		r.pixels[k] += float64(p.pixels)
		r.sum[k] += float64(p.sum[k])
		r.square[k] += float64(p.square[k])
	}
}

func (r *Report) finish() {
	r.Classes = byName(r.perClass)
	r.Formats, r.Channels, r.Sizes = byNumber(r.perFormat), byNumber(r.perKind), byNumber(r.perSize)
	r.Distinct = len(r.Sizes)
	r.Sizes = r.Sizes[:min(len(r.Sizes), 5)]
	spread := func(v []int) Spread {
		s := sorted(v)
		return Spread{percentile(s, 0), percentile(s, 0.05), percentile(s, 0.5), percentile(s, 0.95), percentile(s, 1)}
	}
	r.Width, r.Height = spread(r.widths), spread(r.heights)
	if slices.Sort(r.shapes); len(r.shapes) > 0 {
		r.Shape = [3]float64{r.shapes[0], r.shapes[len(r.shapes)/2], r.shapes[len(r.shapes)-1]}
	}
	f := Fit{Height: r.opt.TargetSize[0], Width: r.opt.TargetSize[1], Channels: r.opt.ColorMode.Channels(), Rescale: r.opt.Rescale, Mean: []float64{}, Std: []float64{}}
	size := int64(f.Height) * int64(f.Width) * int64(f.Channels)
	f.Bytes, f.ZCABytes, f.ZCAAtMost = 4*size*int64(r.Pictures), 4*size*size, int(min(size, int64(r.Pictures)))
	scale := 1.
	if f.Rescale != 0 {
		scale = f.Rescale
	}
	for k := range f.Channels {
		if r.Pictures == 0 {
			break
		}
		mean := r.sum[k] / r.pixels[k]
		f.Mean = append(f.Mean, mean*scale)
		f.Std = append(f.Std, math.Sqrt(max(r.square[k]/r.pixels[k]-mean*mean, 0))*math.Abs(scale))
	}
	r.Fit = f
}

func byName(m map[string]int) []Count {
	c := []Count{}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		c = append(c, Count{k, m[k]})
	}
	return c
}

func byNumber(m map[string]int) []Count {
	c := byName(m)
	slices.SortStableFunc(c, func(a, b Count) int { return cmp.Compare(b.N, a.N) })
	return c
}

// Write writes the report for people.
func (r *Report) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "pictures  %s, %s\n", cli.Count(r.Pictures), cli.Bytes(r.Bytes))
	if r.Unreadable > 0 {
		fmt.Fprintf(b, "          %s more cannot be read; augment --check says why\n", cli.Count(r.Unreadable))
	}
	if r.Pictures == 0 {
		return b.Flush()
	}
	if len(r.Classes) > 1 || r.Classes[0].Name != "" {
		fmt.Fprintf(b, "classes   %d: %s%s\n", len(r.Classes), names(r.Classes, plain), r.balance())
	}
	fmt.Fprintf(b, "formats   %s\n", names(r.Formats, strings.ToUpper))
	fmt.Fprintf(b, "channels  %s\n", names(r.Channels, plain))
	fmt.Fprintf(b, "width     %v\n", r.Width)
	fmt.Fprintf(b, "height    %v\n", r.Height)
	if r.Distinct > 1 {
		fmt.Fprintf(b, "sizes     %s different ones (width × height): %s\n", cli.Count(r.Distinct), names(r.Sizes, plain))
		fmt.Fprintf(b, "shape     width / height from %.2f to %.2f, median %.2f\n", r.Shape[0], r.Shape[2], r.Shape[1])
	}
	f := r.Fit
	fmt.Fprintf(b, "Fit       of %d×%d×%d (height × width × channels)", f.Height, f.Width, f.Channels)
	if f.Rescale != 0 {
		fmt.Fprintf(b, ", rescaled by %.6g,", f.Rescale)
	}
	fmt.Fprintf(b, " would learn\n          mean %s\n          std  %s\n", numbers(f.Mean), numbers(f.Std))
	fmt.Fprintf(b, "          ZCA whitening: a matrix of %s, from %s\n", cli.Bytes(f.ZCABytes), cli.Plural(f.ZCAAtMost, "direction"))
	fmt.Fprintf(b, "memory    %s as one array of float32\n", cli.Bytes(f.Bytes))
	return b.Flush()
}

// balance says how uneven the classes are.
func (r *Report) balance() string {
	least, most := r.Pictures, 0
	for _, c := range r.Classes {
		least, most = min(least, c.N), max(most, c.N)
	}
	if len(r.Classes) < 2 || most < 2*least {
		return ""
	}
	return fmt.Sprintf("; the largest has %.1f times the pictures of the smallest: see --balance", float64(most)/float64(least))
}

func plain(s string) string { return s }

func names(c []Count, name func(string) string) string {
	var parts []string
	for _, k := range c {
		n := name(k.Name)
		if n == "" {
			n = "(none)"
		}
		parts = append(parts, printable.Name(n)+" "+cli.Count(k.N))
	}
	return cli.List(parts, 12)
}

func numbers(v []float64) string {
	var s []string
	for _, x := range v {
		s = append(s, strconv.FormatFloat(x, 'g', 6, 64))
	}
	return strings.Join(s, ", ")
}

// WriteJSON writes the report as one object.
func (r *Report) WriteJSON(w io.Writer) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("stats: %w", err)
	}
	_, err = w.Write(append(b, '\n'))
	return err
}
