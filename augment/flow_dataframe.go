package augment

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/image"
)

// FlowFromDataframe gives batches of randomly transformed and standardized
// images from the files that a table names in its column XCol, relative to dir
// (which may be empty). Targets are made of the columns YCol by ClassMode:
// Categorical takes lists of classes too and gives a 1 in the column of each;
// Raw gives the numbers of all columns, MultiOutput a target for each column.
// Subset splits the rows in their order, validation first.
// Keras: flow_from_dataframe.
func (g *ImageDataGenerator) FlowFromDataframe(t *Table, dir string, f FlowConfig) (*Flow, error) {
	c, err := g.resolve()
	if err != nil {
		return nil, err
	}
	if err := f.defaults(); err != nil {
		return nil, err
	}
	if err := f.checkFiles(true); err != nil {
		return nil, err
	}
	if f.XCol == "" {
		f.XCol = "filename"
	}
	if len(f.YCol) == 0 {
		f.YCol = []string{"class"}
	}
	d := &dataframe{t: t, dir: dir, f: &f}
	if err := d.read(); err != nil {
		return nil, err
	}
	n := float64(len(d.rows))
	switch f.Subset {
	case Validation:
		d.keep(0, int(c.ValidationSplit*n))
	case Training:
		d.keep(int(c.ValidationSplit*n), len(d.rows))
	}
	if f.OnError == Skip {
		if err := d.dropBad(); err != nil {
			return nil, err
		}
	}
	if len(d.rows) == 0 {
		return nil, d.nothing()
	}
	fl, err := newFileFlow(c, f, dir, d.files)
	if err != nil {
		return nil, err
	}
	fl.bad = d.bad
	return fl, d.targets(fl)
}

// A dataframe is what was found in a table.
type dataframe struct {
	t       *Table
	dir     string
	f       *FlowConfig
	ys      []int // the columns of the targets
	weight  int   // the column of the weights, or -1
	rows    []int // that are used
	files   []string
	labels  [][]int // classes of each row
	classes []string
	bad     []BadFile
}

func (d *dataframe) classy() bool {
	switch d.f.ClassMode {
	case Categorical, Binary, Sparse:
		return true
	}
	return false
}

// read finds columns, files and classes.
func (d *dataframe) read() error {
	x, err := d.t.column(d.f.XCol)
	if err != nil {
		return err
	}
	if d.f.ClassMode != Input && d.f.ClassMode != None {
		for _, name := range d.f.YCol {
			y, err := d.t.column(name)
			if err != nil {
				return err
			}
			d.ys = append(d.ys, y)
		}
	}
	if d.classy() && len(d.ys) != 1 {
		return fmt.Errorf("augment: YCol names %d columns, but ClassMode %q takes one; use Raw or MultiOutput", len(d.ys), d.f.ClassMode)
	}
	d.weight = -1
	if d.f.WeightCol != "" {
		if d.weight, err = d.t.column(d.f.WeightCol); err != nil {
			return err
		}
	}
	validate := d.f.ValidateFilenames == nil || *d.f.ValidateFilenames
	var names [][]string
	for i, row := range d.t.Rows {
		if len(row) != len(d.t.Columns) {
			return fmt.Errorf("augment: %s has %d cells, want one for each of %d columns", d.t.where(i), len(row), len(d.t.Columns))
		}
		file, ok := row[x].(string)
		if !ok {
			return fmt.Errorf("augment: %s: column %q is %v, want the name of a file", d.t.where(i), d.f.XCol, row[x])
		}
		if validate {
			if err := exists(filepath.Join(d.dir, file)); err != nil {
				d.bad = append(d.bad, BadFile{filepath.Join(d.dir, file), fmt.Errorf("%s: %w", d.t.where(i), err)})
				continue
			}
		}
		if d.classy() {
			l, err := d.t.labels(i, d.ys[0], d.f.LabelSeparator)
			if err != nil {
				return err
			}
			if d.f.ClassMode != Categorical && len(l) != 1 {
				return fmt.Errorf("augment: %s: column %q has %d classes, but ClassMode %q takes one; use Categorical", d.t.where(i), d.f.YCol[0], len(l), d.f.ClassMode)
			}
			if len(d.f.Classes) > 0 { // rows of no wanted class are left out
				if l = slices.DeleteFunc(l, func(s string) bool { return !slices.Contains(d.f.Classes, s) }); len(l) == 0 {
					continue
				}
			}
			names = append(names, l)
		}
		d.rows, d.files = append(d.rows, i), append(d.files, file)
	}
	if d.classy() {
		return d.number(names)
	}
	return nil
}

// exists checks that a file is a picture by its name, and is there.
func exists(path string) error {
	if !image.HasExtension(path, extensions) {
		return fmt.Errorf("the extension is none of %s", strings.Join(extensions, ", "))
	}
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	if st.IsDir() {
		return errors.New("it is a directory")
	}
	if !st.Mode().IsRegular() {
		return errors.New("it is a pipe, a socket or a device")
	}
	return nil
}

