package boxfile

import (
	"maps"
	"math"
)

// area is the area of all outlines, as the shoelace formula gives it.
func (p Polygons) area() float64 {
	sum := 0.0
	for _, q := range p {
		a := 0.0
		for i := 0; i+1 < len(q); i += 2 {
			j := (i + 2) % len(q)
			a += q[i]*q[j+1] - q[j]*q[i+1]
		}
		sum += math.Abs(a) / 2
	}
	return sum
}

// clip cuts outlines to a picture (Sutherland and Hodgman, 1974), side by side.
// Those of which nothing is left are gone.
func (p Polygons) clip(w, h float64) Polygons {
	var out Polygons
	for _, q := range p {
		q = cutBelow(q, 0, 0, 1)   // x ≥ 0
		q = cutBelow(q, 0, -w, -1) // x ≤ w
		q = cutBelow(q, 1, 0, 1)
		q = cutBelow(q, 1, -h, -1)
		if len(q) >= 6 && (Polygons{q}).area() > 0 {
			out = append(out, q)
		}
	}
	return out
}

// cutBelow keeps the part of an outline where sign·(x or y, by axis) ≥ limit.
func cutBelow(q []float64, axis int, limit, sign float64) []float64 {
	var out []float64
	n := len(q)
	for i := 0; i+1 < n; i += 2 {
		j := (i + 2) % n
		a, b := sign*q[i+axis]-limit, sign*q[j+axis]-limit
		if a >= 0 {
			out = append(out, q[i], q[i+1])
		}
		if (a >= 0) != (b >= 0) {
			t := a / (a - b)
			at := [2]float64{q[i] + t*(q[j]-q[i]), q[i+1] + t*(q[j+1]-q[i+1])}
			at[axis] = sign * limit // exactly on the side
			out = append(out, at[0], at[1])
		}
	}
	return out
}

// bounds is the smallest box around outlines.
func (p Polygons) bounds() (x0, y0, x1, y1 float64) {
	x0, y0, x1, y1 = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, q := range p {
		for i := 0; i+1 < len(q); i += 2 {
			x0, x1 = min(x0, q[i]), max(x1, q[i])
			y0, y1 = min(y0, q[i+1]), max(y1, q[i+1])
		}
	}
	return x0, y0, x1, y1
}

// mapPoints returns extras with all places moved.
func mapPoints(extra map[string]any, f func(x, y float64) (float64, float64)) map[string]any {
	out := extra
	if p, ok := extra["segmentation"].(Polygons); ok {
		out = cloned(out)
		moved := make(Polygons, len(p))
		for k, q := range p {
			moved[k] = make([]float64, len(q))
			for i := 0; i+1 < len(q); i += 2 {
				moved[k][i], moved[k][i+1] = f(q[i], q[i+1])
			}
		}
		out["segmentation"] = moved
	}
	if p, ok := extra["keypoints"].(KeyPoints); ok {
		out = cloned(out)
		moved := make(KeyPoints, len(p))
		for i := 0; i+2 < len(p); i += 3 {
			if moved[i+2] = p[i+2]; p[i+2] > 0 { // what is not there stays at 0, 0
				moved[i], moved[i+1] = f(p[i], p[i+1])
			}
		}
		out["keypoints"] = moved
	}
	return out
}

func cloned(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return maps.Clone(m)
}
