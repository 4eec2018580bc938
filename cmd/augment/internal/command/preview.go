package command

import (
	"bytes"
	"context"
	"fmt"
	stdimage "image"
	"math"
	"path"
	"reflect"
	"strings"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/cmd/augment/internal/sheet"
	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/pipeline"
	"github.com/antler-ml/antler/tensor"
)

// A sheet shows at most so many originals, and so many new pictures of each.
const (
	sheetRows    = 8
	sheetColumns = 6
)

// preview draws a sheet of originals and of the pictures that are, or would be,
// made of them: the very same.
func (m *maker) preview(ctx context.Context) error {
	alone := m.out == ""
	if alone {
		m.announce(&run{maker: m})
	}
	var files []int
	n := len(m.plan.Files)
	for k := range min(n, sheetRows) {
		files = append(files, (2*k+1)*n/(2*min(n, sheetRows)))
	}
	rows := pipeline.Apply(pipeline.List(files), pipeline.ApplyConfig[int]{Workers: m.Workers}, func(_ context.Context, _ pipeline.Place, i int) ([]sheet.Cell, error) { return m.row(i) })
	var cells [][]sheet.Cell
	columns := 0
	for row, err := range rows.Items(ctx, 0) {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return plain(err)
		}
		if row[0].Picture == nil {
			m.Console.Warnf("%s shows no %s", cli.Quote(m.Preview), row[0].Title)
		}
		cells = append(cells, row)
		columns = max(columns, len(row))
	}
	header := []string{"original"}
	for k := 1; k < columns; k++ {
		header = append(header, fmt.Sprintf("new %d", k))
	}
	var png bytes.Buffer
	err := sheet.Draw(&png, cells, sheet.Options{Title: m.sheetTitle(), Header: header})
	if err == nil {
		err = atomicfile.WriteBytes(m.Preview, marked(png.Bytes()))
	}
	if err != nil {
		return cli.Errorf(cli.Failed, "%s: %w", cli.Quote(m.Preview), err)
	}
	if alone {
		m.Console.Printf("look at %s: %s and what becomes of them", cli.Quote(m.Preview), cli.Plural(len(cells), "picture"))
		m.Console.Printf("next: %s", strings.TrimSpace(strings.Join(append([]string{"augment", cli.Quote(m.in), cli.Quote(path.Clean(m.in) + "-augmented")}, m.Flags.Given("preview", "force", "quiet")...), " ")))
	}
	return nil
}

func (m *maker) sheetTitle() string {
	changes := m.changes()
	if m.usual != nil {
		changes = "the usual changes"
	}
	return fmt.Sprintf("%s, seed %d: %s", m.in, m.Seed, changes)
}

// row is a picture and what is made of it.
func (m *maker) row(i int) ([]sheet.Cell, error) {
	f := m.plan.Files[i]
	src, err := m.loader.Open(f)
	if err != nil {
		return []sheet.Cell{{Title: f.Name + ": " + err.Error()}}, nil
	}
	defer src.Close()
	w := takeWorker()
	defer w.release()
	if err := m.loader.Load(w.picture, src); err != nil {
		return []sheet.Cell{{Title: f.Name + ": " + err.Error()}}, nil
	}
	row := []sheet.Cell{m.cell(w, &w.picture.Sample, f.Name)}
	for k := 1; k <= min(max(m.plan.Last(i), 1), sheetColumns); k++ {
		ops, err := m.change(w, task{epoch: k})
		if err != nil {
			return append(row, sheet.Cell{Title: err.Error()}), nil
		}
		row = append(row, m.cell(w, &w.sample, describe(ops)))
	}
	return row, nil
}

func (m *maker) cell(w *worker, s *augment.Sample, title string) sheet.Cell {
	c := sheet.Cell{Picture: view(s.Image), Title: title}
	if m.loader.Boxes != nil {
		c.Boxes = w.picture.BoxesOf(s)
	}
	return c
}

// view is a picture of a sample, which is used again.
func view(x *tensor.Tensor) stdimage.Image {
	d := x.Shape()
	v := image.New(d[0], d[1], d[2])
	for i, f := range x.Data() {
		v.Pix[i] = uint8(min(max(f, 0), 255) + 0.5)
	}
	return v
}

// describe says in few words what ops do.
func describe(ops augment.Ops) string {
	var words []string
	for _, op := range ops {
		k, ok := op.(*augment.KerasTransform)
		if !ok {
			words = append(words, strings.ToLower(kind(op)))
			continue
		}
		add := func(is bool, format string, args ...any) {
			if is {
				words = append(words, fmt.Sprintf(format, args...))
			}
		}
		add(k.FlipHorizontal, "mirrored")
		add(k.FlipVertical, "upside down")
		add(math.Abs(k.Theta) >= 0.5, "%.0f°", k.Theta)
		add(k.Zx != 1 || k.Zy != 1, "zoom %.2f", math.Sqrt(k.Zx*k.Zy))
		add(k.HasBrightness, "light %.2f", k.Brightness)
		add(k.Shear != 0, "shear %.0f°", k.Shear)
		add(k.ChannelShiftIntensity != 0, "shift %+.0f", k.ChannelShiftIntensity)
		add(math.Abs(k.Tx) >= 0.5 || math.Abs(k.Ty) >= 0.5, "move %.0f,%.0f", k.Tx, k.Ty)
	}
	if words == nil {
		return "unchanged"
	}
	return strings.Join(words, ", ")
}

// kind is the name of an op's type.
func kind(op augment.Op) string {
	t := reflect.TypeOf(op)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}
