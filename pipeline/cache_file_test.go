package pipeline

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/antler-ml/antler/tensor"
)

func TestCacheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "samples")
	runs := 0
	nan := math.Float32frombits(0x7fc01234) // a NaN keeps its bits
	made := Each(func(yield func(Sample, error) bool) {
		runs++
		_ = yield(Sample{ID: "a", X: []*tensor.Tensor{tensor.From([]float32{1, nan, -3, 4}, 2, 2), seq(0)}, Y: []*tensor.Tensor{tensor.Full(7)}}, nil) &&
			yield(Sample{}, &SampleError{Index: 1, Name: "b.png", Err: errors.New("unexpected EOF")}) &&
			yield(Sample{X: []*tensor.Tensor{seq(3)}, W: []*tensor.Tensor{seq(1)}}, nil)
	})
	s := CacheFile(made, path, "key 1")
	show := func(v Sample) string {
		text := v.ID
		for _, ts := range v.groups() {
			for _, x := range ts {
				text += fmt.Sprint(x.Shape())
				for _, f := range x.Data() {
					text += fmt.Sprintf(" %x", math.Float32bits(f))
				}
			}
			text += ";"
		}
		return text
	}
	for range s.Items(t.Context(), 0) {
		break // an epoch that was left early leaves no file
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file of a part of the samples")
	}
	for epoch := range 3 {
		check(t, told(t, s, show), "a[2 2] 3f800000 7fc01234 c0400000 40800000[0];[] 40e00000;;", "error: sample 1 (b.png): unexpected EOF", "[3] 0 3f800000 40000000;;[1] 0;")
		if runs != 2 {
			t.Errorf("%d runs after epoch %d", runs, epoch)
		}
	}
	for range s.Items(t.Context(), 0) {
		break
	}
	check(t, told(t, CacheFile(made, path, "key 2"), show), `error: samples: its key is "key 1", want "key 2"`)

	// Every cut and every changed byte is noticed, and nothing panics.
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	notices := func(data []byte, what string) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, err := range s.Items(t.Context(), 0) {
			if err != nil && strings.Contains(err.Error(), "CacheFile: "+path) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s: not noticed", what)
		}
	}
	for i := range whole {
		notices(whole[:i], fmt.Sprintf("cut to %d bytes", i))
		changed := append([]byte(nil), whole...)
		changed[i] ^= 0xff
		notices(changed, fmt.Sprintf("byte %d changed", i))
	}
}

func TestCacheFileErrors(t *testing.T) {
	disk := errors.New("disk gone")
	path := filepath.Join(t.TempDir(), "samples")
	bad := CacheFile(Each(func(yield func(Sample, error) bool) { yield(Sample{}, disk) }), path, "")
	if _, err := bad.Collect(t.Context(), 0); !errors.Is(err, disk) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file of a failed epoch")
	}
	if _, err := CacheFile(ragged(1), filepath.Join(path, "no", "folder"), "").Collect(t.Context(), 0); err == nil {
		t.Error("a file in no folder")
	}
}