// number gives the classes numbers.
func (d *dataframe) number(names [][]string) error {
	if len(d.f.Classes) > 0 {
		d.classes = slices.Clone(d.f.Classes)
		for i, c := range d.classes {
			if slices.Contains(d.classes[:i], c) {
				return fmt.Errorf("augment: Classes names %q twice", c)
			}
		}
	} else {
		for _, l := range names {
			d.classes = append(d.classes, l...)
		}
		slices.Sort(d.classes)
		d.classes = slices.Compact(d.classes)
	}
	if d.f.ClassMode == Binary && len(d.rows) > 0 && len(d.classes) != 2 {
		return fmt.Errorf("augment: ClassMode is binary, but %s has %d classes in column %q (%s), want 2; use sparse or categorical", d.t.label(), len(d.classes), d.f.YCol[0], list(d.classes))
	}
	at := map[string]int{}
	for i, c := range d.classes {
		at[c] = i
	}
	for _, l := range names {
		k := make([]int, len(l))
		for i, c := range l {
			k[i] = at[c]
		}
		d.labels = append(d.labels, k)
	}
	return nil
}

// keep keeps the rows lo … hi-1.
func (d *dataframe) keep(lo, hi int) {
	d.rows, d.files = d.rows[lo:hi], d.files[lo:hi]
	if d.labels != nil {
		d.labels = d.labels[lo:hi]
	}
}

// dropBad reads all files and leaves out those that cannot be read.
func (d *dataframe) dropBad() error {
	all := &directory{dir: d.dir, files: d.files, labels: make([]int, len(d.files))}
	for i := range all.labels {
		all.labels[i] = i
	}
	bad, err := all.dropBad(d.f.loadConfig(), d.f.Workers)
	if err != nil {
		return err
	}
	d.bad = append(d.bad, bad...)
	rows, labels := make([]int, len(all.labels)), [][]int(nil)
	for i, k := range all.labels {
		rows[i] = d.rows[k]
		if d.labels != nil {
			labels = append(labels, d.labels[k])
		}
	}
	d.rows, d.files, d.labels = rows, all.files, labels
	return nil
}

// nothing explains why no row is left.
func (d *dataframe) nothing() error {
	switch {
	case len(d.t.Rows) == 0:
		return fmt.Errorf("augment: %s has no rows", d.t.label())
	case d.f.Subset != "":
		return fmt.Errorf("augment: subset %q of %s is empty; ValidationSplit is too small or too large for its %d rows", d.f.Subset, d.t.label(), len(d.t.Rows))
	case len(d.bad) > 0:
		return fmt.Errorf("augment: none of the %d files that %s names in column %q can be used, seen from %q; the first: %s: %w", len(d.bad), d.t.label(), d.f.XCol, d.dir, d.bad[0].Path, d.bad[0].Err)
	}
	return fmt.Errorf("augment: no row of %s has one of the classes %s in column %q", d.t.label(), list(d.f.Classes), d.f.YCol[0])
}

// targets gives the flow its targets and weights.
func (d *dataframe) targets(fl *Flow) error {
	fl.classNames = d.classes
	switch d.f.ClassMode {
	case Categorical:
		fl.filler = append(fl.filler, column{1, []int{len(d.classes)}, func(dst []float32, i int) {
			clear(dst)
			for _, k := range d.labels[i] {
				dst[k] = 1
			}
		}})
	case Binary, Sparse:
		fl.filler = append(fl.filler, column{1, nil, func(dst []float32, i int) { dst[0] = float32(d.labels[i][0]) }})
	case Input:
		fl.input = true
	case Raw, MultiOutput:
		values, err := d.numbers(d.ys)
		if err != nil {
			return err
		}
		if d.f.ClassMode == Raw {
			shape := []int{len(d.ys)}
			if len(d.ys) == 1 {
				shape = nil
			}
			fl.filler = append(fl.filler, column{1, shape, func(dst []float32, i int) { copy(dst, values[i]) }})
			break
		}
		for k := range d.ys {
			fl.filler = append(fl.filler, column{1, nil, func(dst []float32, i int) { dst[0] = values[i][k] }})
		}
	}
	if d.weight >= 0 {
		weights, err := d.numbers([]int{d.weight})
		if err != nil {
			return err
		}
		fl.filler = append(fl.filler, column{2, nil, func(dst []float32, i int) { dst[0] = weights[i][0] }})
	}
	if len(d.labels) > 0 && !slices.ContainsFunc(d.labels, func(l []int) bool { return len(l) != 1 }) {
		for _, l := range d.labels {
			fl.classes = append(fl.classes, l[0])
		}
	}
	return nil
}

// numbers returns the numbers of some columns.
func (d *dataframe) numbers(columns []int) ([][]float32, error) {
	values := make([][]float32, len(d.rows))
	for i, row := range d.rows {
		for _, k := range columns {
			v, err := d.t.number(row, k)
			if err != nil {
				return nil, err
			}
			values[i] = append(values[i], float32(v))
		}
	}
	return values, nil
}
