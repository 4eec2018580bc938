package boxfile

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// maxCOCO bounds a COCO file; that of all training pictures of COCO 2017 has
// half a gigabyte.
const maxCOCO = 4 << 30

// A cocoReader reads one file element by element, since the whole of it may be
// large. Annotations may come before what they refer to, so they wait.
type cocoReader struct {
	s       *Set
	p       *problems
	dec     *json.Decoder
	where   string
	images  map[string]cocoImage // by id, as it is written
	classes map[int]int          // place by id
	ids     map[string]bool      // of annotations
	points  map[int]int          // how many key points things of a class have
	waiting []cocoAnnotation
	seen    []string // keys at the top
	masks   int      // run-length encoded
}

type cocoImage struct {
	name  string // as listed; empty: the picture is unknown and that is allowed
	w, h  int
	where place
}

type cocoAnnotation struct {
	record
	image    string
	category int
}

func (s *Set) readCOCO(m *matcher, c Config, p *problems) error {
	path, err := onlyFile(s.path, ".json")
	if err != nil {
		return err
	}
	f, err := open(path, maxCOCO)
	if err != nil {
		return err
	}
	defer f.Close()
	return s.readCOCOFrom(f, path, m, c, p)
}

// readCOCOFrom reads a file whose name is path.
func (s *Set) readCOCOFrom(f io.Reader, path string, m *matcher, c Config, p *problems) error {
	r := &cocoReader{s: s, p: p, dec: json.NewDecoder(withoutBOM(f)), where: path,
		images: map[string]cocoImage{}, classes: map[int]int{}, ids: map[string]bool{}, points: map[int]int{}}
	if err := r.read(m, c); err != nil {
		return r.explain(err)
	}
	r.join()
	s.sortClasses()
	s.notice(r.masks, "%d masks in run-length form are left out; polygons and key points are moved", r.masks)
	return nil
}

// open opens a file that is not too large.
func open(path string, limit int64) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("boxes: %w", err)
	}
	st, err := f.Stat()
	switch {
	case err != nil:
		err = fmt.Errorf("boxes: %w", err)
	case !st.Mode().IsRegular():
		err = fmt.Errorf("boxes: %s is no regular file", path)
	case st.Size() > limit:
		err = fmt.Errorf("boxes: %s has %d bytes; files of boxes of up to %d are read, so this one is probably something else", path, st.Size(), limit)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// onlyFile returns path, or the file with the extension if it is a folder.
func onlyFile(path, ext string) (string, error) {
	st, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("boxes: %w", err)
	}
	if !st.IsDir() {
		return path, nil
	}
	found, err := filesBelow(path, ext)
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("boxes: %s has %d %s files; name the one with the boxes", path, len(found), ext)
	}
	return filepath.Join(path, filepath.FromSlash(found[0])), nil
}

// withoutBOM skips the mark with which some programs begin UTF-8.
func withoutBOM(r io.Reader) *bufio.Reader {
	b := bufio.NewReaderSize(r, 1<<16)
	if head, _ := b.Peek(3); string(head) == "\xef\xbb\xbf" {
		b.Discard(3)
	}
	return b
}

// explain says where an error of the JSON is, and what to do about it.
func (r *cocoReader) explain(err error) error {
	var syntax *json.SyntaxError
	var broken *fs.PathError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong): // a number beyond all bounds
		return fmt.Errorf("boxes: %s: byte %d: it has %s where something else is wanted", r.where, r.dec.InputOffset(), shorten([]byte(wrong.Value)))
	case errors.As(err, &broken):
		return fmt.Errorf("boxes: %w", err)
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return fmt.Errorf("boxes: %s: it ends after %d bytes, in the middle: the file is truncated; copy or download it again", r.where, r.dec.InputOffset())
	case errors.As(err, &syntax):
		hint := ""
		if strings.Contains(err.Error(), "'N'") || strings.Contains(err.Error(), "'I'") {
			hint = "; JSON has no NaN and no Infinity: correct the program that wrote it"
		}
		at := syntax.Offset
		return fmt.Errorf("boxes: %s:%d: it is not JSON (byte %d): %w%s", r.where, lineOf(r.where, at), at, err, hint)
	}
	return err
}

