package saving

import (
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
