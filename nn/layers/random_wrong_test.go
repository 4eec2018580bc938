package layers_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
	"github.com/antler-ml/antler/tensor"
)

var randomModels = flag.Int("models", 1000, "random models of TestRandomModelsDoNotPanic")

// TestRandomModelsDoNotPanic builds models of layers with settings drawn at random,
// most of them wrong, on inputs drawn at random: a mistake is an error, whatever
// it is. Each seed is one model.
func TestRandomModelsDoNotPanic(t *testing.T) {
	classes := ours(reflect.TypeFor[nn.Layer]())
	right := 0
	for seed := range uint64(*randomModels) {
		r := rand.New(rand.NewPCG(seed, 7))
		what := ""
		func() {
			defer func() {
				if p := recover(); p != nil {
					t.Errorf("seed %d: %s: panic: %v", seed, what, p)
				}
			}()
			x := nn.Input(randomShape(r)...)
			what = fmt.Sprint(x.Shape())
			in, out := x, x
			for range 1 + r.IntN(2) {
				v, err := config.New(classes[r.IntN(len(classes))], reflect.TypeFor[nn.Layer]())
				must(t, err)
				randomSettings(r, reflect.ValueOf(v).Elem())
				what += fmt.Sprintf(" %s", nn.ClassName(v.(nn.Layer)))
				ins := []*nn.Symbol{out}
				for r.IntN(4) == 0 {
					ins = append(ins, in)
				}
				outs := nn.ApplyMulti(v.(nn.Layer), ins...)
				out = outs[r.IntN(len(outs))]
			}
			m := nn.NewModel([]*nn.Symbol{in}, []*nn.Symbol{out})
			if m.Err() != nil {
				return
			}
			shape := append([]int{2}, in.Shape()[1:]...)
			for i, d := range shape {
				if d == nn.Unknown {
					shape[i] = 3
				}
			}
			if _, err := m.PredictOnBatch(tensor.New(shape...)); err == nil {
				right++
			}
		}()
	}
	if right < 20 {
		t.Errorf("only %d of the models were right", right)
	}
}

// ours are the classes of a kind without those of tests: what a user's own Call
// panics with is the user's.
func ours(kind reflect.Type) []string {
	return slices.DeleteFunc(config.Classes(kind), func(class string) bool {
		v, err := config.New(class, kind)
		return err != nil || strings.HasSuffix(reflect.TypeOf(v).Elem().PkgPath(), "_test")
	})
}

func randomShape(r *rand.Rand) []int {
	s := make([]int, r.IntN(5))
	for i := range s {
		if s[i] = r.IntN(6); r.IntN(8) == 0 {
			s[i] = nn.Unknown
		}
	}
	return s
}

// randomSettings fills some fields with small numbers, right or wrong.
func randomSettings(r *rand.Rand, s reflect.Value) {
	for i := range s.NumField() {
		f := s.Type().Field(i)
		_, hasDefault := f.Tag.Lookup("default")
		if f.IsExported() && !f.Anonymous && (!hasDefault || r.IntN(3) == 0) {
			randomValue(r, s.Field(i))
		}
	}
}

func randomValue(r *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(r.IntN(6) - 1))
	case reflect.Float64:
		v.SetFloat([]float64{0, 0.5, 1, -1, 3}[r.IntN(5)])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.String:
		v.SetString([]string{"", "valid", "same", "channels_first", "channels_last", "int", "nonsense", "ab,bc->ac"}[r.IntN(8)])
	case reflect.Array:
		for i := range v.Len() {
			randomValue(r, v.Index(i))
		}
	case reflect.Slice:
		if r.IntN(3) > 0 {
			v.Set(reflect.MakeSlice(v.Type(), r.IntN(4), 4))
			for i := range v.Len() {
				randomValue(r, v.Index(i))
			}
		}
	case reflect.Pointer:
		if k := v.Type().Elem().Kind(); r.IntN(3) > 0 && k != reflect.Struct {
			v.Set(reflect.New(v.Type().Elem()))
			randomValue(r, v.Elem())
		}
	case reflect.Interface:
		if r.IntN(3) == 0 {
			return
		}
		names := ours(v.Type())
		if len(names) == 0 {
			return
		}
		if x, err := config.New(names[r.IntN(len(names))], v.Type()); err == nil {
			if r.IntN(3) > 0 {
				randomSettings(r, reflect.ValueOf(x).Elem())
			}
			v.Set(reflect.ValueOf(x))
		}
	}
}