// lineOf returns the number of the line of a byte.
func lineOf(path string, at int64) int {
	f, err := os.Open(path)
	if err != nil {
		return 1
	}
	defer f.Close()
	b, n := bufio.NewReader(io.LimitReader(f, at)), 1
	for {
		line, err := b.ReadSlice('\n')
		if len(line) > 0 && line[len(line)-1] == '\n' {
			n++
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return n
		}
	}
}

func (r *cocoReader) fail(format string, args ...any) error {
	return fmt.Errorf("boxes: %s: %s", r.where, fmt.Sprintf(format, args...))
}

func (r *cocoReader) read(m *matcher, c Config) error {
	t, err := r.dec.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') {
		return r.fail("it begins with %v, not with an object of images, annotations and categories; lists of detections are not read", t)
	}
	var other []string
	for r.dec.More() {
		t, err := r.dec.Token()
		if err != nil {
			return err
		}
		key := t.(string)
		if slices.Contains(r.seen, key) {
			return r.fail("the key %q is there twice", key)
		}
		r.seen = append(r.seen, key)
		switch key {
		case "images":
			err = r.each(key, func(where place, o object) { r.image(where, o, m, c) })
		case "categories":
			err = r.each(key, r.category)
		case "annotations":
			err = r.each(key, r.annotation)
		default:
			var v json.RawMessage
			err = r.dec.Decode(&v)
			if key == "info" || key == "licenses" {
				if r.s.header == nil {
					r.s.header = map[string]any{}
				}
				r.s.header[key] = v
			} else {
				other = append(other, key)
			}
		}
		if err != nil {
			return err
		}
	}
	if _, err := r.dec.Token(); err != nil {
		return err
	}
	var broken *fs.PathError // of the disk
	if _, err := r.dec.Token(); errors.As(err, &broken) {
		return err
	} else if !errors.Is(err, io.EOF) {
		return r.fail("something follows after the end of the object (byte %d)", r.dec.InputOffset())
	}
	for _, key := range []string{"images", "annotations", "categories"} {
		if !slices.Contains(r.seen, key) {
			return r.fail("it has no %q; a COCO file has images, annotations and categories", key)
		}
	}
	r.s.notice(len(other), "%s: %q is left out", r.where, other)
	return nil
}

// each calls do for the objects of a list.
func (r *cocoReader) each(key string, do func(where place, o object)) error {
	t, err := r.dec.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('[') {
		return r.fail("%q is %v, want a list", key, t)
	}
	for i := 0; r.dec.More(); i++ {
		var o object
		where := place{file: r.where, list: key, n: i}
		err := r.dec.Decode(&o)
		var wrong *json.UnmarshalTypeError
		switch {
		case errors.As(err, &wrong):
			r.p.add(where, "it is %s, want an object", wrong.Value)
		case err != nil:
			return err
		default:
			do(where, o)
		}
	}
	_, err = r.dec.Token()
	return err
}

// field decodes one value, and notes if it is missing or not what it should be.
func (r *cocoReader) field(where place, o object, key string, v any, want string) bool {
	raw, ok := o[key]
	if !ok || string(raw) == "null" {
		r.p.add(where, "it has no %q, want %s", key, want)
		return false
	}
	ok = true
	switch v := v.(type) {
	case *[]float64:
		*v, ok = numbers(raw)
	case *KeyPoints:
		*v, ok = numbers(raw)
	case *Polygons:
		*v, ok = lists(raw)
	case *int:
		// Some programs write 640.0.
		x, err := strconv.ParseFloat(string(raw), 64)
		ok = err == nil && x == math.Trunc(x) && math.Abs(x) < 1<<53
		*v = int(x)
	default:
		ok = json.Unmarshal(raw, v) == nil
	}
	if !ok {
		r.p.add(where, "%q is %s, want %s", key, shorten(raw), want)
		return false
	}
	return true
}

