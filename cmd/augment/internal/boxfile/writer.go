package boxfile

import (
	"fmt"
	"os"
	"sort"
	"strings"
)

// A Writer takes the boxes of pictures in any order, and from several
// goroutines. What it writes does not depend on the order. Files appear whole
// or not at all.
type Writer interface {
	// Add takes the boxes of a picture of w × h pixels; image is its path
	// relative to the pictures' folder, with slashes. A picture without boxes is
	// added too.
	Add(image string, w, h int, boxes []Box) error
	// Close writes what could not be written before.
	Close() error
}

// NewWriter writes boxes into a folder: annotations.json of COCO; a file
// beside the other's name with .xml for each picture of VOC; or with .txt, and
// classes.txt and data.yaml, of YOLO. src gives the classes and, if format is
// empty, the format.
//
// COCO's numbers of classes are kept; they become YOLO's numbers from 0, in
// their order, and YOLO's from 0 become COCO's from 1.
func NewWriter(format, outDir string, src *Set) (Writer, error) {
	if format == "" {
		format = src.format
	}
	switch format {
	case COCO, VOC, YOLO:
	default:
		return nil, fmt.Errorf("boxes: the format is %q, want %s, %s or %s", format, COCO, VOC, YOLO)
	}
	if err := os.MkdirAll(outDir, 0o755); err != nil {
		return nil, fmt.Errorf("boxes: %w", err)
	}
	switch format {
	case COCO:
		return newCOCO(outDir, src), nil
	case VOC:
		return newVOC(outDir), nil
	}
	return newYOLO(outDir, src), nil
}

func unknownLabel(image string, b Box) error {
	return fmt.Errorf("boxes: %s: a box has the label %q, which is no class of the source", image, b.Label)
}

// words sorts and joins names for a message.
func words(names []string) string {
	sort.Strings(names)
	if len(names) > 8 {
		names = append(names[:8:8], "…")
	}
	return strings.Join(names, ", ")
}
