package boxfile

import (
	"slices"
)

// plain are the keys of an annotation that are written anew.
var plain = []string{"id", "image_id", "category_id", "bbox", "area", "segmentation", "keypoints", "num_keypoints", "iscrowd"}

func (r *cocoReader) annotation(where place, o object) {
	a := cocoAnnotation{record: record{where: where}}
	id, ok := r.id(where, o, "id")
	if !ok {
		return
	}
	if a.where.id = id; r.ids[id] {
		r.p.add(where, "the id %s is there twice", shorten([]byte(id)))
		return
	}
	r.ids[id] = true
	if a.image, ok = r.id(a.where, o, "image_id"); !ok {
		return
	}
	if !r.field(a.where, o, "category_id", &a.category, "the id of a category") {
		return
	}
	a.Extra = map[string]any{}
	for key, raw := range o {
		if !slices.Contains(plain, key) {
			a.Extra[key] = slices.Clone(raw) // lest all of the object be kept
		}
	}
	if raw := o["iscrowd"]; string(raw) == "1" || string(raw) == "true" {
		a.Extra["iscrowd"] = 1
	}
	if !r.segmentation(&a, o) || !r.keyPoints(&a, o) || !r.box(&a, o) {
		return
	}
	if len(a.Extra) == 0 {
		a.Extra = nil
	}
	r.waiting = append(r.waiting, a)
}

func (r *cocoReader) box(a *cocoAnnotation, o object) bool {
	const want = "[x, y, width, height] in pixels"
	var b []float64
	if raw := o["bbox"]; len(raw) == 0 || string(raw) == "[]" || string(raw) == "null" {
		if p, ok := a.Extra["segmentation"].(Polygons); ok {
			a.X0, a.Y0, a.X1, a.Y1 = p.bounds()
			return true
		}
	}
	if !r.field(a.where, o, "bbox", &b, want) {
		return false
	}
	switch {
	case len(b) != 4:
		r.p.add(a.where, "bbox has %d numbers, want %s", len(b), want)
	case !finite(b...):
		r.p.add(a.where, "bbox is %v, want %s", b, want)
	case b[2] < 0 || b[3] < 0:
		r.p.add(a.where, "bbox is %v: its width or height is negative; want %s", b, want)
	default:
		a.X0, a.Y0, a.X1, a.Y1 = b[0], b[1], b[0]+b[2], b[1]+b[3]
		return true
	}
	return false
}

func (r *cocoReader) segmentation(a *cocoAnnotation, o object) bool {
	const want = "polygons: lists of x, y, x, y …"
	raw := o["segmentation"]
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return true
	case raw[0] == '{':
		r.masks++
		return true
	}
	var p Polygons
	if !r.field(a.where, o, "segmentation", &p, want) {
		return false
	}
	for i, q := range p {
		if len(q) < 6 || len(q)%2 != 0 || !finite(q...) {
			r.p.add(a.where, "segmentation[%d] has %d numbers, want at least 3 pairs x, y of modest size", i, len(q))
			return false
		}
	}
	if len(p) > 0 {
		a.Extra["segmentation"] = p
	}
	return true
}

func (r *cocoReader) keyPoints(a *cocoAnnotation, o object) bool {
	const want = "x, y, v of each point, v from 0 to 2"
	if raw := o["keypoints"]; len(raw) == 0 || string(raw) == "null" || string(raw) == "[]" {
		return true
	}
	var k KeyPoints
	if !r.field(a.where, o, "keypoints", &k, want) {
		return false
	}
	if len(k)%3 != 0 || !finite(k...) {
		r.p.add(a.where, "keypoints has %d numbers, want %s", len(k), want)
		return false
	}
	for i := 2; i < len(k); i += 3 {
		switch k[i] {
		case 0:
			k[i-2], k[i-1] = 0, 0
		case 1, 2: // the middle of the pixel
			k[i-2] += 0.5
			k[i-1] += 0.5
		default:
			r.p.add(a.where, "keypoints[%d] is %v, want %s", i, k[i], want)
			return false
		}
	}
	a.Extra["keypoints"] = k
	return true
}
