package boxfile

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Broken files are refused by name and place, and told what to do.
func TestBadFiles(t *testing.T) {
	coco := func(images, annotations, categories string) string {
		return fmt.Sprintf(`{"images": [%s], "annotations": [%s], "categories": [%s]}`, images, annotations, categories)
	}
	const img, cat = `{"id": 1, "file_name": "cat/1.jpg", "width": 100, "height": 80}`, `{"id": 1, "name": "a"}`
	ann := func(rest string) string { return `{"id": 5, "image_id": 1, "category_id": 1` + rest + `}` }
	voc := func(objects ...string) string { return vocText("1.jpg", objects...) }
	for want, files := range map[string]map[string]string{
		// COCO
		"a.json: it ends after":                                      {"a.json": cocoFile[:300]},
		"a.json: it ends after 0 bytes":                              {"a.json": ""},
		"a.json:2: it is not JSON":                                   {"a.json": "{\n\"images\": [}"},
		"JSON has no NaN and no Infinity":                            {"a.json": coco(img, ann(`, "bbox": [NaN, 1, 2, 3]`), cat)},
		"not with an object of images":                               {"a.json": `[{"image_id": 1}]`},
		`the key "images" is there twice`:                            {"a.json": `{"images": [], "images": []}`},
		`it has no "categories"`:                                     {"a.json": `{"images": [], "annotations": []}`},
		`"images" is {, want a list`:                                 {"a.json": `{"images": {}}`},
		"something follows after the end":                            {"a.json": coco(img, "", cat) + "{}"},
		"images[0]: it is number":                                    {"a.json": coco("7", "", cat)},
		`images[0]: "id" is missing`:                                 {"a.json": coco(`{"file_name": "cat/1.jpg"}`, "", cat)},
		"images[1]: the id 1 is there twice":                         {"a.json": coco(img+","+`{"id": 1, "file_name": "cat/2.jpg"}`, "", cat)},
		"cat/1.jpg is there twice; the first is":                     {"a.json": coco(img+","+`{"id": 2, "file_name": "cat/1.jpg"}`, "", cat)},
		`images[0]: there is no picture "x.jpg"`:                     {"a.json": coco(`{"id": 1, "file_name": "x.jpg"}`, "", cat)},
		`"1.jpg" may be cat/1.jpg or dog/1.jpg; name the folder too`: {"a.json": coco(`{"id": 1, "file_name": "1.jpg"}`, "", cat)},
		"cat/1.jpg is -1×5 pixels":                                   {"a.json": coco(`{"id": 1, "file_name": "cat/1.jpg", "width": -1, "height": 5}`, "", cat)},
		`"width" is "w", want pixels`:                                {"a.json": coco(`{"id": 1, "file_name": "cat/1.jpg", "width": "w", "height": 5}`, "", cat)},
		"annotations[1]: the id 5 is there twice":                    {"a.json": coco(img, ann(`, "bbox": [1, 1, 1, 1]`)+","+ann(`, "bbox": [1, 1, 1, 1]`), cat)},
		"there is no image with the id 9":                            {"a.json": coco(img, `{"id": 5, "image_id": 9, "category_id": 1, "bbox": [1, 1, 1, 1]}`, cat)},
		"there is no category with the id 9":                         {"a.json": coco(img, `{"id": 5, "image_id": 1, "category_id": 9, "bbox": [1, 1, 1, 1]}`, cat)},
		"categories[1]: the id 1 is there twice":                     {"a.json": coco(img, "", cat+`,{"id": 1, "name": "b"}`)},
		`categories[1]: the name "a" is there twice`:                 {"a.json": coco(img, "", cat+`,{"id": 2, "name": "a"}`)},
		`annotations[0] (id 5): it has no "bbox"`:                    {"a.json": coco(img, ann(`, "caption": "a cat"`), cat)},
		"bbox has 3 numbers":                                         {"a.json": coco(img, ann(`, "bbox": [1, 2, 3]`), cat)},
		"its width or height is negative":                            {"a.json": coco(img, ann(`, "bbox": [1, 2, -3, 4]`), cat)},
		"bbox is [1e+300 2 3 4]":                                     {"a.json": coco(img, ann(`, "bbox": [1e300, 2, 3, 4]`), cat)},
		`"bbox" is [1e999, 2, 3, 4]`:                                 {"a.json": coco(img, ann(`, "bbox": [1e999, 2, 3, 4]`), cat)},
		"segmentation[0] has 5 numbers":                              {"a.json": coco(img, ann(`, "bbox": [1, 2, 3, 4], "segmentation": [[1, 2, 3, 4, 5]]`), cat)},
		"keypoints has 4 numbers":                                    {"a.json": coco(img, ann(`, "bbox": [1, 2, 3, 4], "keypoints": [1, 2, 2, 4]`), cat)},
		"keypoints[2] is 3":                                          {"a.json": coco(img, ann(`, "bbox": [1, 2, 3, 4], "keypoints": [1, 2, 3]`), cat)},
		`keypoints are 1, but the category "p" has 2`:                {"a.json": coco(img, ann(`, "bbox": [1, 2, 3, 4], "keypoints": [1, 2, 2]`), `{"id": 1, "name": "p", "keypoints": ["x", "y"]}`)},
		// VOC
		"1.xml:6: it ends in the middle: the file is truncated": {"cat/1.xml": voc(vocThing("a", 1, 1, 5, 5))[:300]},
		"it declares entities, which are not read":              {"cat/1.xml": `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><annotation><filename>&lol2;</filename></annotation>`},
		"only the entities of XML itself":                       {"cat/1.xml": "<annotation><filename>&lol2;</filename></annotation>"},
		"it has <html>, want one <annotation>":                  {"cat/1.xml": "<html></html>"},
		"it is not XML":                                         {"cat/1.xml": "<annotation><a></b></annotation>"},
		"there is text outside":                                 {"cat/1.xml": "hello"},
		`the encoding is "utf-16"`:                              {"cat/1.xml": `<?xml version="1.0" encoding="utf-16"?><annotation/>`},
		"it has <size> twice":                                   {"cat/1.xml": voc("<size><width>1</width><height>1</height></size>")},
		`size: width "x" and height "1"`:                        {"cat/1.xml": "<annotation><size><width>x</width><height>1</height></size></annotation>"},
		`cat/1.xml:5: object 1 (""): it has no <name>`:          {"cat/1.xml": voc("<object></object>")},
		`object 2 ("b"): it has no <bndbox>`:                    {"cat/1.xml": voc(vocThing("a", 1, 1, 5, 5), "<object><name>b</name></object>")},
		"a rotated box":                                         {"cat/1.xml": voc("<object><name>b</name><robndbox><cx>1</cx></robndbox></object>")},
		`xmin is "NaN", want a number of pixels`:                {"cat/1.xml": voc(vocThing("a", "NaN", 1, 5, 5))},
		"xmax 3 is less than xmin 4":                            {"cat/1.xml": voc(vocThing("a", 4, 1, 3, 5))},
		"VOC counts pixels from 1, this file seems to count":    {"cat/1.xml": voc(vocThing("a", 0, 1, 3, 5))},
		"from (4, 0) to (101, 5) is outside the picture":        {"cat/1.xml": voc(vocThing("a", 5, 1, 101, 5))},
		`truncated is "perhaps"`:                                {"cat/1.xml": voc("<object><name>b</name><truncated>perhaps</truncated><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object>")},
		"cat/1.jpg has boxes in":                                {"cat/1.xml": voc(), "x/cat/1.xml": voc()},
		"9.xml: there is no picture":                            {"9.xml": vocText("8.jpg")},
		// YOLO
		`cat/1.txt:2: the class is "cat"`:                      {"cat/1.txt": "0 .5 .5 .1 .1\ncat .5 .5 .1 .1"},
		"the class is \"-1\"":                                  {"cat/1.txt": "-1 .5 .5 .1 .1"},
		"the class is 2, but there are only 2":                 {"cat/1.txt": "2 .5 .5 .1 .1", "classes.txt": "a\nb"},
		`number 3 is "NaN"`:                                    {"cat/1.txt": "0 .5 NaN .1 .1"},
		`number 2 is "1e400"`:                                  {"cat/1.txt": "0 1e400 .5 .1 .1"},
		"the line has 3 numbers":                               {"cat/1.txt": "0 .5 .5"},
		"the width is -0.1":                                    {"cat/1.txt": "0 .5 .5 -.1 .1"},
		"in fractions, the box from (0.5, 0.4)":                {"cat/1.txt": "0 .8 .5 .6 .2"},
		"want fractions of the picture, not pixels":            {"cat/1.txt": "0 50 40 20 20"},
		"is empty; remove it":                                  {"cat/1.txt": "0 .5 .5 0 .2"},
		"classes.txt:2: the line is empty":                     {"cat/1.txt": "", "classes.txt": "a\n\nb"},
		`classes.txt:2: the name "a" is there twice`:           {"cat/1.txt": "", "classes.txt": "a\na"},
		"data.yaml:1: nc is 3, but there are 2":                {"cat/1.txt": "", "data.yaml": "names: [a, b]\nnc: 3"},
		"names has 2 entries but none for 1":                   {"cat/1.txt": "", "data.yaml": "names: {0: a, 5: b}"},
		"it has no list of names":                              {"cat/1.txt": "", "data.yaml": "train: x"},
		"flip_idx is [0 0], want each number from 0 to 1 once": {"cat/1.txt": "", "data.yaml": "names: [a]\nkpt_shape: [2, 3]\nflip_idx: [0, 0]"},
		"kpt_shape is [1 7]":                                   {"cat/1.txt": "", "data.yaml": "names: [a]\nkpt_shape: [1, 7]"},
		"a key point has the visibility 5":                     {"cat/1.txt": "0 .5 .5 .1 .1 .5 .5 5", "data.yaml": "names: [a]\nkpt_shape: [1, 3]"},
		"or a box and 2 key points of 3 numbers":               {"cat/1.txt": "0 .5 .5 .1", "data.yaml": "names: [a]\nkpt_shape: [2, 3]"},
		`notes.txt: there is no picture "notes"`:               {"notes.txt": "hello"},
		// what it is
		"has .xml and .txt files; say whether": {"a.xml": "", "b.txt": ""},
		"has 2 .json files; name the one":      {"a.json": "", "b.json": ""},
		"has no .json (COCO)":                  {"readme.md": ""},
	} {
		root := layOut(t, files)
		_, err := Load(root, "", pictures)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "boxes: ") || !strings.Contains(err.Error(), filepath.Base(root)) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none"), "", nil); !os.IsNotExist(unwrapped(err)) {
		t.Errorf("%v", err)
	}
	if _, err := Load(t.TempDir(), "csv", nil); err == nil || !strings.Contains(err.Error(), `"csv", want coco, voc or yolo`) {
		t.Errorf("%v", err)
	}
}

