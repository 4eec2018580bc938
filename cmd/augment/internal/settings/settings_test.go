package settings

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/internal/config"
)

// Every parameter of the generator is a flag under its Keras name, but for what
// a command line cannot say.
func TestEveryParameterIsAFlag(t *testing.T) {
	f := Flags(Default())
	not := map[string]string{
		"PreprocessingFunction": "a function", "NumPyRandom": "another generator of random numbers", "Mean": "learnt", "Std": "learnt", "ZCAWhiteningMatrix": "learnt",
		"WidthShiftInt": "width-shift-range 3", "WidthShiftList": "width-shift-range 3,4", "HeightShiftInt": "", "HeightShiftList": "", "ZoomInterval": "zoom-range 1,2",
	}
	typ := reflect.TypeFor[augment.ImageDataGenerator]()
	for i := range typ.NumField() {
		field := typ.Field(i)
		if _, ok := not[field.Name]; ok {
			continue
		}
		key := field.Tag.Get("keras")
		if key == "" {
			key = config.SnakeCase(field.Name)
		}
		if name := strings.ReplaceAll(key, "_", "-"); f.Group(name) == "" {
			t.Errorf("there is no flag --%s for %s", name, field.Name)
		}
	}
}

// Shifts are read as Python reads them: the type decides what they mean.
func TestShifts(t *testing.T) {
	for text, want := range map[string]string{
		"": "0 0 []", "0.2": "0.2 0 []", "20.0": "20 0 []", "20": "0 20 []", "5,10": "0 0 [5 10]", "[-0.1, 0.1]": "0 0 [-0.1 0.1]", "[3]": "0 0 [3]", "1e1": "10 0 []",
	} {
		x, n, list, err := shift("width-shift-range", text)
		if got := fmt.Sprint(x, n, list); err != nil || got != want {
			t.Errorf("%q: %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"a", "0.2;3", "nan", "1,x"} {
		if _, _, _, err := shift("width-shift-range", text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

func TestBytes(t *testing.T) {
	for text, want := range map[string]int64{"1": 1, "500MB": 5e8, "2 GB": 2e9, "1.5g": 15e8, "64KiB": 65536} {
		if got, err := Bytes("memory", text); err != nil || got != want {
			t.Errorf("%q: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "lots", "-1", "0", "MB", "9999999TB", "nan"} {
		if _, err := Bytes("memory", text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

// What the manifest keeps sets the same settings again.
func TestRecorded(t *testing.T) {
	s := Default()
	f := Flags(s)
	if _, err := f.Parse([]string{"--rotation-range", "12.5", "--target-size", "20x30", "--brightness-range", "0.5,1.5", "--horizontal-flip", "--seed", "18446744073709551615", "--zoom-range", "0.5,2", "--workers", "7", "--preview", "x.png"}); err != nil {
		t.Fatal(err)
	}
	kept := Recorded(s, f)
	for _, name := range []string{"workers", "preview", "force", "on_error", "json"} {
		if _, ok := kept[name]; ok {
			t.Errorf("%s is recorded, though it decides nothing", name)
		}
	}
	again := Default()
	if err := Restore(Flags(again), kept); err != nil {
		t.Fatal(err)
	}
	again.Workers, again.Preview = s.Workers, s.Preview
	if !reflect.DeepEqual(s, again) {
		t.Errorf("got %+v, want %+v", again, s)
	}
}

// The generator takes zero values for "no change"; who writes them means them.
func TestRangesOfZeroAreRefused(t *testing.T) {
	for _, flag := range []string{"--zoom-range=0,0", "--brightness-range=0,0"} {
		s := Default()
		if _, err := Flags(s).Parse([]string{flag}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Generator(); err == nil {
			t.Errorf("%s is accepted", flag)
		}
	}
}
