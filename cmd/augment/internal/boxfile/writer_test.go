package boxfile

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/tensor"
)

// tree returns the files of a folder and what is in them.
func tree(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		rel, _ := filepath.Rel(root, name)
		files[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func source(t *testing.T) *Set {
	t.Helper()
	s, err := Load(layOut(t, map[string]string{"a.json": cocoFile}), "", pictures)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// write gives all boxes of a set to a writer, from many goroutines, in any order.
func write(t *testing.T, s *Set, format string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "new", "boxes")
	w, err := NewWriter(format, dir, s)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for _, p := range pictures {
		wg.Go(func() {
			if err := w.Add(p, 100, 80, s.For(p)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// What is written is read again the same, in all formats.
func TestRoundTrip(t *testing.T) {
	s := source(t)
	for _, format := range []string{COCO, VOC, YOLO} {
		first := tree(t, write(t, s, format))
		dir := write(t, s, format)
		if again := tree(t, dir); !reflect.DeepEqual(again, first) {
			t.Errorf("%s: the files differ from run to run", format)
		}
		back, err := Load(dir, format, pictures)
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		back.SizeFor(size)
		for _, p := range pictures {
			want := s.For(p)
			if format == VOC && p == "cat/1.jpg" {
				want[0].X1 = 41 // 40.5 is rounded
			}
			if got := corners(back.For(p)); got != corners(want) {
				t.Errorf("%s: %s: %s, want %s", format, p, got, corners(want))
			}
		}
		// And written once more, it does not change.
		if format != VOC {
			if again := tree(t, write(t, back, format)); !reflect.DeepEqual(again, first) {
				t.Errorf("%s: the second round differs:\n%v\n%v", format, again, first)
			}
		}
	}
}

func TestCOCOWritten(t *testing.T) {
	var got struct {
		Info     json.RawMessage
		Licenses []any
		Images   []struct {
			ID            int
			File          string `json:"file_name"`
			Width, Height int
		}
		Annotations []map[string]any
		Categories  []map[string]any
	}
	text := tree(t, write(t, source(t), ""))["annotations.json"]
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(got.Images) != 4 || got.Images[3].File != "dog/3.png" || got.Images[3].ID != 4 || got.Images[0].Width != 100 || got.Images[0].Height != 80 || len(got.Licenses) != 1 {
		t.Errorf("%+v", got)
	}
	want := []map[string]any{
		// A triangle: half of 30.5 × 40.
		{"id": 1., "image_id": 1., "category_id": 18., "bbox": []any{10., 20., 30.5, 40.}, "area": 610., "iscrowd": 0.,
			"segmentation": []any{[]any{10., 20., 40.5, 20., 40.5, 60.}}, "attributes": map[string]any{"hue": "red"}},
		{"id": 2., "image_id": 1., "category_id": 3., "bbox": []any{1., 2., 3., 4.}, "area": 12., "iscrowd": 0.,
			"keypoints": []any{2., 3., 2., 0., 0., 0.}, "num_keypoints": 1.},
		{"id": 3., "image_id": 4., "category_id": 3., "bbox": []any{0., 0., 100., 80.}, "area": 8000., "iscrowd": 1.},
	}
	if !reflect.DeepEqual(got.Annotations, want) {
		t.Errorf("%v\nwant %v", got.Annotations, want)
	}
	if len(got.Categories) != 2 || got.Categories[0]["name"] != "person" || got.Categories[1]["supercategory"] != "animal" {
		t.Errorf("%v", got.Categories)
	}
}

func TestOtherFormatsWritten(t *testing.T) {
	s := source(t)
	voc := tree(t, write(t, s, VOC))
	for _, want := range []string{"<filename>1.jpg</filename>", "<width>100</width>", "<name>dog</name>", "<xmin>11</xmin>", "<ymax>60</ymax>", "<name>person</name>", "<xmax>4</xmax>"} {
		if !strings.Contains(voc["cat/1.xml"], want) {
			t.Errorf("no %s in\n%s", want, voc["cat/1.xml"])
		}
	}
	if len(voc) != 4 {
		t.Errorf("%d files", len(voc))
	}
	// Classes are in the order of their numbers: person 3 is 0, dog 18 is 1.
	// Two key points follow the box of a person, and those of a dog are not there.
	yolo := tree(t, write(t, s, YOLO))
	if want := "1 0.1 0.25 0.405 0.25 0.405 0.75\n0 0.025 0.05 0.03 0.05 0.025 0.04375 2 0 0 0\n"; yolo["cat/1.txt"] != want {
		t.Errorf("%s, want %s", yolo["cat/1.txt"], want)
	}
	if text, ok := yolo["cat/2.txt"]; !ok || text != "" || yolo["classes.txt"] != "person\ndog\n" || !strings.Contains(yolo["data.yaml"], "- person") {
		t.Error(yolo)
	}
}

func TestWriterErrors(t *testing.T) {
	s := source(t)
	if _, err := NewWriter("csv", t.TempDir(), s); err == nil || !strings.Contains(err.Error(), `"csv", want coco, voc or yolo`) {
		t.Errorf("%v", err)
	}
	for _, format := range []string{COCO, VOC, YOLO} {
		w, err := NewWriter(format, t.TempDir(), s)
		if err != nil {
			t.Fatal(err)
		}
		add := func(name string, b ...Box) error { return w.Add(name, 10, 10, b) }
		if format != VOC {
			if err := add("b.jpg", Box{X1: 1, Y1: 1, Label: "ghost"}); err == nil || !strings.Contains(err.Error(), `b.jpg: a box has the label "ghost"`) {
				t.Errorf("%s: %v", format, err)
			}
		}
		if err := add("a.jpg"); err != nil {
			t.Error(err)
		}
		if err := add("a.jpg"); err == nil {
			t.Errorf("%s: a picture was taken twice", format)
		}
		if format != COCO {
			if err := add("a.png"); err == nil || !strings.Contains(err.Error(), "a.jpg and a.png would both") {
				t.Errorf("%s: %v", format, err)
			}
			if err := add("../a.png"); err == nil || !strings.Contains(err.Error(), "leads out") {
				t.Errorf("%s: %v", format, err)
			}
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A box, its polygon and its key points move with the picture.
func TestSample(t *testing.T) {
	boxes := []Box{
		{X0: 2, Y0: 1, X1: 6, Y1: 5, Label: "a", Extra: map[string]any{"segmentation": Polygons{{2, 1, 6, 1, 6, 5}}, "keypoints": KeyPoints{2.5, 1.5, 2, 0, 0, 0, 6.5, 0.5, 1}}},
		{X0: 0, Y0: 0, X1: 1, Y1: 8, Label: "b", Extra: map[string]any{"truncated": 0}},
		{X0: 7, Y0: 0, X1: 10, Y1: 8, Label: "c", Extra: map[string]any{"truncated": 0}},
	}
	s := &augment.Sample{Image: tensor.New(8, 10, 3)}
	Put(s, boxes)
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	same := Take(s, boxes)
	if !reflect.DeepEqual(same, boxes) {
		t.Errorf("%v, want %v", same, boxes)
	}
	// The mirror image of x is 10-x.
	if err := (&augment.Flip{Horizontal: true}).Apply(s); err != nil {
		t.Fatal(err)
	}
	got := Take(s, boxes)
	if c := corners(got); c != "a 4 1 8 5; b 9 0 10 8; c 0 0 3 8" {
		t.Error(c)
	}
	if want := (KeyPoints{7.5, 1.5, 2, 0, 0, 0, 3.5, 0.5, 1}); !reflect.DeepEqual(got[0].Extra["keypoints"], want) {
		t.Errorf("%v, want %v", got[0].Extra["keypoints"], want)
	}
	if want := (Polygons{{8, 1, 4, 1, 4, 5}}); !reflect.DeepEqual(got[0].Extra["segmentation"], want) {
		t.Errorf("%v, want %v", got[0].Extra["segmentation"], want)
	}
	// Of the left 5 columns, "a" keeps x from 4 to 5; "b" is gone; "c" is whole.
	if err := (&augment.Crop{Left: 0, Top: 0, Width: 5, Height: 8}).Apply(s); err != nil {
		t.Fatal(err)
	}
	got = Take(s, boxes)
	// The triangle (8,1) (4,1) (4,5) cut at x = 5: at its lower side y = 4.
	if c := corners(got); c != "a 4 1 5 5; c 0 0 3 8" {
		t.Error(c)
	}
	if a := got[0].Extra["segmentation"].(Polygons).area(); math.Abs(a-3.5) > 1e-12 {
		t.Errorf("area %v, want 3.5", a)
	}
	if k := got[0].Extra["keypoints"].(KeyPoints); k[2] != 0 || k[8] != 1 {
		t.Errorf("%v: the first point left the picture, the last did not", k)
	}
	if boxes[0].Extra["keypoints"].(KeyPoints)[0] != 2.5 || boxes[1].Extra["truncated"] != 0 {
		t.Error("the source was changed")
	}
}

func TestTruncatedFlag(t *testing.T) {
	boxes := []Box{{X0: 2, Y0: 2, X1: 8, Y1: 4, Label: "a", Extra: map[string]any{"truncated": 0}}}
	s := &augment.Sample{Image: tensor.New(8, 10, 1)}
	Put(s, boxes)
	if err := (&augment.Crop{Left: 0, Top: 0, Width: 5, Height: 8}).Apply(s); err != nil {
		t.Fatal(err)
	}
	if got := Take(s, boxes); corners(got) != "a 2 2 5 4" || got[0].Extra["truncated"] != 1 {
		t.Error(got)
	}
}

// In a mirrored picture the left eye is what was the right one; turned by half
// it is not.
func TestMirroredKeyPoints(t *testing.T) {
	coco := strings.Replace(strings.Replace(cocoFile, `["nose", "ear"]`, `["nose", "left_eye", "right_eye"]`, 1), `[2, 3, 2, 0, 0, 0]`, `[2, 3, 2, 1, 2, 2, 3, 2, 1]`, 1)
	yolo := map[string]string{"data.yaml": "names: [person]\nkpt_shape: [3, 3]\nflip_idx: [0, 2, 1]\n", "labels/cat/1.txt": "0 0.025 0.05 0.03 0.05 0.025 0.04375 2 0.015 0.03125 2 0.035 0.03125 1\n"}
	for name, files := range map[string]map[string]string{COCO: {"a.json": coco}, YOLO: yolo} {
		s, err := Load(layOut(t, files), "", pictures)
		if err != nil {
			t.Fatal(err)
		}
		s.SizeFor(size)
		boxes := s.For("cat/1.jpg")
		for what, c := range map[string]struct {
			flip augment.Flip
			want KeyPoints
		}{
			"nothing":    {augment.Flip{}, KeyPoints{2.5, 3.5, 2, 1.5, 2.5, 2, 3.5, 2.5, 1}},
			"mirrored":   {augment.Flip{Horizontal: true}, KeyPoints{97.5, 3.5, 2, 96.5, 2.5, 1, 98.5, 2.5, 2}},
			"upended":    {augment.Flip{Vertical: true}, KeyPoints{2.5, 76.5, 2, 3.5, 77.5, 1, 1.5, 77.5, 2}},
			"turned 180": {augment.Flip{Horizontal: true, Vertical: true}, KeyPoints{97.5, 76.5, 2, 98.5, 77.5, 2, 96.5, 77.5, 1}},
		} {
			m := &augment.Sample{Image: tensor.New(80, 100, 1)}
			Put(m, boxes)
			if err := c.flip.Apply(m); err != nil {
				t.Fatal(err)
			}
			got := Take(m, boxes)
			k := got[len(got)-1].Extra["keypoints"].(KeyPoints)
			for i := range k {
				if math.Abs(k[i]-c.want[i]) > 1e-9 {
					t.Errorf("%s, %s: %v, want %v", name, what, k, c.want)
					break
				}
			}
		}
		// The rule is written along.
		if text := tree(t, write(t, s, YOLO))["data.yaml"]; !strings.Contains(text, "flip_idx:\n    - 0\n    - 2\n    - 1") {
			t.Errorf("%s: %s", name, text)
		}
	}
	if m := mirrorOf([]string{"nose", "left_eye", "Right eye", "right_eye", "left_ear"}); fmt.Sprint(m) != "[0 3 2 1 4]" {
		t.Error(m)
	}
	if m := mirrorOf([]string{"left", "right", "left"}); m != nil {
		t.Error(m)
	}
	if m := mirrorOf([]string{"a", "b"}); m != nil {
		t.Error(m)
	}
}
