package image

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/antler-ml/antler/internal/golden"
	"github.com/antler-ml/antler/tensor"
)

// Every loaded picture has the samples that Keras (with Pillow) gives, exactly.
func TestLoadIsKeras(t *testing.T) {
	c := golden.Load(t, "image", "load")
	var f struct {
		Loads []struct {
			File          string
			ColorMode     ColorMode `json:"color_mode"`
			TargetSize    [2]int    `json:"target_size"`
			Interpolation Interpolation
			Keep          bool `json:"keep_aspect_ratio"`
			Array         string
		}
	}
	c.Decode(t, &f)
	for _, l := range f.Loads {
		name := fmt.Sprintf("%s %s %v %s %v", l.File, l.ColorMode, l.TargetSize, l.Interpolation, l.Keep)
		want := c.Array(t, l.Array)
		cfg := LoadConfig{ColorMode: l.ColorMode, TargetSize: l.TargetSize, Interpolation: l.Interpolation, KeepAspectRatio: l.Keep}
		m, err := Load(golden.Path(t, "keras", "image", "pictures", l.File), cfg)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := ToArray(m, ChannelsLast)
		if !slices.Equal(got.Shape(), want.Shape) {
			t.Errorf("%s: shape %v, want %v", name, got.Shape(), want.Shape)
			continue
		}
		if !slices.Equal(got.Data(), want.Data) {
			t.Errorf("%s: samples differ", name)
		}
		first := ToArray(m, ChannelsFirst).Data()
		h, w, ch := m.Height, m.Width, m.Channels
		for i, v := range got.Data() {
			if u := first[i%ch*h*w+i/ch]; u != v {
				t.Fatalf("%s: channels_first sample %d is %v, want %v", name, i, u, v)
			}
		}
	}
}

func TestArraysAreKeras(t *testing.T) {
	c := golden.Load(t, "image", "arrays")
	var f struct {
		Calls []struct {
			Input, Output string
			DataFormat    DataFormat `json:"data_format"`
			Scale         json.RawMessage
		}
	}
	c.Decode(t, &f)
	for i, call := range f.Calls {
		in, want := c.Array(t, call.Input), c.Array(t, call.Output)
		cfg := ArrayConfig{DataFormat: call.DataFormat}
		if string(call.Scale) == "false" {
			cfg.Scale = new(bool)
		}
		m, err := FromArray(tensor.From(in.Data, in.Shape...), cfg)
		if err != nil {
			t.Errorf("call %d: %v", i, err)
			continue
		}
		if got := ToArray(m, ChannelsLast); !slices.Equal(got.Data(), want.Data) || !slices.Equal(got.Shape(), want.Shape) {
			t.Errorf("call %d (%s): %v\nwant %v", i, call.DataFormat, got.Data(), want.Data)
		}
	}
}

func picture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(golden.Path(t, "keras", "image", "pictures", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
