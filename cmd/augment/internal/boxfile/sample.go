package boxfile

import (
	"slices"

	"github.com/antler-ml/antler/augment"
)

// Put makes boxes part of a sample: its boxes, and as its points the corners of
// polygons, the key points, and three places that show whether the picture was
// mirrored. What the sample had of both is replaced.
func Put(s *augment.Sample, boxes []Box) {
	s.Boxes, s.Points = s.Boxes[:0], s.Points[:0]
	add := func(x, y float64) (float64, float64) {
		s.Points = append(s.Points, augment.Point{X: x, Y: y})
		return x, y
	}
	for i, b := range boxes {
		s.Boxes = append(s.Boxes, augment.Box{Left: b.X0, Top: b.Y0, Right: b.X1, Bottom: b.Y1, Label: b.Label, ID: i})
		mapPoints(b.Extra, add)
	}
	if len(boxes) == 0 {
		return
	}
	x, y := (boxes[0].X0+boxes[0].X1)/2, (boxes[0].Y0+boxes[0].Y1)/2
	add(x, y)
	add(x+1, y)
	add(x, y+1)
}

// Take returns the boxes of a sample after it was changed; boxes are those that
// were put in. Things whose box left the picture are gone. Polygons are cut to
// the picture, and a box is then the one around its polygons: closer than the
// one around the turned box. Key points outside become points that are not
// there; in a mirrored picture what is called left and right change places.
// What VOC says to be truncated stays so, and what was cut becomes so.
func Take(s *augment.Sample, boxes []Box) []Box {
	if len(boxes) == 0 {
		return nil
	}
	d := s.Image.Shape()
	h, w := float64(d[0]), float64(d[1])
	moved := make([]map[string]any, len(boxes))
	next := 0
	for i, b := range boxes {
		moved[i] = mapPoints(b.Extra, func(_, _ float64) (x, y float64) {
			p := s.Points[next]
			next++
			return p.X, p.Y
		})
	}
	o, a, b := s.Points[next], s.Points[next+1], s.Points[next+2]
	flipped := (a.X-o.X)*(b.Y-o.Y)-(a.Y-o.Y)*(b.X-o.X) < 0
	var out []Box
	for _, b := range s.Boxes {
		n := boxes[b.ID]
		n.X0, n.Y0, n.X1, n.Y1, n.Extra = b.Left, b.Top, b.Right, b.Bottom, moved[b.ID]
		if p, ok := n.Extra["segmentation"].(Polygons); ok && len(p) > 0 {
			p = p.clip(w, h)
			if len(p) == 0 {
				continue // only a corner of the box is still in the picture
			}
			n.Extra = cloned(n.Extra)
			n.Extra["segmentation"] = p
			n.X0, n.Y0, n.X1, n.Y1 = p.bounds()
		}
		if k, ok := n.Extra["keypoints"].(KeyPoints); ok {
			n.Extra = cloned(n.Extra)
			k = inside(k, w, h)
			if flipped {
				k = k.mirrored(n.mirror)
			}
			n.Extra["keypoints"] = k
		}
		if _, ok := n.Extra["truncated"]; ok && b.Visible > 0 && b.Visible < 1 {
			n.Extra = cloned(n.Extra)
			n.Extra["truncated"] = 1
		}
		out = append(out, n)
	}
	return out
}

// inside returns key points of which those outside are not there.
func inside(k KeyPoints, w, h float64) KeyPoints {
	k = slices.Clone(k)
	for i := 0; i+2 < len(k); i += 3 {
		if !(k[i] >= 0 && k[i] < w && k[i+1] >= 0 && k[i+1] < h) {
			k[i], k[i+1], k[i+2] = 0, 0, 0
		}
	}
	return k
}
