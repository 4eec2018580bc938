package boxfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// load reads one file, and holds what comes of it to what boxes promise.
func load(t *testing.T, format, name, text string) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, o := range []Outside{Refuse, Clip} {
		s, err := LoadConfig(root, pictures, Config{Format: format, Outside: o, SkipUnknown: true})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "boxes: ") {
				t.Fatalf("%v", err)
			}
			continue
		}
		s.SizeFor(size)
		w, err := NewWriter(format, filepath.Join(root, "out"), s)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range s.Images() {
			boxes, err := s.Boxes(p)
			if err != nil {
				continue
			}
			wide, high := float64(s.byImage[p].w), float64(s.byImage[p].h)
			if wide == 0 {
				wide, high = 100, 80
			}
			for _, b := range boxes {
				if !(b.X0 < b.X1 && b.Y0 < b.Y1 && b.X0 >= 0 && b.X1 <= wide && b.Y0 >= 0 && b.Y1 <= high) {
					t.Fatalf("%s: %v is not inside %v × %v", p, b, wide, high)
				}
			}
			if err := w.Add(p, int(wide), int(high), boxes); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		os.RemoveAll(filepath.Join(root, "out"))
	}
}

func FuzzCOCO(f *testing.F) {
	f.Add(cocoFile)
	f.Add(`{"images": [{"id": "x", "file_name": "cat/1.jpg"}], "annotations": [{"id": 1, "image_id": "x", "category_id": 1, "bbox": [], "segmentation": [[1,1,5,1,5,5]]}], "categories": [{"id": 1, "name": "a"}]}`)
	f.Fuzz(func(t *testing.T, text string) { load(t, COCO, "a.json", text) })
}

func FuzzVOC(f *testing.F) {
	f.Add(vocText("1.jpg", vocThing("a", 1, 1, 5, 5)))
	f.Add(`<?xml version="1.0" encoding="latin1"?><!DOCTYPE annotation><annotation><object><name>&#228;</name><bndbox><xmin>1.5</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object></annotation>`)
	f.Fuzz(func(t *testing.T, text string) { load(t, VOC, "2.xml", text) })
}

func FuzzYOLO(f *testing.F) {
	f.Add("0 .5 .5 .1 .1\n1 0 0 1 0 1 1\n2 .5 .5 1 1 .25")
	f.Fuzz(func(t *testing.T, text string) { load(t, YOLO, "2.txt", text) })
}

func FuzzDataYAML(f *testing.F) {
	f.Add("names: [a, b]\nnc: 2\nkpt_shape: [3, 2]")
	f.Add("names:\n  0: a\n  1: b")
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "data.yaml")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		s := &Set{index: map[string]int{}}
		if err := s.dataYAML(path); err == nil && len(s.index) != len(s.classes) {
			t.Fatalf("%d names of %d classes", len(s.index), len(s.classes))
		}
	})
}
