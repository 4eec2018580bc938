package boxfile

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/antler-ml/antler/internal/atomicfile"
)

type yoloWriter struct {
	dir     string
	names   []string
	numbers map[string]int
	dataset dataset
	stems
}

func newYOLO(dir string, src *Set) *yoloWriter {
	w := &yoloWriter{dir: dir, numbers: map[string]int{}, dataset: src.dataset}
	for i, c := range src.classes {
		w.names, w.numbers[c.Name] = append(w.names, c.Name), i
	}
	if src.format == COCO {
		w.dataset.dims = 3
		for _, b := range src.byImage {
			for _, r := range b.boxes {
				if k, ok := r.Extra["keypoints"].(KeyPoints); ok {
					if n := len(k) / 3; n > w.dataset.points {
						w.dataset.points, w.dataset.mirror = n, r.mirror
					}
				}
			}
		}
	}
	return w
}

// Add writes the file of a picture.
func (w *yoloWriter) Add(image string, width, height int, boxes []Box) error {
	if stem(image) == "classes" {
		return fmt.Errorf("boxes: the boxes of %s would be in classes.txt, which has the names of the classes; give it another name", image)
	}
	file, err := w.file(w.dir, image, ".txt")
	if err != nil {
		return err
	}
	var out strings.Builder
	for _, b := range boxes {
		n, ok := w.numbers[b.Label]
		if !ok {
			return unknownLabel(image, b)
		}
		for _, l := range w.lines(b, width, height) {
			fmt.Fprintf(&out, "%d %s\n", n, l)
		}
	}
	if err := atomicfile.WriteBytes(file, []byte(out.String())); err != nil {
		return fmt.Errorf("boxes: %w", err)
	}
	return nil
}

// lines are a box without its class: one line, or one for each of its polygons.
func (w *yoloWriter) lines(b Box, width, height int) []string {
	k, hasPoints := b.Extra["keypoints"].(KeyPoints)
	if p, ok := b.Extra["segmentation"].(Polygons); ok && len(p) > 0 && !hasPoints {
		var all []string
		for _, q := range p {
			l := make([]string, 0, len(q))
			for i := 0; i+1 < len(q); i += 2 {
				l = append(l, fraction(q[i], width), fraction(q[i+1], height))
			}
			all = append(all, strings.Join(l, " "))
		}
		return all
	}
	l := []string{fraction((b.X0+b.X1)/2, width), fraction((b.Y0+b.Y1)/2, height), fraction(b.X1-b.X0, width), fraction(b.Y1-b.Y0, height)}
	if w.dataset.points > 0 {
		for i := range w.dataset.points {
			p := [3]float64{}
			if hasPoints && 3*i+2 < len(k) {
				copy(p[:], k[3*i:3*i+3])
			}
			l = append(l, fraction(p[0], width), fraction(p[1], height))
			if w.dataset.dims == 3 {
				l = append(l, strconv.Itoa(int(p[2])))
			}
		}
	} else if c, ok := b.Extra["confidence"].(float64); ok {
		l = append(l, strconv.FormatFloat(c, 'g', -1, 64))
	}
	return []string{strings.Join(l, " ")}
}

// Close writes the names of the classes, as both programs want them.
func (w *yoloWriter) Close() error {
	names := strings.Join(w.names, "\n")
	if names != "" {
		names += "\n"
	}
	data := map[string]any{"names": w.names, "nc": len(w.names)}
	if w.dataset.points > 0 {
		data["kpt_shape"] = []int{w.dataset.points, w.dataset.dims}
		if w.dataset.mirror != nil {
			data["flip_idx"] = w.dataset.mirror
		}
	}
	text, err := yaml.Marshal(data)
	if err == nil {
		err = atomicfile.WriteBytes(filepath.Join(w.dir, "classes.txt"), []byte(names))
	}
	if err == nil {
		text = append([]byte("# Add path, train and val: where the pictures are.\n"), text...)
		err = atomicfile.WriteBytes(filepath.Join(w.dir, "data.yaml"), text)
	}
	if err != nil {
		return fmt.Errorf("boxes: %w", err)
	}
	return nil
}
