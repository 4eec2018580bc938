// Package boxfile reads and writes the files that say where things are in
// pictures: COCO's JSON, Pascal VOC's XML and YOLO's text files.
//
// All coordinates are pixels from the picture's upper left corner, half open:
// pixel i covers i to i+1. The formats count otherwise, and this is how their
// numbers are understood:
//
//   - COCO: a box is [x, y, width, height] in these coordinates already. A key
//     point is the number of a pixel, so its middle is half a pixel further.
//   - VOC: pixels are counted from 1 and the last one is inside, so xmin 1 and
//     xmax 3 are the pixels 0, 1 and 2: X0 = xmin-1 = 0 and X1 = xmax = 3.
//   - YOLO: middle, width and height (and points) in fractions of the picture.
package boxfile

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
)

// The formats.
const (
	COCO = "coco"
	VOC  = "voc"
	YOLO = "yolo"
)

// A Box is a rectangle around a thing.
//
// What a file says of it beyond that is in Extra: under "segmentation" a
// [Polygons], under "keypoints" a [KeyPoints], and everything else under the
// file's own names with values as encoding/json gives them.
type Box struct {
	X0, Y0, X1, Y1 float64 // pixels, half open
	Label          string
	Extra          map[string]any

	mirror []int // where its key points go in a mirrored picture: left becomes right
}

// Polygons are outlines: x, y, x, y … each, in the coordinates of a [Box].
type Polygons [][]float64

// KeyPoints are x, y, v each: in the coordinates of a [Box], and 0 not there, 1
// hidden, 2 visible.
type KeyPoints []float64

// A Class is a kind of thing.
type Class struct {
	ID    int // COCO's category, YOLO's number from 0; VOC has names only, numbered from 0 in their order
	Name  string
	Extra map[string]any // further keys of a COCO category

	mirror []int // of its key points
}

// Outside says what becomes of boxes that reach over the edge of their picture.
type Outside string

// The policies. The empty one is Refuse.
const (
	Refuse Outside = "error"
	Clip   Outside = "clip" // cut them to the picture, and drop those of which nothing is left
	Drop   Outside = "drop" // leave them out
)

// Config says how files are read. The zero value finds out the format, and
// refuses boxes outside the picture and boxes of unknown pictures.
type Config struct {
	Format      string  // coco, voc or yolo; empty: detect
	Outside     Outside // boxes that are not inside their picture
	SkipUnknown bool    // leave out the boxes of pictures that are not listed
}

// A Set are the boxes of many pictures. Its methods may be called from several
// goroutines, except SizeFor.
type Set struct {
	format  string
	path    string
	outside Outside
	classes []Class
	index   map[string]int // of classes by name
	byImage map[string]*picture
	size    func(image string) (w, h int, err error)
	notices []string
	header  map[string]any // COCO: info and licenses, passed on
	dataset dataset        // YOLO: what data.yaml says
	late    late
}

// A picture is one with boxes, as its file tells it.
type picture struct {
	w, h  int // as the file says; 0: it does not
	where place
	boxes []record
	extra map[string]any // further keys of a COCO image
}

// A record is a box of which some may still be in the file's own terms.
type record struct {
	Box
	where    place
	relative bool // YOLO: in fractions of the size
}

// Load reads the boxes of pictures. path is a COCO file, or a folder of VOC's
// XML or YOLO's text files, or YOLO's data.yaml. images are the pictures there
// are, as slash-separated paths; a file's name for a picture may be the end of
// such a path if there is only one that ends so.
func Load(path, format string, images []string) (*Set, error) {
	return LoadConfig(path, images, Config{Format: format})
}

