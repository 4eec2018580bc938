package config_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/antler-ml/antler/internal/config"
)

// shape is a kind of thing that settings hold.
type shape interface{ Area() float64 }

type square struct {
	Side float64 `default:"2"`
}

func (s square) Area() float64 { return s.Side * s.Side }
func (s *square) Validate() error {
	if s.Side < 0 {
		return errors.New("side is negative")
	}
	return nil
}

type disc struct{ Radius *float64 }

func (d disc) Area() float64     { return 3 }
func (d disc) ClassName() string { return "Disc" }

// point has no settings and a name.
type point struct{}

func (point) Area() float64      { return 0 }
func (point) ConfigName() string { return "point" }

type frame struct{ Inner shape }

func (f *frame) Area() float64 { return f.Inner.Area() }

func init() {
	config.Register[square]()
	config.Register[disc]("Disc", "Disk")
	config.Register[frame]()
	config.RegisterName(point{}, "point", "dot")
	config.RegisterName(&square{Side: 1}, "unit_square")
}

var kind = reflect.TypeFor[shape]()

// embedded is no setting.
type embedded struct{ Hidden int }

// everything has a field of every sort.
type everything struct {
	embedded
	Flag     bool
	UseBias  *bool `default:"true"`
	Units    int
	Small    int32 `default:"7"`
	Big      *int64
	Rate     float64 `default:"0.5"`
	Single   float32
	Alpha    *float64 `default:"1"`
	Mode     mode     `default:"auto"`
	Size     [2]int   `default:"3"`
	Span     [2]int   `default:"1,2"`
	Axis     []int    `default:"-1"`
	Names    []string
	Shape    shape `default:"unit_square"`
	Other    shape
	Shapes   []shape
	OOVToken string
	Renamed  int `keras:"other_name"`
	Skipped  int `keras:"-"`
	private  int
}

type mode string