func unwrapped(err error) error {
	for {
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return err
		}
		if inner := u.Unwrap(); inner != nil {
			err = inner
			if os.IsNotExist(err) {
				return err
			}
			continue
		}
		return err
	}
}

// All problems are told at once, up to a screenful.
func TestManyProblems(t *testing.T) {
	_, err := Load(layOut(t, map[string]string{"cat/1.txt": strings.Repeat("0 2 2 1 1\n", 50)}), "", pictures)
	if err == nil || !strings.Contains(err.Error(), "1.txt:20:") || strings.Contains(err.Error(), "1.txt:21:") || !strings.HasSuffix(err.Error(), "… and 30 more") {
		t.Errorf("%v", err)
	}
}

// Boxes of pictures that are not there may be left out when that is asked for.
func TestSkipUnknown(t *testing.T) {
	for format, files := range map[string]map[string]string{
		COCO: {"a.json": cocoFile}, VOC: {"1.xml": vocText("1.jpg"), "dog/3.xml": vocText("3.png", vocThing("x", 1, 1, 2, 2))}, YOLO: {"5.txt": "0 .5 .5 .1 .1", "3.txt": ""},
	} {
		root := layOut(t, files)
		if _, err := Load(root, format, pictures[3:]); err == nil {
			t.Errorf("%s: unknown pictures were accepted", format)
		}
		s, err := LoadConfig(root, pictures[3:], Config{SkipUnknown: true})
		if err != nil || len(s.Images()) != 1 || s.Images()[0] != "dog/3.png" {
			t.Errorf("%s: %v %v", format, s, err)
		}
	}
}

// What a file claims costs no more memory than the file.
func TestBombs(t *testing.T) {
	deep := strings.Repeat("[", 1<<20)
	for name, files := range map[string]map[string]string{
		"json":   {"a.json": `{"x": ` + deep},
		"xml":    {"cat/1.xml": "<annotation>" + strings.Repeat("<a>", 1<<18)},
		"yaml":   {"1.txt": "", "data.yaml": "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\nnames: [*f,*f,*f,*f,*f,*f,*f,*f,*f]"},
		"number": {"1.txt": "0 " + strings.Repeat("1", 1<<19)},
	} {
		root := layOut(t, files)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Load(root, "", []string{"1.jpg", "cat/1.jpg"})
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 256<<20 {
			t.Errorf("%s: %d bytes were allocated", name, n)
		}
	}
	// A file larger than any of its kind is not even begun.
	root := layOut(t, map[string]string{"cat/1.txt": ""})
	if err := os.Truncate(filepath.Join(root, "cat", "1.txt"), maxYOLO+1); err != nil {
		t.Skip(err)
	}
	if _, err := Load(root, "", pictures); err == nil || !strings.Contains(err.Error(), "probably something else") {
		t.Errorf("%v", err)
	}
}
