package boxfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// layOut writes files and returns their folder.
func layOut(t testing.TB, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		name = filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// pictures are those of all tests, of 100 × 80 pixels.
var pictures = []string{"cat/1.jpg", "cat/2.jpg", "dog/1.jpg", "dog/3.png"}

func size(string) (int, int, error) { return 100, 80, nil }

const cocoFile = `{
"info": {"year": 2026}, "licenses": [{"id": 1, "name": "CC0"}], "type": "instances",
"annotations": [
 {"id": 7, "image_id": 10, "category_id": 18, "bbox": [10, 20, 30.5, 40], "area": 900.5, "iscrowd": 0,
  "segmentation": [[10, 20, 40.5, 20, 40.5, 60]], "attributes": {"hue": "red"}},
 {"id": 8, "image_id": 11, "category_id": 3, "bbox": [0, 0, 100, 80], "iscrowd": 1, "segmentation": {"counts": [8000], "size": [80, 100]}},
 {"id": 9, "image_id": 10, "category_id": 3, "bbox": [1, 2, 3, 4], "iscrowd": 0, "keypoints": [2, 3, 2, 0, 0, 0], "num_keypoints": 1}
],
"images": [
 {"id": 10, "file_name": "cat/1.jpg", "width": 100, "height": 80},
 {"id": 11, "file_name": "3.png", "width": 100, "height": 80}
],
"categories": [{"id": 18, "name": "dog", "supercategory": "animal"}, {"id": 3, "name": "person", "keypoints": ["nose", "ear"]}]
}`

const vocObjectText = `<object><name>%s</name><pose>Left</pose><truncated>0</truncated><difficult>1</difficult>
<bndbox><xmin>%v</xmin><ymin>%v</ymin><xmax>%v</xmax><ymax>%v</ymax></bndbox></object>
`

func vocText(filename string, objects ...string) string {
	return `<?xml version="1.0"?>
<annotation>
<folder>x</folder><filename>` + filename + `</filename><source><database>mine</database></source>
<size><width>100</width><height>80</height><depth>3</depth></size>
` + strings.Join(objects, "") + "</annotation>\n"
}

func vocThing(name string, x0, y0, x1, y1 any) string {
	return fmt.Sprintf(vocObjectText, name, x0, y0, x1, y1)
}

func corners(boxes []Box) string {
	var s []string
	for _, b := range boxes {
		s = append(s, fmt.Sprintf("%s %.6g %.6g %.6g %.6g", b.Label, b.X0, b.Y0, b.X1, b.Y1))
	}
	return strings.Join(s, "; ")
}

func TestCOCO(t *testing.T) {
	root := layOut(t, map[string]string{"instances.json": "\ufeff" + cocoFile})
	for _, path := range []string{root, filepath.Join(root, "instances.json")} {
		s, err := Load(path, "", pictures)
		if err != nil {
			t.Fatal(err)
		}
		// Half open: x from 10 to 10+30.5.
		if got, want := corners(s.For("cat/1.jpg")), "dog 10 20 40.5 60; person 1 2 4 6"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		b := s.For("cat/1.jpg")
		if want := (Polygons{{10, 20, 40.5, 20, 40.5, 60}}); !reflect.DeepEqual(b[0].Extra["segmentation"], want) {
			t.Errorf("%v, want %v", b[0].Extra["segmentation"], want)
		}
		// The middle of pixel (2, 3) is (2.5, 3.5).
		if want := (KeyPoints{2.5, 3.5, 2, 0, 0, 0}); !reflect.DeepEqual(b[1].Extra["keypoints"], want) {
			t.Errorf("%v, want %v", b[1].Extra["keypoints"], want)
		}
		if got := corners(s.For("dog/3.png")); got != "person 0 0 100 80" {
			t.Error(got)
		}
		if s.For("cat/2.jpg") != nil || s.Err() != nil {
			t.Errorf("a picture without boxes: %v", s.Err())
		}
		if got := fmt.Sprint(s.Classes()[0].Name, s.Classes()[1].ID, s.Len(), s.Images(), s); got != "person18 3 [cat/1.jpg dog/3.png] coco: 3 boxes of 2 classes in 2 pictures" {
			t.Error(got)
		}
		if n := strings.Join(s.Notices(), "\n"); !strings.Contains(n, "1 masks in run-length form") || !strings.Contains(n, `["type"]`) {
			t.Error(n)
		}
	}
}

// The first and the last pixel count, and the first has the number 1.
func TestVOCRule(t *testing.T) {
	root := layOut(t, map[string]string{
		"Annotations/cat/1.xml": vocText("whatever.jpg", vocThing("dog", 1, 1, 3, 2), vocThing("cat", 1, 1, 100, 80)),
		"Annotations/a.xml":     vocText("3.png", vocThing("cat", 45.5, 10, 50, 80)),
	})
	s, err := Load(root, "", pictures)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := corners(s.For("cat/1.jpg")), "dog 0 0 3 2; cat 0 0 100 80"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := corners(s.For("dog/3.png")), "cat 44.5 9 50 80"; got != want {
		t.Errorf("found by its filename: %s, want %s", got, want)
	}
	if x := s.For("cat/1.jpg")[0].Extra; x["difficult"] != 1 || x["truncated"] != 0 || x["pose"] != "Left" {
		t.Error(x)
	}
	for in, want := range map[[2]float64][2]int{
		{0, 3}: {1, 3}, {0, 100}: {1, 100}, {99, 100}: {100, 100}, {10.4, 20.6}: {11, 21}, {10.6, 20.4}: {12, 20},
		{10.2, 10.3}: {11, 11}, {99.8, 100}: {100, 100}, {-3, 120}: {1, 100},
	} {
		if lo, hi := inclusive(in[0], in[1], 100); [2]int{lo, hi} != want {
			t.Errorf("%v becomes %d…%d, want %v", in, lo, hi, want)
		}
	}
}

func TestYOLO(t *testing.T) {
	root := layOut(t, map[string]string{
		"data.yaml":        "path: x\nnames:\n  0: cat\n  1: big dog\nnc: 2\n",
		"labels/cat/1.txt": "1 0.5 0.5 0.2 0.25\n\n0 0.05 0.9 0.1 0.2 0.75\n",
		"labels/3.txt":     "0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5\r\n",
		"labels/2.txt":     "",
	})
	s, err := Load(root, "", pictures)
	if err != nil {
		t.Fatal(err)
	}
	if s.For("cat/1.jpg") != nil || s.Err() == nil || !strings.Contains(s.Err().Error(), "the size of cat/1.jpg is not known") {
		t.Errorf("%v", s.Err())
	}
	s, _ = Load(filepath.Join(root, "data.yaml"), "", pictures)
	s.SizeFor(size)
	// Middle (50, 40), 20 wide and 20 high; and middle (5, 72), 10 by 16.
	if got, want := corners(s.For("cat/1.jpg")), "big dog 40 30 60 50; cat 0 64 10 80"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := s.For("cat/1.jpg")[1].Extra["confidence"]; got != 0.75 {
		t.Error(got)
	}
	b := s.For("dog/3.png")
	if got, want := corners(b), "cat 10 8 50 40"; got != want || !reflect.DeepEqual(b[0].Extra["segmentation"], Polygons{{10, 8, 50, 8, 50, 40, 10, 40}}) {
		t.Errorf("%s %v, want %s", got, b[0].Extra, want)
	}
	if got := s.For("cat/2.jpg"); got == nil || len(got) != 0 {
		t.Errorf("an empty file: %v", got)
	}
	if err := s.Resolve(); err != nil {
		t.Error(err)
	}
	s.SizeFor(func(string) (int, int, error) { return 0, 0, os.ErrNotExist })
	if err := s.Resolve(); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "3.txt") {
		t.Errorf("%v", err)
	}
}

