package inspect

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/safetensors"
	"github.com/antler-ml/antler/text"
	"github.com/antler-ml/antler/text/subword"
)

// isSafetensors: eight bytes of a length that fits, then a JSON object.
func isSafetensors(f *file) bool {
	return len(f.head) > 8 && f.head[8] == '{' && binary.LittleEndian.Uint64(f.head) <= uint64(f.size)
}

func (r *Report) safetensors(f *file) {
	s, err := safetensors.Open(f, f.size)
	if err != nil {
		r.fail(err)
		return
	}
	for _, n := range s.Names() {
		dtype, shape, _ := s.Info(n)
		r.Arrays = append(r.Arrays, Array{n, dtype, shape})
	}
	about := s.Metadata()
	for _, k := range slices.Sorted(maps.Keys(about)) {
		r.attribute(k, about[k])
	}
	r.Holds, r.Loads = fmt.Sprintf("%d arrays", len(r.Arrays)), true
}

// json looks at the architecture of a model or at a tokenizer.
func (r *Report) json(f *file) {
	if strings.Contains(string(f.head), "Tokenizer") || f.head[0] == '"' {
		if t, err := text.ReadJSON(io.NewSectionReader(f, 0, f.size)); err == nil {
			r.Holds, r.Loads = "a tokenizer of Keras", true
			words := 0
			for range t.WordIndex() {
				words++
			}
			r.attribute("words", fmt.Sprint(words))
			r.attribute("documents", fmt.Sprint(t.DocumentCount()))
			r.attribute("num_words", fmt.Sprint(t.NumWords))
			return
		} else if strings.Contains(string(f.head), `"Tokenizer"`) {
			r.Holds = "a tokenizer of Keras"
			r.fail(err)
			return
		}
	}
	b, err := f.all(maxText)
	if err != nil {
		r.fail(err)
		return
	}
	var top struct {
		Class   string          `json:"class_name"`
		Keras   string          `json:"keras_version"`
		Version string          `json:"version"`
		Added   json.RawMessage `json:"added_tokens"`
		Model   json.RawMessage `json:"model"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &top); err != nil {
		r.fail(fmt.Errorf("not JSON: %w", err))
		return
	}
	switch {
	case top.Class != "":
		r.Holds = "an architecture, without weights"
		if top.Keras != "" {
			r.Writer = "Keras " + top.Keras
		}
		r.model(f.path, b)
	case top.Model != nil:
		r.Holds, r.Version = "a tokenizer of subwords", top.Version
		t, err := subword.FromJSON(b)
		if err != nil {
			r.fail(err)
			return
		}
		r.Loads = true
		r.attribute("pieces", fmt.Sprint(t.InputDim()))
	default:
		r.Holds = "other JSON"
		r.fail(fmt.Errorf("neither a model (class_name) nor a tokenizer"))
	}
}

func (r *Report) yaml(f *file) {
	r.Holds = "an architecture, without weights"
	r.model(f.path, nil)
}
