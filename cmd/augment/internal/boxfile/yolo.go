package boxfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// What YOLO's files may have.
const (
	maxYOLO    = 16 << 20 // bytes of the file of one picture
	maxNames   = 1 << 20  // bytes of classes.txt and data.yaml
	maxClasses = 100_000
)

// A dataset is what data.yaml says beside names.
type dataset struct {
	points int // key points of each thing; 0: none
	dims   int // 2: x, y; 3: x, y, v
	mirror []int
}

func (s *Set) readYOLO(m *matcher, c Config, p *problems) error {
	dir := s.path
	if st, err := os.Stat(dir); err != nil {
		return fmt.Errorf("boxes: %w", err)
	} else if !st.IsDir() && strings.ToLower(filepath.Ext(dir)) != ".txt" {
		if err := s.dataYAML(dir); err != nil {
			return err
		}
		dir = filepath.Dir(dir)
	}
	root, files, err := folder(dir, ".txt", "labels")
	if err != nil {
		return err
	}
	if len(s.classes) == 0 {
		if err := s.findClasses(root); err != nil {
			return err
		}
	}
	known, most := len(s.classes) > 0, -1
	for _, file := range files {
		if list := filepath.Base(file); strings.EqualFold(list, "classes.txt") {
			continue
		}
		image, err := m.stem(stem(file))
		name := filepath.Join(root, filepath.FromSlash(file))
		var unknown errUnknown
		switch {
		case errors.As(err, &unknown) && (c.SkipUnknown || slices.Contains([]string{"train.txt", "val.txt", "test.txt"}, file)):
			continue
		case err != nil:
			p.add(name, "%w", err)
			continue
		}
		if other := s.byImage[image]; other != nil {
			p.add(name, "%s has boxes in %s already", image, other.where)
			continue
		}
		pic, top, err := s.readYOLOFile(name, p)
		if err != nil {
			p.note(err)
			continue
		}
		s.byImage[image] = pic
		most = max(most, top)
	}
	if !known {
		for i := range most + 1 {
			s.add(Class{ID: i, Name: strconv.Itoa(i)})
		}
		s.notice(most+1, "%s has no classes.txt and no data.yaml: classes are called by their numbers", root)
	}
	return nil
}

// findClasses reads classes.txt or data.yaml, in the folder or the one above.
func (s *Set) findClasses(root string) error {
	for _, dir := range []string{root, filepath.Dir(filepath.Clean(root))} {
		for _, name := range []string{"data.yaml", "data.yml", "dataset.yaml"} {
			if st, err := os.Stat(filepath.Join(dir, name)); err == nil && st.Mode().IsRegular() {
				return s.dataYAML(filepath.Join(dir, name))
			}
		}
		for _, name := range []string{"classes.txt", "obj.names"} {
			if st, err := os.Stat(filepath.Join(dir, name)); err == nil && st.Mode().IsRegular() {
				return s.classesTXT(filepath.Join(dir, name))
			}
		}
	}
	return nil
}

// classesTXT reads one name a line.
func (s *Set) classesTXT(path string) error {
	f, err := open(path, maxNames)
	if err != nil {
		return err
	}
	defer f.Close()
	b, err := io.ReadAll(withoutBOM(f))
	if err != nil {
		return fmt.Errorf("boxes: %w", err)
	}
	lines := strings.Split(strings.TrimRightFunc(string(b), unicode.IsSpace), "\n")
	for i, l := range lines {
		l = strings.TrimSpace(l)
		switch {
		case l == "":
			return fmt.Errorf("boxes: %s:%d: the line is empty, want the name of class %d", path, i+1, i)
		case i == maxClasses:
			return fmt.Errorf("boxes: %s:%d: more than %d classes", path, i+1, maxClasses)
		case !s.add(Class{ID: i, Name: l}):
			return fmt.Errorf("boxes: %s:%d: the name %q is there twice", path, i+1, l)
		}
	}
	return nil
}

// dataYAML reads the names of Ultralytics' data.yaml, a list or a map from
// numbers, and the shape of key points.
func (s *Set) dataYAML(path string) error {
	f, err := open(path, maxNames)
	if err != nil {
		return err
	}
	defer f.Close()
	return s.dataYAMLFrom(f, path)
}

func (s *Set) dataYAMLFrom(f io.Reader, path string) error {
	var d struct {
		Names    yaml.Node `yaml:"names"`
		NC       *int      `yaml:"nc"`
		KptShape []int     `yaml:"kpt_shape"`
		FlipIdx  []int     `yaml:"flip_idx"`
	}
	if err := yaml.NewDecoder(withoutBOM(f)).Decode(&d); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("boxes: %s: %w", path, err)
	}
	fail := func(line int, format string, args ...any) error {
		return fmt.Errorf("boxes: %s:%d: %s", path, line, fmt.Sprintf(format, args...))
	}
	switch d.Names.Kind {
	case yaml.SequenceNode:
		var names []string
		if err := d.Names.Decode(&names); err != nil {
			return fail(d.Names.Line, "names: %v", err)
		}
		for i, n := range names {
			if !s.add(Class{ID: i, Name: n}) {
				return fail(d.Names.Line, "names: %q is there twice", n)
			}
		}
	case yaml.MappingNode:
		var names map[int]string
		if err := d.Names.Decode(&names); err != nil {
			return fail(d.Names.Line, "names: %v", err)
		}
		for i := range len(names) {
			n, ok := names[i]
			if !ok {
				return fail(d.Names.Line, "names has %d entries but none for %d; want the numbers from 0 on", len(names), i)
			}
			if !s.add(Class{ID: i, Name: n}) {
				return fail(d.Names.Line, "names: %q is there twice", n)
			}
		}
	default:
		return fail(max(d.Names.Line, 1), "it has no list of names")
	}
	if d.NC != nil && *d.NC != len(s.classes) {
		return fail(d.Names.Line, "nc is %d, but there are %d names", *d.NC, len(s.classes))
	}
	if k := d.KptShape; k != nil {
		if len(k) != 2 || k[0] < 1 || k[0] > 10_000 || k[1] != 2 && k[1] != 3 {
			return fail(1, "kpt_shape is %v, want [number, 2] or [number, 3]", k)
		}
		s.dataset.points, s.dataset.dims = k[0], k[1]
		if f := d.FlipIdx; f != nil {
			if !isPermutation(f, k[0]) {
				return fail(1, "flip_idx is %v, want each number from 0 to %d once", f, k[0]-1)
			}
			s.dataset.mirror = f
		}
	}
	return nil
}

