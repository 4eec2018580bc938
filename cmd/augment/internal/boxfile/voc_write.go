package boxfile

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/antler-ml/antler/internal/atomicfile"
)

// stems watches that no two pictures would have the same file.
type stems struct {
	mu    sync.Mutex
	taken map[string]string
}

// file returns where the boxes of a picture go, and makes the folder.
func (s *stems) file(dir, image, ext string) (string, error) {
	name := stem(image)
	if !filepath.IsLocal(filepath.FromSlash(image)) {
		return "", fmt.Errorf("boxes: the name %q leads out of the folder", image)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken == nil {
		s.taken = map[string]string{}
	}
	if other, ok := s.taken[name]; ok {
		return "", fmt.Errorf("boxes: %s and %s would both have the boxes %s; give one another name", other, image, name+ext)
	}
	s.taken[name] = image
	file := filepath.Join(dir, filepath.FromSlash(name)+ext)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return "", fmt.Errorf("boxes: %w", err)
	}
	return file, nil
}

type vocWriter struct {
	dir string
	stems
}

func newVOC(dir string) *vocWriter { return &vocWriter{dir: dir} }

// What encoding/xml writes.
type vocOut struct {
	XMLName  xml.Name `xml:"annotation"`
	Folder   string   `xml:"folder"`
	Filename string   `xml:"filename"`
	Size     struct {
		Width  int `xml:"width"`
		Height int `xml:"height"`
		Depth  int `xml:"depth"`
	} `xml:"size"`
	Segmented int         `xml:"segmented"`
	Objects   []vocOutBox `xml:"object"`
}

type vocOutBox struct {
	Name      string `xml:"name"`
	Pose      string `xml:"pose"`
	Truncated any    `xml:"truncated"`
	Occluded  any    `xml:"occluded,omitempty"`
	Difficult any    `xml:"difficult"`
	Box       struct {
		XMin int `xml:"xmin"`
		YMin int `xml:"ymin"`
		XMax int `xml:"xmax"`
		YMax int `xml:"ymax"`
	} `xml:"bndbox"`
}

// Add writes the file of a picture. Edges go to the nearest edge between
// pixels, and a box has at least one pixel.
func (w *vocWriter) Add(image string, width, height int, boxes []Box) error {
	file, err := w.file(w.dir, image, ".xml")
	if err != nil {
		return err
	}
	o := vocOut{Folder: path.Base(path.Dir(image)), Filename: path.Base(image)}
	o.Folder = strings.TrimPrefix(o.Folder, ".")
	o.Size.Width, o.Size.Height, o.Size.Depth = width, height, 3 // VOC has coloured pictures only
	for _, b := range boxes {
		v := vocOutBox{Name: b.Label, Pose: "Unspecified", Truncated: flag(b, "truncated"), Difficult: flag(b, "difficult")}
		if p, ok := b.Extra["pose"].(string); ok {
			v.Pose = p
		}
		if _, ok := b.Extra["occluded"]; ok {
			v.Occluded = flag(b, "occluded")
		}
		v.Box.XMin, v.Box.XMax = inclusive(b.X0, b.X1, width)
		v.Box.YMin, v.Box.YMax = inclusive(b.Y0, b.Y1, height)
		o.Objects = append(o.Objects, v)
	}
	err = atomicfile.Write(file, func(dst io.Writer) error {
		e := xml.NewEncoder(dst)
		e.Indent("", "\t")
		if err := e.Encode(o); err != nil {
			return err
		}
		_, err := io.WriteString(dst, "\n")
		return err
	})
	if err != nil {
		return fmt.Errorf("boxes: %w", err)
	}
	return nil
}

// Close has nothing left to do.
func (w *vocWriter) Close() error { return nil }

// inclusive turns a half-open range of coordinates into the first and last
// pixel, counted from 1.
func inclusive(a, b float64, size int) (first, last int) {
	lo, hi := int(math.Round(a)), int(math.Round(b))
	lo = min(max(lo, 0), size-1)
	hi = min(max(hi, lo+1), size)
	return lo + 1, hi
}

// flag is 0 or 1, however it came.
func flag(b Box, key string) int {
	switch v := b.Extra[key].(type) {
	case int:
		return v
	case float64: // out of JSON
		return int(v)
	case bool:
		if v {
			return 1
		}
	}
	return 0
}
