package main

import (
	"encoding/json"
	"fmt"
	stdimage "image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/cli"
)

// scenes makes pictures with a bright square, masks of it and its box in COCO.
func scenes(t *testing.T, n int) {
	t.Helper()
	scenesIn(t, t.TempDir(), n)
}

func scenesIn(t *testing.T, dir string, n int) {
	t.Helper()
	t.Chdir(dir)
	type object map[string]any
	coco := object{"categories": []object{{"id": 7, "name": "square"}}}
	var images, annotations []object
	for i := range n {
		paint(t, fmt.Sprintf("images/%d.png", i), 60, 80, i)
		paint(t, fmt.Sprintf("masks/%d.png", i), 60, 80, i)
		b := bright(t, fmt.Sprintf("masks/%d.png", i), 1)
		images = append(images, object{"id": i, "file_name": fmt.Sprintf("%d.png", i), "width": 80, "height": 60})
		annotations = append(annotations, object{"id": i, "image_id": i, "category_id": 7, "bbox": []int{b.Min.X, b.Min.Y, b.Dx(), b.Dy()}, "area": b.Dx() * b.Dy(), "iscrowd": 0})
	}
	coco["images"], coco["annotations"] = images, annotations
	text, _ := json.Marshal(coco)
	if err := os.WriteFile("boxes.json", text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// bright is the smallest box around the samples that are at least v.
func bright(t *testing.T, name string, v uint8) (r stdimage.Rectangle) {
	t.Helper()
	m, err := image.Load(name, image.LoadConfig{ColorMode: image.Grayscale})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range m.Pix {
		if p >= v {
			r = r.Union(stdimage.Rect(i%m.Width, i/m.Width, i%m.Width+1, i/m.Width+1))
		}
	}
	return r
}

// Masks are moved as their pictures are, and keep their numbers.
func TestMasks(t *testing.T) {
	scenes(t, 6)
	do(t, "images", "out", "--masks", "masks", "--rotation-range", "30", "--zoom-range", "0.2", "--horizontal-flip", "--width-shift-range", "0.1", "--fill-mode", "constant")
	n, both, either := 0, 0, 0
	for _, f := range files(t, "out/images") {
		n++
		m, err := image.Load(filepath.Join("out/images", f), image.LoadConfig{ColorMode: image.Grayscale})
		if err != nil {
			t.Fatal(err)
		}
		k, err := image.Load(filepath.Join("out/masks", f), image.LoadConfig{ColorMode: image.Grayscale})
		if err != nil {
			t.Fatal(err)
		}
		var source int
		fmt.Sscanf(f, "%d_", &source)
		for i, v := range k.Pix {
			if v != 0 && int(v) != source+1 {
				t.Fatalf("%s: the mask has the number %d, want 0 or %d", f, v, source+1)
			}
			a, b := v != 0, m.Pix[i] > 225
			if a && b {
				both++
			}
			if a || b {
				either++
			}
		}
	}
	if iou := float64(both) / float64(either); n != 30 || iou < 0.93 {
		t.Errorf("%d pictures; masks cover the squares by %.3f (intersection over union)", n, iou)
	}
}

// A palette's class numbers stay, and so does the palette.
func TestPaletteMask(t *testing.T) {
	t.Chdir(t.TempDir())
	paint(t, "images/a.png", 20, 30, 1)
	pal := color.Palette{color.RGBA{A: 255}, color.RGBA{R: 200, A: 255}, color.RGBA{G: 90, A: 255}, color.RGBA{B: 255, A: 255}}
	m := stdimage.NewPaletted(stdimage.Rect(0, 0, 30, 20), pal)
	for i := range m.Pix {
		m.Pix[i] = uint8(i % 30 / 8)
	}
	os.Mkdir("masks", 0o755)
	f, err := os.Create("masks/a.png")
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, m); err != nil {
		t.Fatal(err)
	}
	f.Close()
	do(t, "images", "out", "--masks", "masks", "--policy", "HorizontalFlip", "--include-originals", "-n", "6")
	flips := 0
	for _, name := range files(t, "out/masks") {
		f, err := os.Open(filepath.Join("out/masks", name))
		if err != nil {
			t.Fatal(err)
		}
		x, err := png.Decode(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		p, ok := x.(*stdimage.Paletted)
		if !ok || len(p.Palette) != 4 || p.Palette[1] != pal[1] {
			t.Fatalf("%s has no palette, or another", name)
		}
		switch p.Pix[0] {
		case 0:
		case 3:
			flips++
		default:
			t.Errorf("%s begins with %d", name, p.Pix[0])
		}
	}
	if flips == 0 || flips == 7 {
		t.Errorf("%d of 7 masks are mirrored", flips)
	}
}

// Boxes in three formats are where the squares are.
func TestBoxes(t *testing.T) {
	scenes(t, 5)
	changes := []string{"--width-shift-range", "0.2", "--height-shift-range", "0.2", "--zoom-range", "0.2", "--horizontal-flip", "--vertical-flip", "--fill-mode", "constant", "--seed", "2"}
	do(t, append([]string{"images", "out", "--boxes", "boxes.json"}, changes...)...)
	var coco struct {
		Images []struct {
			ID            int
			FileName      string `json:"file_name"`
			Width, Height int
		}
		Annotations []struct {
			ImageID    int `json:"image_id"`
			CategoryID int `json:"category_id"`
			BBox       [4]float64
		}
	}
	text, err := os.ReadFile("out/annotations.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &coco); err != nil {
		t.Fatal(err)
	}
	if len(coco.Images) != 25 || len(coco.Annotations) < 15 {
		t.Fatalf("%d pictures, %d boxes", len(coco.Images), len(coco.Annotations))
	}
	names := map[int]string{}
	for _, m := range coco.Images {
		names[m.ID] = m.FileName
	}
	for _, a := range coco.Annotations {
		r := bright(t, filepath.Join("out/images", names[a.ImageID]), 210)
		for i, v := range []int{r.Min.X, r.Min.Y, r.Dx(), r.Dy()} {
			if a.CategoryID != 7 || math.Abs(a.BBox[i]-float64(v)) > 1.6 {
				t.Errorf("%s: box %v, the square is at %v", names[a.ImageID], a.BBox, r)
				break
			}
		}
	}
	// The same job, stopped and gone on, or written in another format.
	os.Remove("out/images/3_aug2.png")
	do(t, append([]string{"images", "out", "--boxes", "boxes.json"}, changes...)...)
	again, _ := os.ReadFile("out/annotations.json")
	if string(again) != string(text) {
		t.Error("going on gives other boxes")
	}
	do(t, "--replay", "out/manifest.jsonl", "images", "out2")
	if treeHash(t, "out") != treeHash(t, "out2") {
		t.Errorf("replay gives other files:\n%v\n%v", files(t, "out"), files(t, "out2"))
	}
	for format, want := range map[string]string{"voc": "annotations/0_aug1.xml", "yolo": "labels/0_aug1.txt"} {
		do(t, append([]string{"images", format, "--boxes", "boxes.json", "--boxes-to", format}, changes...)...)
		if _, err := os.Stat(filepath.Join(format, want)); err != nil {
			t.Errorf("%s: %v; there are %v", format, err, files(t, format))
		}
	}
	do(t, "images", "small", "--boxes", "boxes.json", "--policy", "none", "--target-size", "30x40")
	text, _ = os.ReadFile("small/annotations.json")
	json.Unmarshal(text, &coco)
	for i, a := range coco.Annotations {
		r := bright(t, fmt.Sprintf("masks/%d.png", i), 1)
		if want := [4]float64{float64(r.Min.X) / 2, float64(r.Min.Y) / 2, float64(r.Dx()) / 2, float64(r.Dy()) / 2}; a.BBox != want {
			t.Errorf("at half the size the box is %v, want %v", a.BBox, want)
		}
	}
}

// What does not fit its picture is told, and the other pictures are made.
func TestBesideThatDoesNotFit(t *testing.T) {
	scenes(t, 3)
	paint(t, "masks/1.png", 60, 70, 1)
	_, stderr := do(t, "images", "out", "--masks", "masks")
	if !strings.Contains(stderr, "1.png: its mask 1.png has 70×60 pixels (width × height), the picture 80×60; make them the same size") {
		t.Error(stderr)
	}
	os.Remove("masks/2.png")
	refused(t, cli.BadData, "1 of 3 pictures without a mask in masks", "images", "out2", "--masks", "masks")
	refused(t, cli.BadData, "--masks nowhere is not a folder", "images", "out2", "--masks", "nowhere")
	refused(t, cli.BadData, "boxes: ", "images", "out2", "--boxes", "nowhere.json")
}

// What becomes of boxes that reach out of their picture is a flag.
func TestBoxesOutside(t *testing.T) {
	scenes(t, 3)
	text, err := os.ReadFile("boxes.json")
	if err != nil {
		t.Fatal(err)
	}
	var coco map[string]any
	if err := json.Unmarshal(text, &coco); err != nil {
		t.Fatal(err)
	}
	coco["annotations"].([]any)[1].(map[string]any)["bbox"] = []int{70, 50, 20, 30} // of 80×60 pixels
	text, _ = json.Marshal(coco)
	os.WriteFile("boxes.json", text, 0o644)
	boxes := func(out string, flags ...string) string {
		t.Helper()
		_, stderr := do(t, append([]string{"images", out, "--boxes", "boxes.json", "--policy", "none", "--min-visible", "0"}, flags...)...)
		b, err := os.ReadFile(filepath.Join(out, "annotations.json"))
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ Annotations []struct{ BBox []int } }
		json.Unmarshal(b, &got)
		var second string
		if len(got.Annotations) > 1 {
			second = fmt.Sprint(got.Annotations[1].BBox)
		}
		return fmt.Sprintf("%d boxes, the second %s; %s", len(got.Annotations), second, stderr)
	}
	for policy, want := range map[string]string{"": "3 boxes, the second [70 50 10 10]", "clip": "3 boxes, the second [70 50 10 10]", "drop": "2 boxes"} {
		flags := []string{"--boxes-outside", policy}
		if policy == "" {
			flags = nil
		}
		if got := boxes("out-"+policy, flags...); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", policy, got, want)
		}
	}
	refused(t, cli.BadData, "boxes.json: annotations[1] (id 1): the box from (70, 50) to (90, 80) is outside the picture of 80×60 (width × height); correct it, or choose --boxes-outside clip or drop",
		"images", "out-fail", "--boxes", "boxes.json", "--boxes-outside", "error")
	refused(t, cli.Usage, "--boxes-outside is for boxes", "images", "out-none", "--boxes-outside", "drop")
	refused(t, cli.Usage, "clip", "images", "out-none", "--boxes", "boxes.json", "--boxes-outside", "keep")
	// The manifest keeps it.
	do(t, "--replay", "out-drop/manifest.jsonl", "images", "again")
	if treeHash(t, "out-drop") != treeHash(t, "again") {
		t.Error("replay gives other files")
	}
}

// Masks in a folder of IN are not taken for pictures.
func TestMasksInside(t *testing.T) {
	scenes(t, 2)
	os.Mkdir("data", 0o755)
	os.Rename("images", "data/images")
	os.Rename("masks", "data/masks")
	os.Mkdir("m", 0o755)
	os.Rename("data/masks", "data/images/masks")
	do(t, "data/images", "out", "--masks", "data/images/masks")
	if n := len(files(t, "out/images")); n != 10 {
		t.Errorf("%d pictures, want 10: %v", n, files(t, "out"))
	}
}
