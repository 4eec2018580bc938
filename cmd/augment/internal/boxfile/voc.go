package boxfile

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// maxVOC bounds the file of one picture.
const maxVOC = 16 << 20

// vocObject is an <object> element.
type vocObject struct {
	Name      string  `xml:"name"`
	Pose      string  `xml:"pose"`
	Truncated string  `xml:"truncated"`
	Occluded  string  `xml:"occluded"`
	Difficult string  `xml:"difficult"`
	Box       *vocBox `xml:"bndbox"`
	Parts     []struct {
		Name string `xml:"name"`
	} `xml:"part"`
	Actions *struct{} `xml:"actions"`
	Polygon *struct{} `xml:"polygon"`
	Rotated *struct{} `xml:"robndbox"`
}

type vocBox struct {
	XMin string `xml:"xmin"`
	YMin string `xml:"ymin"`
	XMax string `xml:"xmax"`
	YMax string `xml:"ymax"`
}

type vocSize struct {
	Width  string `xml:"width"`
	Height string `xml:"height"`
}

// vocLosses counts what is not carried over.
type vocLosses struct{ parts, polygons, actions int }

func (s *Set) readVOC(m *matcher, c Config, p *problems) error {
	root, files, err := folder(s.path, ".xml", "Annotations")
	if err != nil {
		return err
	}
	var lost vocLosses
	for _, file := range files {
		name := filepath.Join(root, filepath.FromSlash(file))
		pic, stated, err := readVOCFile(name, s.outside, &lost, p)
		if err != nil {
			p.note(err)
			continue
		}
		image, err := m.stem(stem(file))
		var unknown errUnknown
		if errors.As(err, &unknown) && stated != "" {
			image, err = m.name(stated)
		}
		switch {
		case errors.As(err, &unknown) && c.SkipUnknown:
			continue
		case err != nil:
			p.add(name, "%w", err)
			continue
		}
		if other := s.byImage[image]; other != nil {
			p.add(name, "%s has boxes in %s already", image, other.where)
			continue
		}
		s.byImage[image] = pic
	}
	s.vocClasses()
	s.notice(lost.parts, "%d parts of things are left out", lost.parts)
	s.notice(lost.polygons, "%d polygons are left out; their boxes are kept", lost.polygons)
	s.notice(lost.actions, "the actions of %d things are left out", lost.actions)
	return nil
}

// vocClasses numbers the names in their order.
func (s *Set) vocClasses() {
	var names []string
	for _, pic := range s.byImage {
		for _, b := range pic.boxes {
			names = append(names, b.Label)
		}
	}
	slices.Sort(names)
	for i, n := range slices.Compact(names) {
		s.add(Class{ID: i, Name: n})
	}
}

// folder returns a folder and the files with an extension below it, sorted;
// those below a sub-folder of the usual name, if there is one. path may also be
// one file.
func folder(path, ext, usual string) (root string, files []string, err error) {
	st, err := os.Stat(path)
	if err != nil {
		return "", nil, fmt.Errorf("boxes: %w", err)
	}
	if !st.IsDir() {
		return filepath.Dir(path), []string{filepath.Base(path)}, nil
	}
	if st, err := os.Stat(filepath.Join(path, usual)); err == nil && st.IsDir() {
		path = filepath.Join(path, usual)
	}
	files, err = filesBelow(path, ext)
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("boxes: there is no %s file in %s", ext, path)
	}
	return path, files, err
}

// filesBelow lists files with slashes, relative to dir and sorted. Links to
// folders are not followed.
func filesBelow(dir, ext string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir+string(filepath.Separator), func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if t := d.Type(); (t.IsRegular() || t == fs.ModeSymlink) && strings.EqualFold(filepath.Ext(name), ext) {
			rel, err := filepath.Rel(dir, name)
			if err != nil {
				return err
			}
			files = append(files, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("boxes: %w", err)
	}
	slices.Sort(files)
	return files, nil
}

// readVOCFile reads a file: the boxes of a picture, and its name.
func readVOCFile(path string, o Outside, lost *vocLosses, p *problems) (*picture, string, error) {
	f, err := open(path, maxVOC)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	return readVOCFrom(f, path, o, lost, p)
}

func readVOCFrom(f io.Reader, path string, o Outside, lost *vocLosses, p *problems) (*picture, string, error) {
	v := &vocFile{path: path, dec: xml.NewDecoder(withoutBOM(f)), lost: lost, pic: &picture{where: place{file: path}}}
	v.dec.CharsetReader = charset
	if err := v.read(); err != nil {
		return nil, "", v.explain(err)
	}
	for _, r := range v.pic.boxes {
		if v.pic.w > 0 {
			if _, _, err := o.apply(r.Box, v.pic.w, v.pic.h); err != nil {
				hint := ""
				if r.X0 == -1 || r.Y0 == -1 {
					hint = "; VOC counts pixels from 1, this file seems to count from 0"
				}
				p.add(r.where, "%w%s", err, hint)
			}
		}
	}
	return v.pic, v.stated, nil
}

// charset reads the encodings that old files have.
func charset(label string, r io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf-8", "utf8", "us-ascii", "ascii":
		return r, nil
	case "iso-8859-1", "latin1", "latin-1", "windows-1252", "cp1252":
		return charmap.Windows1252.NewDecoder().Reader(r), nil
	}
	return nil, fmt.Errorf("the encoding is %q; save the file as UTF-8", label)
}

type vocFile struct {
	path   string
	dec    *xml.Decoder
	pic    *picture
	stated string // filename
	lost   *vocLosses
}

// line is where the decoder is.
func (v *vocFile) line() place {
	n, _ := v.dec.InputPos()
	return place{file: v.path, n: n}
}

// told is an error that says where it is already.
type told struct{ error }

