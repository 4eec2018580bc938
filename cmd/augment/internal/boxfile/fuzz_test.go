package boxfile

import (
	"encoding/json"
	"strings"
	"testing"
)

// hold holds what was read to what boxes promise: they are inside their
// picture, and can be written in every format.
func hold(t *testing.T, s *Set, p *problems, err error) {
	if err == nil {
		err = p.err()
	}
	if err != nil {
		if !strings.HasPrefix(err.Error(), "boxes: ") {
			t.Fatalf("%v", err)
		}
		return
	}
	s.SizeFor(size)
	yolo := &yoloWriter{dataset: s.dataset}
	for _, name := range s.Images() {
		boxes, err := s.Boxes(name)
		if err != nil {
			continue
		}
		w, h := s.byImage[name].w, s.byImage[name].h
		if w == 0 {
			w, h = 100, 80
		}
		for _, b := range boxes {
			if !(b.X0 < b.X1 && b.Y0 < b.Y1 && b.X0 >= 0 && b.X1 <= float64(w) && b.Y0 >= 0 && b.Y1 <= float64(h)) {
				t.Fatalf("%s: %v is not inside %d × %d", name, b, w, h)
			}
			if _, err := json.Marshal(annotationOf(b, 1)); err != nil {
				t.Fatalf("%v: %v", b, err)
			}
			if lo, hi := inclusive(b.X0, b.X1, w); lo < 1 || hi < lo || hi > w {
				t.Fatalf("%v becomes %d to %d", b, lo, hi)
			}
			for _, l := range yolo.lines(b, w, h) {
				if strings.Contains(l, "NaN") || strings.Contains(l, "-") && !strings.Contains(l, "e-") && b.Extra["confidence"] == nil {
					t.Fatalf("%v becomes %q", b, l)
				}
			}
		}
	}
}

func fresh(format string, o Outside) (*Set, *problems) {
	return &Set{format: format, outside: o, index: map[string]int{}, byImage: map[string]*picture{}}, &problems{}
}

func FuzzCOCO(f *testing.F) {
	f.Add(cocoFile)
	f.Add(`{"images": [{"id": "x", "file_name": "cat/1.jpg"}], "annotations": [{"id": 1, "image_id": "x", "category_id": 1, "bbox": [], "segmentation": [[1,1,5,1,5,5]]}], "categories": [{"id": 1, "name": "a"}]}`)
	m := newMatcher(pictures)
	f.Fuzz(func(t *testing.T, text string) {
		for _, o := range []Outside{Refuse, Clip} {
			s, p := fresh(COCO, o)
			hold(t, s, p, s.readCOCOFrom(strings.NewReader(text), "a.json", m, Config{SkipUnknown: true}, p))
		}
	})
}

func FuzzVOC(f *testing.F) {
	f.Add(vocText("1.jpg", vocThing("a", 1, 1, 5, 5)))
	f.Add(`<?xml version="1.0" encoding="latin1"?><!DOCTYPE annotation><annotation><object><name>&#228;</name><bndbox><xmin>1.5</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object></annotation>`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, o := range []Outside{Refuse, Clip} {
			s, p := fresh(VOC, o)
			pic, _, err := readVOCFrom(strings.NewReader(text), "1.xml", o, &vocLosses{}, p)
			if err == nil {
				s.byImage["cat/1.jpg"] = pic
			}
			hold(t, s, p, err)
		}
	})
}

func FuzzYOLO(f *testing.F) {
	f.Add("0 .5 .5 .1 .1\n1 0 0 1 0 1 1\n2 .5 .5 1 1 .25", uint8(0))
	f.Add("0 .5 .5 .1 .1 .5 .5 2 0 0 0", uint8(2))
	f.Fuzz(func(t *testing.T, text string, points uint8) {
		for _, o := range []Outside{Refuse, Clip} {
			s, p := fresh(YOLO, o)
			s.dataset.points, s.dataset.dims = int(points), 2+int(points)%2
			pic, _, err := s.readYOLOFrom(strings.NewReader(text), "1.txt", p)
			if err == nil {
				s.byImage["cat/1.jpg"] = pic
			}
			hold(t, s, p, err)
		}
	})
}

func FuzzDataYAML(f *testing.F) {
	f.Add("names: [a, b]\nnc: 2\nkpt_shape: [3, 2]")
	f.Add("names:\n  0: a\n  1: b")
	f.Fuzz(func(t *testing.T, text string) {
		s, _ := fresh(YOLO, Refuse)
		if err := s.dataYAMLFrom(strings.NewReader(text), "data.yaml"); err == nil && len(s.index) != len(s.classes) {
			t.Fatalf("%d names of %d classes", len(s.index), len(s.classes))
		}
	})
}
