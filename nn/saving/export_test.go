package saving

import (
	"bytes"
	"encoding/json"

	"github.com/antler-ml/antler/nn"
)

var (
	YAMLToJSON   = yamlToJSON
	ApplyCompile = applyCompile
)

const MaxYAML = maxYAML

func EncodeCompile(m *nn.Model, style int) ([]byte, error) {
	o, _, err := encodeCompile(m, compileStyle(style))
	if err != nil {
		return nil, err
	}
	return json.Marshal(o)
}

// LoadBytes is [LoadWith] of a file in memory.
func LoadBytes(data []byte) (*Loaded, error) {
	return load(&source{bytes.NewReader(data), "memory", int64(len(data))}, LoadConfig{})
}

// LoadWeightsBytes is [LoadWeightsWith] of a file in memory.
func LoadWeightsBytes(m *nn.Model, data []byte, c WeightsConfig) (*Report, error) {
	return loadWeights(&source{bytes.NewReader(data), "memory", int64(len(data))}, m, c)
}
