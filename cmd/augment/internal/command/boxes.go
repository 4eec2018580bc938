package command

import (
	"encoding/json"
	"path"
	"path/filepath"

	"github.com/antler-ml/antler/cmd/augment/internal/boxfile"
	"github.com/antler-ml/antler/cmd/augment/internal/manifest"
)

// A boxLine is a box as the manifest keeps it.
type boxLine struct {
	Box       [4]float64         `json:"box"` // left, top, right, bottom
	Label     string             `json:"label"`
	Outlines  boxfile.Polygons   `json:"segmentation,omitempty"`
	KeyPoints *boxfile.KeyPoints `json:"keypoints,omitempty"`
	Extra     map[string]any     `json:"extra,omitempty"`
}

func marshalBoxes(boxes []boxfile.Box) (json.RawMessage, error) {
	lines := make([]boxLine, len(boxes))
	for i, b := range boxes {
		l := boxLine{Box: [4]float64{b.X0, b.Y0, b.X1, b.Y1}, Label: b.Label}
		for k, v := range b.Extra {
			switch v := v.(type) {
			case boxfile.Polygons:
				l.Outlines = v
			case boxfile.KeyPoints:
				l.KeyPoints = &v
			default:
				if l.Extra == nil {
					l.Extra = map[string]any{}
				}
				l.Extra[k] = v
			}
		}
		lines[i] = l
	}
	return json.Marshal(lines)
}

func unmarshalBoxes(data json.RawMessage) ([]boxfile.Box, error) {
	var lines []boxLine
	if err := json.Unmarshal(data, &lines); err != nil {
		return nil, err
	}
	boxes := make([]boxfile.Box, len(lines))
	for i, l := range lines {
		b := boxfile.Box{X0: l.Box[0], Y0: l.Box[1], X1: l.Box[2], Y1: l.Box[3], Label: l.Label, Extra: l.Extra}
		if b.Extra == nil && (l.Outlines != nil || l.KeyPoints != nil) {
			b.Extra = map[string]any{}
		}
		if l.Outlines != nil {
			b.Extra["segmentation"] = l.Outlines
		}
		if l.KeyPoints != nil {
			b.Extra["keypoints"] = *l.KeyPoints
		}
		boxes[i] = b
	}
	return boxes, nil
}

// annotate writes the boxes of all pictures, as the manifest has them, in the
// format that they were read in.
func (m *maker) annotate() error {
	set := m.loader.Boxes
	if set == nil || m.Shards() {
		return nil
	}
	format := m.boxesFormat()
	dir := m.out
	switch format {
	case boxfile.VOC:
		dir = filepath.Join(m.out, "annotations")
	case boxfile.YOLO:
		dir = filepath.Join(m.out, "labels")
	}
	w, err := boxfile.NewWriter(format, dir, set)
	if err != nil {
		return err
	}
	_, _, err = manifest.Read(filepath.Join(m.out, manifest.Name), func(l *manifest.Line, _ []byte, _ int64) error {
		boxes, err := unmarshalBoxes(l.Boxes)
		if err != nil {
			return err
		}
		name, err := filepath.Rel("images", filepath.FromSlash(l.Output))
		if err != nil {
			return err
		}
		return w.Add(path.Clean(filepath.ToSlash(name)), l.Width, l.Height, boxes)
	})
	if err != nil {
		return err
	}
	return w.Close()
}

// boxesFormat is the format that boxes are written in.
func (m *maker) boxesFormat() string {
	if m.BoxesTo != "" {
		return m.BoxesTo
	}
	return m.loader.Boxes.Format()
}