// readYOLOFile reads the boxes of a picture, and the greatest number of a class.
func (s *Set) readYOLOFile(path string, p *problems) (pic *picture, top int, err error) {
	f, err := open(path, maxYOLO)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	return s.readYOLOFrom(f, path, p)
}

func (s *Set) readYOLOFrom(f io.Reader, path string, p *problems) (pic *picture, top int, err error) {
	pic, top = &picture{where: place{file: path}}, -1
	lines := bufio.NewScanner(withoutBOM(f))
	lines.Buffer(nil, 1<<20)
	n := 0
	for lines.Scan() {
		n++
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 {
			continue
		}
		where := place{file: path, n: n}
		b, class, err := s.parseYOLO(fields)
		if err != nil {
			p.add(where, "%w", err)
			continue
		}
		// In fractions a picture is 1 × 1; whether it is inside shows now.
		if err := s.outside.fractions(b); err != nil {
			hint := ""
			if max(b.X1, b.Y1) > 2 {
				hint = "; want fractions of the picture, not pixels"
			}
			p.add(where, "in fractions, %w%s", err, hint)
			continue
		}
		top = max(top, class)
		pic.boxes = append(pic.boxes, record{Box: b, where: where, relative: true})
	}
	if err := lines.Err(); err != nil {
		return nil, 0, fmt.Errorf("boxes: %s:%d: %w", path, n+1, err)
	}
	return pic, top, nil
}

// parseYOLO reads a line: a class and a box; a box and key points, if
// data.yaml says so; a polygon of 3 or more points; or a box and a confidence.
func (s *Set) parseYOLO(fields []string) (Box, int, error) {
	class, err := strconv.Atoi(fields[0])
	switch {
	case err != nil || class < 0 || class >= maxClasses:
		return Box{}, 0, fmt.Errorf("the class is %q, want a whole number from 0", shorten([]byte(fields[0])))
	case len(s.classes) > 0 && class >= len(s.classes):
		return Box{}, 0, fmt.Errorf("the class is %d, but there are only %d, counted from 0", class, len(s.classes))
	}
	v := make([]float64, len(fields)-1)
	for i, f := range fields[1:] {
		if v[i], err = strconv.ParseFloat(f, 64); err != nil || !finite(v[i]) {
			return Box{}, 0, fmt.Errorf("number %d is %q, want a fraction of the picture", i+2, shorten([]byte(f)))
		}
	}
	b := Box{Label: strconv.Itoa(class)}
	if len(s.classes) > 0 {
		b.Label = s.classes[class].Name
	}
	d := s.dataset
	box := func() error {
		if v[2] < 0 || v[3] < 0 {
			return fmt.Errorf("the width is %v and the height %v; none may be negative", v[2], v[3])
		}
		b.X0, b.X1, b.Y0, b.Y1 = v[0]-v[2]/2, v[0]+v[2]/2, v[1]-v[3]/2, v[1]+v[3]/2
		return nil
	}
	switch {
	case d.points > 0 && len(v) == 4+d.points*d.dims:
		err = box()
		k := make(KeyPoints, 0, 3*d.points)
		for q := v[4:]; len(q) > 0; q = q[d.dims:] {
			see := 2.
			if d.dims == 3 {
				see = q[2]
			}
			if see != 0 && see != 1 && see != 2 {
				return b, 0, fmt.Errorf("a key point has the visibility %v, want 0, 1 or 2", see)
			}
			k = append(k, q[0], q[1], see)
		}
		b.Extra = map[string]any{"keypoints": k}
		b.mirror = d.mirror
	case len(v) == 4:
		err = box()
	case len(v) == 5:
		err = box()
		b.Extra = map[string]any{"confidence": v[4]}
	case len(v) >= 6 && len(v)%2 == 0:
		p := Polygons{v}
		b.X0, b.Y0, b.X1, b.Y1 = p.bounds()
		b.Extra = map[string]any{"segmentation": p}
	default:
		err = fmt.Errorf("the line has %d numbers, want 5 (class, middle x and y, width, height), or a class and 3 or more points x, y", len(fields))
		if d.points > 0 {
			err = fmt.Errorf("%w, or a box and %d key points of %d numbers", err, d.points, d.dims)
		}
	}
	return b, class, err
}

// fraction prints a part of a size with the digits of Ultralytics' files.
func fraction(v float64, size int) string {
	v = min(max(v/float64(size), 0), 1)
	return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
}
