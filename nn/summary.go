package nn

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// SummaryConfig is how a summary is printed. The zero value is Keras' default.
type SummaryConfig struct {
	// LineLength is the width of a line; 0 is 65 characters, or 98 with the
	// column "Connected to".
	LineLength int
	// Positions are the ends of the columns: parts of the line up to 1, or
	// characters. Default: 0.45, 0.85, 1, or 0.3, 0.6, 0.7, 1 with the column
	// "Connected to".
	Positions []float64
	// ExpandNested shows the layers inside nested models.
	ExpandNested bool
	// ShowTrainable adds a column with Y or N.
	ShowTrainable bool
	// LayerRange shows the layers from the first whose name begins with a match
	// of the regular expression From to the last that begins with one of To.
	LayerRange LayerRange
}

// LayerRange names the first and the last layer; the zero value is all.
type LayerRange struct{ From, To string }

// Summary prints the model's layers, shapes and numbers of parameters exactly
// as Keras' model.summary() does. A model that is no plain row of layers gets a
// column "Connected to".
func (m *Model) Summary(w io.Writer) error { return m.SummaryWith(w, SummaryConfig{}) }

// SummaryWith is [Model.Summary] with settings. It returns an error when the
// model has a mistake or does not know its input yet, when LayerRange finds nothing, or when w fails.
func (m *Model) SummaryWith(w io.Writer, c SummaryConfig) error {
	if m.err != nil {
		return m.err
	}
	if m.waiting != nil {
		return ErrNotBuilt
	}
	s := &summary{m: m, c: c, w: bufio.NewWriter(w), connected: !m.inARow()}
	layers, err := c.LayerRange.Pick(m.Layers())
	if err != nil {
		return err
	}
	if err := s.columns(); err != nil {
		return err
	}
	s.print(layers)
	return s.w.Flush()
}

// summary is one printing.
type summary struct {
	m         *Model
	c         SummaryConfig
	w         *bufio.Writer
	connected bool
	titles    []string
	ends      []int // of the columns
	width     int
}

func (s *summary) columns() error {
	s.titles, s.width = []string{"Layer (type)", "Output Shape", "Param #"}, 65
	at := []float64{0.45, 0.85, 1}
	if s.connected {
		s.titles, s.width = append(s.titles, "Connected to"), 98
		at = []float64{0.3, 0.6, 0.7, 1}
	}
	if s.c.LineLength > 0 {
		s.width = s.c.LineLength
	}
	if len(s.c.Positions) > 0 {
		at = s.c.Positions
	}
	if len(at) != len(s.titles) {
		return fmt.Errorf("nn: Summary: %d Positions for %d columns %q", len(at), len(s.titles), s.titles)
	}
	for i, x := range at {
		end := int(x)
		if at[len(at)-1] <= 1 {
			end = int(float64(s.width) * x)
		}
		s.ends = append(s.ends, end)
		least := 4 // one character, the space before it and two behind it
		if i == len(at)-1 {
			least = 1
		}
		if i > 0 {
			least += s.ends[i-1]
		}
		if end < least {
			return fmt.Errorf("nn: Summary: column %q ends at character %d, which leaves no room; make LineLength larger or move Positions", s.titles[i], end)
		}
	}
	if s.c.ShowTrainable {
		s.width += 11
		s.ends, s.titles = append(s.ends, s.width), append(s.titles, "Trainable")
	}
	return nil
}

func (s *summary) print(layers []Layer) {
	fmt.Fprintf(s.w, "Model: \"%s\"\n", s.m.name)
	s.rule("_", 0)
	s.row(s.titles, 0)
	s.rule("=", 0)
	for _, l := range layers {
		s.layer(l, 0, false)
	}
	s.rule("=", 0)
	total, trainable := s.m.CountParams(), 0
	ws := s.m.trainableWeights()
	if c := s.m.compiled; c != nil { // as Compile found them
		ws = c.trainable
	}
	for _, w := range ws {
		trainable += w.size()
	}
	fmt.Fprintf(s.w, "Total params: %d (%s)\n", total, memory(total))
	fmt.Fprintf(s.w, "Trainable params: %d (%s)\n", trainable, memory(trainable))
	fmt.Fprintf(s.w, "Non-trainable params: %d (%s)\n", total-trainable, memory(total-trainable))
	s.rule("_", 0)
}