func shorten(raw []byte) string {
	if len(raw) > 40 {
		return string(raw[:40]) + "…"
	}
	return string(raw)
}

// id returns an id as it is written: a number, or a text.
func (r *cocoReader) id(where place, o object, key string) (string, bool) {
	raw := o[key]
	if len(raw) == 0 || strings.IndexByte("-0123456789\"", raw[0]) < 0 {
		r.p.add(where, "%q is %s, want a number", key, or(shorten(raw), "missing"))
		return "", false
	}
	return string(raw), true
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func (r *cocoReader) image(where place, o object, m *matcher, c Config) {
	id, ok := r.id(where, o, "id")
	var file string
	if !ok || !r.field(where, o, "file_name", &file, "the name of a picture") {
		return
	}
	if _, twice := r.images[id]; twice {
		r.p.add(where, "the id %s is there twice", id)
		return
	}
	i := cocoImage{where: where}
	if o["width"] != nil || o["height"] != nil {
		if !r.field(where, o, "width", &i.w, "pixels") || !r.field(where, o, "height", &i.h, "pixels") {
			return
		}
		if i.w < 1 || i.h < 1 || i.w > enormous || i.h > enormous {
			r.p.add(where, "%s is %d×%d pixels (width × height), want both at least 1", file, i.w, i.h)
			return
		}
	}
	name, err := m.name(file)
	var unknown errUnknown
	switch {
	case err == nil:
		i.name = name
	case !errors.As(err, &unknown) || !c.SkipUnknown:
		r.p.add(where, "%w", err)
	}
	r.images[id] = i
	if i.name == "" {
		return
	}
	if other := r.s.byImage[name]; other != nil {
		r.p.add(where, "%s is there twice; the first is %s", name, other.where)
		return
	}
	r.s.byImage[name] = &picture{w: i.w, h: i.h, where: where}
}

func (r *cocoReader) category(where place, o object) {
	c := Class{Extra: map[string]any{}}
	if !r.field(where, o, "id", &c.ID, "a whole number") || !r.field(where, o, "name", &c.Name, "a name") {
		return
	}
	if _, twice := r.classes[c.ID]; twice {
		r.p.add(where, "the id %d is there twice", c.ID)
		return
	}
	for key, raw := range o {
		if key != "id" && key != "name" {
			c.Extra[key] = raw
		}
	}
	if raw, ok := o["keypoints"]; ok {
		var names []string
		if !r.field(where, object{"keypoints": raw}, "keypoints", &names, "a list of names") {
			return
		}
		r.points[c.ID] = len(names)
		c.mirror = mirrorOf(names)
	}
	if !r.s.add(c) {
		r.p.add(where, "the name %q is there twice", c.Name)
	}
	r.classes[c.ID] = r.s.index[c.Name]
}

// join gives every annotation to its picture.
func (r *cocoReader) join() {
	for _, a := range r.waiting {
		i, ok := r.images[a.image]
		if !ok {
			r.p.add(a.where, "there is no image with the id %s", a.image)
			continue
		}
		k, ok := r.classes[a.category]
		if !ok {
			r.p.add(a.where, "there is no category with the id %d", a.category)
			continue
		}
		a.Label, a.mirror = r.s.classes[k].Name, r.s.classes[k].mirror
		if p, ok := a.Extra["keypoints"].(KeyPoints); ok && r.points[a.category] != 0 && len(p) != 3*r.points[a.category] {
			r.p.add(a.where, "keypoints are %d, but the category %q has %d", len(p)/3, a.Label, r.points[a.category])
			continue
		}
		if i.name == "" {
			continue
		}
		if i.w > 0 {
			if _, _, err := r.s.outside.apply(a.Box, i.w, i.h); err != nil {
				r.p.add(a.where, "%w", err)
				continue
			}
		}
		pic := r.s.byImage[i.name]
		pic.boxes = append(pic.boxes, a.record)
	}
	r.waiting = nil
}

// number prints a coordinate with as many digits as COCO's own files have.
func number(v float64) json.Number {
	return json.Number(strconv.FormatFloat(round2(v), 'f', -1, 64))
}