func (v *vocFile) explain(err error) error {
	var syntax *xml.SyntaxError
	var done told
	switch {
	case errors.As(err, &done):
		return done.error
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &syntax) && strings.Contains(syntax.Msg, "unexpected EOF"):
		return fmt.Errorf("boxes: %s: it ends in the middle: the file is truncated; copy or download it again", v.line())
	case errors.As(err, &syntax) && strings.Contains(syntax.Msg, "entity"):
		return fmt.Errorf("boxes: %s:%d: %s; only the entities of XML itself, such as &amp;, are read", v.path, syntax.Line, syntax.Msg)
	case errors.As(err, &syntax):
		return fmt.Errorf("boxes: %s:%d: it is not XML: %s", v.path, syntax.Line, syntax.Msg)
	}
	return fmt.Errorf("boxes: %s: %w", v.line(), err)
}

func (v *vocFile) fail(format string, args ...any) error {
	return told{fmt.Errorf("boxes: %s: %w", v.line(), fmt.Errorf(format, args...))}
}

func (v *vocFile) read() error {
	root := false
	for {
		t, err := v.dec.Token()
		if errors.Is(err, io.EOF) && root {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.Directive:
			if strings.Contains(string(t), "ENTITY") {
				return v.fail("it declares entities, which are not read, since a small file can make them very large; remove the DOCTYPE")
			}
		case xml.StartElement:
			if root || t.Name.Local != "annotation" {
				return v.fail("it has <%s>, want one <annotation>", t.Name.Local)
			}
			root = true
			if err := v.annotation(); err != nil {
				return err
			}
		case xml.CharData:
			if strings.TrimSpace(string(t)) != "" {
				return v.fail("there is text outside <annotation>")
			}
		}
	}
}

// annotation reads what is in the root element.
func (v *vocFile) annotation() error {
	seen := map[string]bool{}
	for {
		t, err := v.dec.Token()
		if err != nil {
			return err
		}
		start, ok := t.(xml.StartElement)
		if !ok {
			if _, end := t.(xml.EndElement); end {
				return nil
			}
			continue
		}
		name := start.Name.Local
		if (name == "size" || name == "filename") && seen[name] {
			return v.fail("it has <%s> twice", name)
		}
		seen[name] = true
		switch name {
		case "filename":
			err = v.dec.DecodeElement(&v.stated, &start)
			v.stated = strings.TrimSpace(v.stated)
		case "size":
			err = v.size(&start)
		case "object":
			err = v.object(&start)
		default:
			err = v.dec.Skip()
		}
		if err != nil {
			return err
		}
	}
}

func (v *vocFile) size(start *xml.StartElement) error {
	var s vocSize
	if err := v.dec.DecodeElement(&s, start); err != nil {
		return err
	}
	w, errW := strconv.Atoi(strings.TrimSpace(s.Width))
	h, errH := strconv.Atoi(strings.TrimSpace(s.Height))
	if errW != nil || errH != nil || w < 0 || h < 0 || w > enormous || h > enormous || (w == 0) != (h == 0) {
		return v.fail("size: width %q and height %q, want whole numbers above 0", shorten([]byte(s.Width)), shorten([]byte(s.Height)))
	}
	v.pic.w, v.pic.h = w, h // 0×0 is what some programs write when they do not know
	return nil
}

func (v *vocFile) object(start *xml.StartElement) error {
	at := v.line()
	var o vocObject
	if err := v.dec.DecodeElement(&o, start); err != nil {
		return err
	}
	name := strings.TrimSpace(o.Name)
	fail := func(format string, args ...any) error {
		return told{fmt.Errorf("boxes: %s: object %d (%q): %s", at, len(v.pic.boxes)+1, name, fmt.Sprintf(format, args...))}
	}
	switch {
	case name == "":
		return fail("it has no <name>")
	case o.Rotated != nil && o.Box == nil:
		return fail("it has a rotated box (<robndbox>), which is not read; want <bndbox>")
	case o.Box == nil:
		return fail("it has no <bndbox>")
	}
	var c [4]float64
	for i, e := range []struct{ key, text string }{{"xmin", o.Box.XMin}, {"ymin", o.Box.YMin}, {"xmax", o.Box.XMax}, {"ymax", o.Box.YMax}} {
		x, err := strconv.ParseFloat(strings.TrimSpace(e.text), 64)
		if err != nil || !finite(x) {
			return fail("%s is %q, want a number of pixels", e.key, shorten([]byte(e.text)))
		}
		c[i] = x
	}
	if c[2] < c[0] || c[3] < c[1] {
		return fail("xmax %v is less than xmin %v, or ymax %v less than ymin %v", c[2], c[0], c[3], c[1])
	}
	b := Box{X0: c[0] - 1, Y0: c[1] - 1, X1: c[2], Y1: c[3], Label: name, Extra: map[string]any{}}
	for _, e := range []struct{ key, text string }{{"truncated", o.Truncated}, {"occluded", o.Occluded}, {"difficult", o.Difficult}} {
		text := strings.TrimSpace(e.text)
		if text == "" {
			continue
		}
		flag, err := strconv.ParseBool(text)
		if err != nil {
			return fail("%s is %q, want 0 or 1", e.key, shorten([]byte(text)))
		}
		b.Extra[e.key] = 0
		if flag {
			b.Extra[e.key] = 1
		}
	}
	if o.Pose != "" {
		b.Extra["pose"] = strings.TrimSpace(o.Pose)
	}
	v.lost.parts += len(o.Parts)
	if o.Polygon != nil {
		v.lost.polygons++
	}
	if o.Actions != nil {
		v.lost.actions++
	}
	v.pic.boxes = append(v.pic.boxes, record{Box: b, where: at})
	return nil
}
