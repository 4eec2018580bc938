package boxfile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"sync"

	"github.com/antler-ml/antler/internal/atomicfile"
)

// A cocoWriter keeps what is to be written, ready but for the numbers, which
// are given when all pictures are there and sorted.
type cocoWriter struct {
	mu      sync.Mutex
	path    string
	header  map[string]any
	classes []Class
	ids     map[string]int
	images  map[string]cocoRow
}

type cocoRow struct {
	w, h  int
	boxes [][]byte // objects without "id" and "image_id", from the comma on
}

func newCOCO(dir string, src *Set) *cocoWriter {
	w := &cocoWriter{path: filepath.Join(dir, "annotations.json"), header: src.header, ids: map[string]int{}, images: map[string]cocoRow{}}
	for i, c := range src.classes {
		if src.format != COCO {
			c = Class{ID: i + 1, Name: c.Name} // COCO counts from 1
			if src.format == YOLO {
				c.ID = src.classes[i].ID + 1
			}
		}
		w.classes, w.ids[c.Name] = append(w.classes, c), c.ID
	}
	return w
}

func (w *cocoWriter) Add(image string, width, height int, boxes []Box) error {
	row := cocoRow{w: width, h: height}
	for _, b := range boxes {
		id, ok := w.ids[b.Label]
		if !ok {
			return unknownLabel(image, b)
		}
		o, err := json.Marshal(annotationOf(b, id))
		if err != nil {
			return fmt.Errorf("boxes: %s: %w", image, err)
		}
		row.boxes = append(row.boxes, o)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, twice := w.images[image]; twice {
		return fmt.Errorf("boxes: the boxes of %s were given twice", image)
	}
	w.images[image] = row
	return nil
}

// annotationOf is a box as COCO writes it, without its ids. The area is that of
// the polygons, or of the box if there are none.
func annotationOf(b Box, category int) map[string]any {
	o := map[string]any{}
	for key, v := range b.Extra {
		if json.Valid(jsonOf(v)) {
			o[key] = v
		}
	}
	o["category_id"] = category
	o["bbox"] = []json.Number{number(b.X0), number(b.Y0), number(b.X1 - b.X0), number(b.Y1 - b.Y0)}
	o["area"] = number((b.X1 - b.X0) * (b.Y1 - b.Y0))
	if _, ok := o["iscrowd"]; !ok {
		o["iscrowd"] = 0
	}
	delete(o, "segmentation")
	delete(o, "keypoints")
	if p, ok := b.Extra["segmentation"].(Polygons); ok && len(p) > 0 {
		o["area"] = number(p.area())
		out := make([][]json.Number, len(p))
		for i, q := range p {
			for _, v := range q {
				out[i] = append(out[i], number(v))
			}
		}
		o["segmentation"] = out
	}
	if k, ok := b.Extra["keypoints"].(KeyPoints); ok {
		out, there := make([]json.Number, 0, len(k)), 0
		for i := 0; i+2 < len(k); i += 3 {
			if k[i+2] == 0 {
				out = append(out, "0", "0", "0")
				continue
			}
			there++
			out = append(out, number(k[i]-0.5), number(k[i+1]-0.5), number(k[i+2]))
		}
		o["keypoints"], o["num_keypoints"] = out, there
	}
	return o
}

func jsonOf(v any) []byte {
	b, _ := json.Marshal(v)
	return b
}

func round2(v float64) float64 {
	if v = math.Round(v*100) / 100; v == 0 {
		return 0 // not -0
	}
	return v
}

// Close writes the file.
func (w *cocoWriter) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := atomicfile.Write(w.path, func(dst io.Writer) error {
		b := bufio.NewWriterSize(dst, 1<<16)
		w.write(b)
		return b.Flush()
	})
	if err != nil {
		return fmt.Errorf("boxes: %w", err)
	}
	return nil
}

// write leaves errors to the writer's Flush.
func (w *cocoWriter) write(b *bufio.Writer) {
	names := slices.Sorted(maps.Keys(w.images))
	b.WriteString("{")
	for _, key := range slices.Sorted(maps.Keys(w.header)) {
		fmt.Fprintf(b, "%q: %s,\n", key, jsonOf(w.header[key]))
	}
	b.WriteString(`"images": [`)
	for i, name := range names {
		fmt.Fprintf(b, "%s\n{\"id\": %d, \"file_name\": %s, \"width\": %d, \"height\": %d}", comma(i), i+1, jsonOf(name), w.images[name].w, w.images[name].h)
	}
	b.WriteString("\n],\n\"annotations\": [")
	n := 0
	for i, name := range names {
		for _, o := range w.images[name].boxes {
			fmt.Fprintf(b, "%s\n{\"id\":%d,\"image_id\":%d,", comma(n), n+1, i+1)
			b.Write(bytes.TrimPrefix(o, []byte("{")))
			n++
		}
	}
	b.WriteString("\n],\n\"categories\": [")
	for i, c := range w.classes {
		o := map[string]any{"id": c.ID, "name": c.Name}
		for key, v := range c.Extra {
			o[key] = v
		}
		fmt.Fprintf(b, "%s\n%s", comma(i), jsonOf(o))
	}
	b.WriteString("\n]}\n")
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}