func TestSnakeCase(t *testing.T) {
	for in, want := range map[string]string{
		"Units": "units", "UseBias": "use_bias", "KernelInitializer": "kernel_initializer", "InputDim": "input_dim",
		"OOVToken": "oov_token", "ELU": "elu", "L1L2": "l1_l2", "L1": "l1", "ReturnState": "return_state", "GlobalClipnorm": "global_clipnorm",
		"NumWords": "num_words", "MaskZero": "mask_zero", "A": "a", "": "", "already_snake": "already_snake", "HTTPServer": "http_server", "Größe": "größe",
	} {
		if got := config.SnakeCase(in); got != want {
			t.Errorf("SnakeCase(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestKeys(t *testing.T) {
	want := []string{"flag", "use_bias", "units", "small", "big", "rate", "single", "alpha", "mode", "size", "span", "axis", "names", "shape", "other", "shapes", "oov_token", "other_name"}
	for _, v := range []any{everything{}, &everything{}} {
		if got := config.Keys(v); !slices.Equal(got, want) {
			t.Errorf("keys %q, want %q", got, want)
		}
	}
	if got := config.Keys(new(3)); got != nil {
		t.Errorf("keys of a number: %q", got)
	}
}

func TestDefaults(t *testing.T) {
	var e everything
	must(t, config.Defaults(&e))
	if !*e.UseBias || e.Small != 7 || e.Rate != 0.5 || *e.Alpha != 1 || e.Mode != "auto" || e.Size != [2]int{3, 3} || e.Span != [2]int{1, 2} ||
		!slices.Equal(e.Axis, []int{-1}) || e.Shape.Area() != 1 || e.Flag || e.Big != nil || e.Other != nil || e.Names != nil {
		t.Errorf("%+v", e)
	}
	e = everything{UseBias: new(false), Alpha: new(0.0), Rate: 2, Axis: []int{1}, Other: square{}, Shape: &frame{&square{}}}
	must(t, config.Defaults(&e))
	if *e.UseBias || *e.Alpha != 0 || e.Rate != 2 || e.Axis[0] != 1 {
		t.Errorf("what was set changed: %+v", e)
	}
	if e.Other.(*square).Side != 2 || e.Shape.Area() != 4 {
		t.Errorf("what the settings hold was not completed: %+v, %+v", e.Other, e.Shape)
	}
	before := e
	must(t, config.Defaults(&e))
	if !reflect.DeepEqual(before, e) {
		t.Errorf("a second time gives %+v, want %+v", e, before)
	}
	for _, v := range []any{nil, 3, "x", everything{}, (*everything)(nil), new(3)} {
		must(t, config.Defaults(v))
	}
}

func TestDefaultMistakes(t *testing.T) {
	for want, v := range map[string]any{
		`default "yes": want true or false`: &struct {
			A bool `default:"yes"`
		}{},
		`default "1.5": want a whole number, got "1.5"`: &struct {
			A int `default:"1.5"`
		}{},
		`default "3000000000": want a whole number`: &struct {
			A int32 `default:"3000000000"`
		}{},
		`default "x": want a number, got "x"`: &struct {
			A *float64 `default:"x"`
		}{},
		`want 1 or 2 numbers separated by commas, got "1,2,3"`: &struct {
			A [2]int `default:"1,2,3"`
		}{},
		`A: default "1,x": want a whole number, got "x"`: &struct {
			A []int `default:"1,x"`
		}{},
		`a field of type map[string]int cannot have a default`: &struct {
			A map[string]int `default:"x"`
		}{},
		`unknown shape "unit_squares"; did you mean "unit_square"?`: &struct {
			A shape `default:"unit_squares"`
		}{},
		`Inner: side is negative`:    &frame{&square{Side: -1}},
		`A: Inner: side is negative`: &struct{ A shape }{&frame{square{Side: -1}}},
	} {
		if err := config.Defaults(v); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func full() *everything {
	return &everything{
		Flag: true, UseBias: new(false), Units: 12, Small: -3, Big: new(int64(1) << 40), Rate: 1e-7, Single: 0.25, Alpha: new(0.0), Mode: "max",
		Size: [2]int{4, 5}, Span: [2]int{0, 0}, Axis: []int{}, Names: []string{"a", "b"}, Shape: &square{Side: 3}, Other: point{},
		Shapes: []shape{&frame{disc{new(0.5)}}, nil, point{}}, OOVToken: "<unk>", Renamed: 9, Skipped: 5, private: 6,
	}
}

const fullJSON = `{"flag":true,"use_bias":false,"units":12,"small":-3,"big":1099511627776,"rate":1e-07,"single":0.25,"alpha":0.0,"mode":"max",` +
	`"size":[4,5],"span":[0,0],"axis":[],"names":["a","b"],"shape":{"class_name":"square","config":{"side":3.0}},"other":"point",` +
	`"shapes":[{"class_name":"frame","config":{"inner":{"class_name":"Disc","config":{"radius":0.5}}}},null,"point"],"oov_token":"<unk>","other_name":9}`

func encode(t *testing.T, v any) string {
	t.Helper()
	o, err := config.Encode(v)
	must(t, err)
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	must(t, e.Encode(o))
	return strings.TrimSpace(b.String())
}

func decode(text string, v any, ignore ...string) error {
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return err
	}
	return config.Decode(v, m, ignore...)
}

func TestRoundTrip(t *testing.T) {
	if got := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(encode(t, full())); got != fullJSON {
		t.Errorf("encoded\n%s\nwant\n%s", got, fullJSON)
	}
	var e everything
	must(t, decode(fullJSON, &e))
	want := full()
	want.Skipped, want.private = 0, 0
	want.Shapes[0].(*frame).Inner = &disc{new(0.5)} // things are decoded as pointers
	if !reflect.DeepEqual(&e, want) {
		t.Errorf("decoded %+v, want %+v", &e, want)
	}
	// Everything null: every field is zero, defaults are skipped.
	nulls := map[string]any{}
	for _, k := range config.Keys(e) {
		nulls[k] = nil
	}
	must(t, config.Decode(&e, nulls))
	if !reflect.DeepEqual(e, everything{}) {
		t.Errorf("nulls give %+v", e)
	}
	// Nothing given: defaults, and zero where there is none, whatever was there.
	e = *full()
	must(t, config.Decode(&e, nil))
	fresh := everything{Skipped: 5, private: 6}
	must(t, config.Defaults(&fresh))
	if !reflect.DeepEqual(e, fresh) {
		t.Errorf("nothing gives %+v, want %+v", e, fresh)
	}
}

// TestDecodeForms: what Keras writes in several ways.
func TestDecodeForms(t *testing.T) {
	var e everything
	must(t, decode(`{"size": 5, "axis": 2, "other": "square", "shape": {"class_name": "Disk"}, "module": "keras.layers"}`, &e, "module"))
	if e.Size != [2]int{5, 5} || !slices.Equal(e.Axis, []int{2}) || e.Other.(*square).Side != 2 || e.Shape.Area() != 3 {
		t.Errorf("%+v", e)
	}
	must(t, decode(`{"shape": {"class_name": "square", "config": {"side": 4, "name": "x", "dtype": "float32"}, "registered_name": null}, "other": "dot"}`, &e))
	if e.Shape.Area() != 16 || e.Other != (point{}) {
		t.Errorf("%+v", e)
	}
}

func TestDecodeMistakes(t *testing.T) {
	for text, want := range map[string]string{
		`{"unitss": 1}`:                        `config: everything has no setting "unitss"; did you mean "units"?`,
		`{"zzzzzzzz": 1}`:                      `has no setting "zzzzzzzz"`,
		`{"hidden": 1}`:                        `has no setting "hidden"`,
		`{"skipped": 1}`:                       `has no setting "skipped"`,
		`{"flag": 1}`:                          `config: everything: flag: want bool, got 1 (float64)`,
		`{"units": 1.5}`:                       `units: want int, got 1.5`,
		`{"units": 1e300}`:                     `units: want int`,
		`{"small": 3000000000}`:                `small: want int32, got 3e+09`,
		`{"single": 1e39}`:                     `single: want float32`,
		`{"units": "3"}`:                       `units: want int, got 3 (string)`,
		`{"rate": "x"}`:                        `rate: want float64, got x (string)`,
		`{"rate": [1]}`:                        `rate: want float64`,
		`{"mode": 3}`:                          `mode: want config_test.mode, got 3`,
		`{"size": [1,2,3]}`:                    `size: want 2 values, got 3`,
		`{"size": [1,"b"]}`:                    `size: [1]: want int, got b`,
		`{"shape": "circle"}`:                  `shape: unknown shape "circle"`,
		`{"shape": "sqare"}`:                   `shape: unknown shape "sqare"; did you mean "square"?`,
		`{"shape": 3}`:                         `shape: want a name or {"class_name", "config"}, got float64`,
		`{"shape": {"config": {}}}`:            `got an object without class_name`,
		`{"shape": {"class_name": 3}}`:         `got an object without class_name`,
		`{"shape": {"class_name": "Squares"}}`: `unknown shape "Squares"; did you mean "square"?`,
		`{"shape": {"class_name":"square","config":3}}`:         `square: want an object as config, got 3 (float64)`,
		`{"shape": {"class_name":"square","config":{"sid":1}}}`: `config: square has no setting "sid"; did you mean "side"?`,
		`{"shapes": ["point", "line"]}`:                         `shapes: [1]: unknown shape "line"`,
	} {
		var e everything
		if err := decode(text, &e); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

func TestEncodeMistakes(t *testing.T) {
	for want, v := range map[string]any{
		"a bare function has no saved form":        &struct{ F func() }{func() {}},
		"a field of type map[string]int has no":    &struct{ F map[string]int }{},
		"config: .F: a field of type uint8 has no": &struct{ F uint8 }{},
	} {
		if _, err := config.Encode(v); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	for _, x := range []float64{math.NaN(), math.Inf(1)} {
		if _, err := json.Marshal(config.Float(x)); err == nil || !strings.Contains(err.Error(), "has no JSON form") {
			t.Errorf("%v: got %v", x, err)
		}
	}
}

// TestFloat: as Python writes floats.
func TestFloat(t *testing.T) {
	for x, want := range map[float64]string{0: "0.0", 1: "1.0", -2.5: "-2.5", 1e-7: "1e-07", 1e6: "1000000.0", 1e16: "1e+16", 0.0001: "0.0001", 123456789.5: "123456789.5", 1e300: "1e+300"} {
		b, err := json.Marshal(config.Float(x))
		must(t, err)
		if string(b) != want {
			t.Errorf("%v is written as %s, want %s", x, b, want)
		}
	}
}

func TestRegistry(t *testing.T) {
	if got := config.Classes(kind); !slices.Equal(got, []string{"Disc", "Disk", "frame", "square"}) {
		t.Errorf("classes %q", got)
	}
	if got := config.Names(kind); !slices.Equal(got, []string{"Disc", "Disk", "dot", "frame", "point", "square", "unit_square"}) {
		t.Errorf("names %q", got)
	}
	s, err := config.Get[shape]("square")
	must(t, err)
	if s.Area() != 4 {
		t.Errorf("a class by its name has defaults: area %v", s.Area())
	}
	v, err := config.New("square", kind)
	must(t, err)
	if v.(shape).Area() != 0 {
		t.Error("New applies defaults")
	}
	var unknown *config.UnknownError
	if _, err := config.Get[shape]("cube"); !errors.As(err, &unknown) || unknown.Name != "cube" || unknown.Kind != "shape" {
		t.Errorf("got %v", err)
	}
	if _, err := config.Lookup("square", reflect.TypeFor[error]()); err == nil {
		t.Error("a square is an error")
	}
}

func TestComplete(t *testing.T) {
	v, err := config.Complete(square{})
	must(t, err)
	if v.(*square).Side != 2 {
		t.Errorf("%+v", v)
	}
	p := &square{}
	if v, err = config.Complete(p); err != nil || v != any(p) || p.Side != 2 {
		t.Errorf("%+v, %v", v, err)
	}
	if v, err = config.Complete(point{}); err != nil || v != any(point{}) {
		t.Errorf("%+v, %v", v, err)
	}
	if v, err = config.Complete(nil); err != nil || v != nil {
		t.Errorf("%v, %v", v, err)
	}
	if _, err = config.Complete(square{Side: -1}); err == nil {
		t.Error("a negative side was accepted")
	}
}

func TestNearest(t *testing.T) {
	known := []string{"units", "use_bias", "activation", "kernel_initializer", "bias_initializer"}
	for name, want := range map[string][]string{
		"unit": {"units"}, "Units": {"units"}, "usebias": {"use_bias"}, "actvation": {"activation"}, "kernel_initialiser": {"kernel_initializer"},
		"xyz": nil, "": nil, "untis": {"units"},
	} {
		if got := config.Nearest(name, known); !slices.Equal(got, want) {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestObject(t *testing.T) {
	o := config.Object{{Key: "b", Value: 1}, {Key: "a", Value: nil}}
	b, err := json.Marshal(o)
	must(t, err)
	if string(b) != `{"b":1,"a":null}` {
		t.Errorf("%s", b)
	}
	if v, ok := o.Get("b"); !ok || v != 1 {
		t.Errorf("b is %v", v)
	}
	if _, ok := o.Get("c"); ok {
		t.Error("c is there")
	}
	if _, err := json.Marshal(config.Object{{Key: "f", Value: config.Float(math.NaN())}}); err == nil || !strings.Contains(err.Error(), "f: ") {
		t.Errorf("got %v, want the key named", err)
	}
}

// FuzzDecode: any JSON either is an error, or comes back the same.
func FuzzDecode(f *testing.F) {
	f.Add(fullJSON)
	f.Add(`{"shape":{"class_name":"frame","config":{"inner":{"class_name":"frame","config":{"inner":"dot"}}}}}`)
	f.Add(`{"size":[1],"axis":null,"units":-1e15}`)
	f.Add(`{"":{}}`)
	f.Fuzz(func(t *testing.T, text string) {
		var e, again everything
		if decode(text, &e) != nil {
			return
		}
		first := encode(t, &e)
		if err := decode(first, &again); err != nil {
			t.Fatalf("%s gives %s, which is refused: %v", text, first, err)
		}
		if second := encode(t, &again); second != first {
			t.Errorf("%s, then %s", first, second)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