// LoadConfig is [Load] with more to say about it.
func LoadConfig(path string, images []string, c Config) (*Set, error) {
	switch c.Outside {
	case "":
		c.Outside = Refuse
	case Refuse, Clip, Drop:
	default:
		return nil, fmt.Errorf("boxes: the policy for boxes outside their picture is %q, want %s, %s or %s", c.Outside, Refuse, Clip, Drop)
	}
	if c.Format == "" {
		var err error
		if c.Format, err = detect(path); err != nil {
			return nil, err
		}
	}
	s := &Set{format: c.Format, path: path, outside: c.Outside, index: map[string]int{}, byImage: map[string]*picture{}}
	m := newMatcher(images)
	p := &problems{}
	var err error
	switch c.Format {
	case COCO:
		err = s.readCOCO(m, c, p)
	case VOC:
		err = s.readVOC(m, c, p)
	case YOLO:
		err = s.readYOLO(m, c, p)
	default:
		return nil, fmt.Errorf("boxes: the format is %q, want %s, %s or %s", c.Format, COCO, VOC, YOLO)
	}
	if err == nil {
		err = p.err()
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// detect finds out the format of a file or folder.
func detect(path string) (string, error) {
	st, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("boxes: %w", err)
	}
	if !st.IsDir() {
		switch strings.ToLower(filepath.Ext(path)) {
		case ".json":
			return COCO, nil
		case ".xml":
			return VOC, nil
		case ".txt", ".yaml", ".yml":
			return YOLO, nil
		}
		return "", fmt.Errorf("boxes: %s: want a COCO file (.json), or a folder of VOC's .xml or YOLO's .txt files", path)
	}
	seen := map[string]int{}
	err = filepath.WalkDir(path+string(filepath.Separator), func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Type().IsRegular() {
			seen[strings.ToLower(filepath.Ext(name))]++
		}
		if seen[".xml"] > 0 && seen[".txt"] > 0 {
			return fs.SkipAll
		}
		return nil
	})
	switch {
	case err != nil:
		return "", fmt.Errorf("boxes: %w", err)
	case seen[".xml"] > 0 && seen[".txt"] > 0:
		return "", fmt.Errorf("boxes: %s has .xml and .txt files; say whether its format is %s or %s", path, VOC, YOLO)
	case seen[".xml"] > 0:
		return VOC, nil
	case seen[".txt"] > 0:
		return YOLO, nil
	case seen[".json"] == 1:
		return COCO, nil
	case seen[".json"] > 1:
		return "", fmt.Errorf("boxes: %s has %d .json files; name the one with the boxes", path, seen[".json"])
	}
	return "", fmt.Errorf("boxes: %s has no .json (COCO), .xml (VOC) or .txt (YOLO) file", path)
}

// Format returns coco, voc or yolo.
func (s *Set) Format() string { return s.format }

// Classes returns the kinds of things there are, in the order of their numbers.
func (s *Set) Classes() []Class { return slices.Clone(s.classes) }

// Images returns the pictures that the files speak of, sorted.
func (s *Set) Images() []string {
	var names []string
	for n := range s.byImage {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Len returns the number of boxes in the files.
func (s *Set) Len() int {
	n := 0
	for _, p := range s.byImage {
		n += len(p.boxes)
	}
	return n
}

// Notices say what of the files is not carried over.
func (s *Set) Notices() []string { return slices.Clone(s.notices) }

func (s *Set) notice(n int, format string, args ...any) {
	if n > 0 {
		s.notices = append(s.notices, fmt.Sprintf(format, args...))
	}
}

// String describes the set: "yolo: 120 boxes of 3 classes in 40 pictures".
func (s *Set) String() string {
	return fmt.Sprintf("%s: %s of %s in %s", s.format, cli.Plural(s.Len(), "box"), cli.Plural(len(s.classes), "class"), cli.Plural(len(s.byImage), "picture"))
}

// add adds a class, unless there is one of its name.
func (s *Set) add(c Class) bool {
	if _, ok := s.index[c.Name]; ok {
		return false
	}
	s.index[c.Name] = len(s.classes)
	s.classes = append(s.classes, c)
	return true
}

// sortClasses brings the classes into the order of their numbers.
func (s *Set) sortClasses() {
	slices.SortFunc(s.classes, func(a, b Class) int { return cmp.Compare(a.ID, b.ID) })
	for i, c := range s.classes {
		s.index[c.Name] = i
	}
}