// rule draws a line between the frames of nested models.
func (s *summary) rule(c string, level int) {
	frame := strings.Repeat("|", level)
	fmt.Fprintf(s.w, "%s%s%s\n", frame, strings.Repeat(c, max(0, s.width-2*level)), frame)
}

// layer prints one layer, and what is inside when that is wanted.
func (s *summary) layer(l Layer, level int, last bool) {
	b := l.base()
	fields := []string{b.name + " (" + ClassName(l) + ")", outputShapes(l), fmt.Sprint(b.CountParams())}
	if sub, ok := l.(*Model); ok {
		fields[2] = fmt.Sprint(sub.CountParams())
	}
	if s.connected {
		fields = append(fields, s.connections(l))
	}
	if s.c.ShowTrainable {
		fields = append(fields, map[bool]string{true: "Y", false: "N"}[b.Trainable()])
	}
	s.row(fields, level)
	if sub, ok := l.(*Model); ok && s.c.ExpandNested {
		inner := sub.Layers()
		s.rule("¯", level+1)
		for i, x := range inner {
			s.layer(x, level+1, i == len(inner)-1)
		}
		s.rule("¯", level)
		last = last || len(inner) > 0 // the frame is rule enough
	}
	if !last {
		s.rule(" ", level)
	}
}

// connections lists where the layer's inputs come from, as Python prints lists.
// Calls are counted over all models.
func (s *summary) connections(l Layer) string {
	var from []string
	for _, n := range l.base().nodes {
		if !slices.Contains(s.m.order, n) {
			continue
		}
		for _, in := range n.in {
			from = append(from, fmt.Sprintf("'%s[%d][%d]'", in.node.layer.base().name, in.node.call, in.index))
		}
	}
	return "[" + strings.Join(from, ", ") + "]"
}

// outputShapes is what Keras shows as a layer's output shape: "multiple" when
// calls differ.
func outputShapes(l Layer) string {
	outs := func(ss []*Symbol) string {
		var shapes []string
		for _, o := range ss {
			shapes = append(shapes, o.shape.String())
		}
		if _, input := l.(*InputLayer); input || len(shapes) > 1 {
			return "[" + strings.Join(shapes, ", ") + "]"
		}
		return strings.Join(shapes, "")
	}
	said := ""
	for _, n := range l.base().nodes {
		s := outs(n.out)
		if said != "" && s != said {
			return "multiple"
		}
		said = s
	}
	return said
}

// memory is the size of so many float32 in Keras' words.
func memory(params int) string {
	size := float64(params) * 4
	units := []string{"Byte", "KB", "MB", "GB", "TB", "PB"}
	for i, u := range units {
		if size < 1024 || i == len(units)-1 {
			return fmt.Sprintf("%.2f %s", size, u)
		}
		size /= 1024
	}
	return ""
}

// inARow reports whether the model is one row of layers, each called once.
func (m *Model) inARow() bool {
	if m.class == "Sequential" {
		return true
	}
	depth := map[*node]int{}
	for i := len(m.order) - 1; i >= 0; i-- {
		n := m.order[i]
		if len(n.in) > 1 {
			return false
		}
		depth[n] += 0
		for _, in := range n.in {
			depth[in.node] = max(depth[in.node], depth[n]+1)
		}
	}
	at, layers := map[int]bool{}, map[Layer]bool{}
	for n, d := range depth {
		if at[d] || layers[n.layer] {
			return false
		}
		at[d], layers[n.layer] = true, true
	}
	return true
}

// Pick returns the layers of the range.
func (r LayerRange) Pick(layers []Layer) ([]Layer, error) {
	if r == (LayerRange{}) {
		return layers, nil
	}
	find := func(pattern string) (first, last int, err error) {
		re, err := regexp.Compile("^(?:" + pattern + ")")
		if err != nil {
			return 0, 0, fmt.Errorf("nn: LayerRange: %w", err)
		}
		first = -1
		for i, l := range layers {
			if re.MatchString(l.base().name) {
				if first < 0 {
					first = i
				}
				last = i
			}
		}
		if first < 0 {
			return 0, 0, fmt.Errorf("nn: LayerRange: no layer's name begins with %q", pattern)
		}
		return first, last, nil
	}
	first1, last1, err1 := find(r.From)
	first2, last2, err2 := find(r.To)
	if err := cmp.Or(err1, err2); err != nil {
		return nil, err
	}
	if first1 > last2 {
		return layers[first2 : last1+1], nil
	}
	return layers[first1 : last2+1], nil
}
