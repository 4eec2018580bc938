package nn

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn/ops"
)

// take makes a layer that is called inside another one part of it, and builds
// it when that was not done yet. It does so while shapes are looked for, which
// comes before any use.
func (c *Call) take(l Layer, in []*ops.Value) error {
	outer := c.layer.base()
	if c.trace.probing == nil || l.base() == outer || outer.holds(l) {
		return nil
	}
	shapes := make([]Shape, len(in))
	for i, v := range in {
		shapes[i] = c.trace.probing.unknown(v.Shape())
	}
	if err := build(l, shapes); err != nil {
		return err
	}
	outer.adopt(outer.freeInner(innerName(c.layer, l)), l)
	return nil
}

// holds reports whether a layer is part of another one already, however deep.
func (b *Base) holds(l Layer) bool {
	return slices.ContainsFunc(b.subs, func(s subLayer) bool { return s.layer == l || s.layer.base().holds(l) })
}

// unknown is the shape with the axes unknown again that sizes stand for. The
// last axis is left: weights need its size.
func (s *sizes) unknown(shape []int) Shape {
	u := slices.Clone(Shape(shape))
	for i, d := range u {
		switch {
		case i == 0 && d == s.batch, i > 0 && i < len(u)-1 && d == s.other:
			u[i] = Unknown
		}
	}
	return u
}

// innerName is the name of the field of outer that holds l, in snake_case, with
// the index in a slice or an array: blocks_2. A layer that no field holds is
// called after its class.
func innerName(outer, l Layer) string {
	target := reflect.ValueOf(l)
	v := reflect.Indirect(reflect.ValueOf(outer))
	if target.Kind() != reflect.Pointer || v.Kind() != reflect.Struct {
		return AutoName(ClassName(l))
	}
	for i := range v.NumField() {
		name := config.SnakeCase(v.Type().Field(i).Name)
		f := v.Field(i)
		if pointsTo(f, target) {
			return name
		}
		if f.Kind() == reflect.Slice || f.Kind() == reflect.Array {
			for j := range f.Len() {
				if pointsTo(f.Index(j), target) {
					return fmt.Sprintf("%s_%d", name, j)
				}
			}
		}
	}
	return AutoName(ClassName(l))
}

func pointsTo(field, target reflect.Value) bool {
	if field.Kind() == reflect.Interface {
		field = field.Elem()
	}
	return field.Kind() == reflect.Pointer && field.Pointer() == target.Pointer()
}

// freeInner makes a name unique inside a wrapper.
func (b *Base) freeInner(stem string) string {
	return freeName(stem, func(name string) bool {
		return slices.ContainsFunc(b.subs, func(s subLayer) bool { return s.name == name })
	})
}

func shapesOfValues(vs []*ops.Value) [][]int {
	var s [][]int
	for _, v := range vs {
		s = append(s, v.Shape())
	}
	return s
}

// addedMetric is what Call.AddMetric was told.
type addedMetric struct {
	name  string
	value *ops.Value
}