func TestYOLOClassesAndPoints(t *testing.T) {
	plain := layOut(t, map[string]string{"1.txt": "2 0.5 0.5 1 1\n", "classes.txt": "a\nb\nc\n"})
	s, err := Load(plain, YOLO, []string{"1.jpg"})
	if err != nil || s.Classes()[2].Name != "c" {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(plain, "classes.txt"))
	s, err = Load(plain, YOLO, []string{"1.jpg"})
	if err != nil || len(s.Classes()) != 3 || s.byImage["1.jpg"].boxes[0].Label != "2" || len(s.Notices()) != 1 {
		t.Error(s, err)
	}
	posed := layOut(t, map[string]string{"data.yaml": "names: [man]\nkpt_shape: [2, 3]\n", "1.txt": "0 0.5 0.5 0.2 0.2 0.45 0.5 2 0 0 0\n"})
	s, err = Load(posed, YOLO, []string{"1.jpg"})
	if err != nil {
		t.Fatal(err)
	}
	s.SizeFor(size)
	if b := s.For("1.jpg"); !reflect.DeepEqual(b[0].Extra["keypoints"], KeyPoints{45, 40, 2, 0, 0, 0}) {
		t.Error(b)
	}
}

// Boxes over the edge: an error, cut, or left out. Rounding is not over the edge.
func TestOutside(t *testing.T) {
	file := `{"images": [{"id": 1, "file_name": "1.jpg", "width": 100, "height": 80}], "categories": [{"id": 1, "name": "a"}], "annotations": [
{"id": 1, "image_id": 1, "category_id": 1, "bbox": [50, 10, 60, 20], "segmentation": [[50, 10, 110, 10, 110, 30, 50, 30]]},
{"id": 2, "image_id": 1, "category_id": 1, "bbox": [10, 10, 90.005, 20]},
{"id": 3, "image_id": 1, "category_id": 1, "bbox": [100, 10, 5, 20]},
{"id": 4, "image_id": 1, "category_id": 1, "bbox": [10, 10, 0, 20]}]}`
	root := layOut(t, map[string]string{"a.json": file})
	_, err := Load(root, "", []string{"1.jpg"})
	for _, want := range []string{
		"a.json: annotations[0] (id 1): the box from (50, 10) to (110, 30) is outside the picture of 100×80 (width × height); correct it, or choose the policy clip or drop",
		"annotations[2] (id 3)", "annotations[3] (id 4): the box from (10, 10) to (10, 30) is empty",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if err != nil && strings.Contains(err.Error(), "(id 2)") {
		t.Errorf("rounding was refused: %v", err)
	}
	for policy, want := range map[Outside]string{Clip: "a 50 10 100 30; a 10 10 100 30", Drop: "a 10 10 100 30"} {
		s, err := LoadConfig(root, []string{"1.jpg"}, Config{Outside: policy})
		if err != nil {
			t.Fatal(err)
		}
		b := s.For("1.jpg")
		if got := corners(b); got != want {
			t.Errorf("%s: %s, want %s", policy, got, want)
		}
		if p, ok := b[0].Extra["segmentation"].(Polygons); policy == Clip && (!ok || p.area() != 50*20) {
			t.Errorf("%s: %v", policy, b[0].Extra)
		}
	}
	if _, err := LoadConfig(root, nil, Config{Outside: "trim"}); err == nil || !strings.Contains(err.Error(), `"trim", want error, clip or drop`) {
		t.Errorf("%v", err)
	}
}

// A picture that is not as large as its file says is an error, with a guess why.
func TestOtherSize(t *testing.T) {
	s, err := Load(layOut(t, map[string]string{"a.json": cocoFile}), "", pictures)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := s.BoxesIn("cat/1.jpg", 100, 80); err != nil || len(b) != 2 {
		t.Errorf("%v %v", b, err)
	}
	if _, err := s.BoxesIn("cat/1.jpg", 80, 100); err == nil || !strings.Contains(err.Error(), "cat/1.jpg is 100×80 pixels (width × height), but it is 80×100; the boxes seem to be of the picture as its EXIF") {
		t.Errorf("%v", err)
	}
}

func TestMatch(t *testing.T) {
	m := newMatcher([]string{"train/cat/1.jpg", "val/cat/1.jpg", "val/2.jpg", "2.png", "a b.c.jpg"})
	for name, want := range map[string]string{
		"train/cat/1.jpg": "train/cat/1.jpg", "./val/cat/1.jpg": "val/cat/1.jpg", `images\val\2.jpg`: "val/2.jpg", "2.jpg": "val/2.jpg",
		"a b.c.jpg": "a b.c.jpg", "/data/x/val/cat/1.jpg": "val/cat/1.jpg",
	} {
		if got, err := m.name(name); got != want || err != nil {
			t.Errorf("%s: %q %v, want %q", name, got, err, want)
		}
	}
	for name, want := range map[string]string{"cat/1.jpg": "may be train/cat/1.jpg or val/cat/1.jpg; name the folder too", "test/cat/1.jpg": "no picture", "3.jpg": "no picture", "": "no picture"} {
		if got, err := m.name(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q %v, want %q", name, got, err, want)
		}
	}
	if got, err := m.stem("val/2"); got != "val/2.jpg" || err != nil {
		t.Errorf("%q %v", got, err)
	}
	if _, err := m.stem("2"); err != nil {
		t.Errorf("2 is the very stem of 2.png: %v", err)
	}
}
