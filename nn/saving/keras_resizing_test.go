package saving_test

import (
	"strings"
	"testing"

	"github.com/antler-ml/antler/nn/saving"
)

// resizingOf3 is the Resizing layer as Keras 3.15 writes it.
const resizingOf3 = `{"module":"keras","class_name":"Sequential","config":{"name":"s","layers":[
{"module":"keras.layers","class_name":"InputLayer","config":{"batch_shape":[null,4,4,1],"dtype":"float32","sparse":false,"name":"i"},"registered_name":null},
{"module":"keras.layers","class_name":"Resizing","config":{"name":"r","trainable":true,"dtype":"float32","height":2,"width":2,"interpolation":"bilinear",
"crop_to_aspect_ratio":false,"pad_to_aspect_ratio":false,"fill_mode":"constant","fill_value":0.0,"antialias":false,"data_format":"channels_last"},"registered_name":null}]},"registered_name":null}`

// TestResizingOfKeras3: what its settings beside ours say by default changes nothing,
// and what changes something is refused.
func TestResizingOfKeras3(t *testing.T) {
	if _, err := saving.FromJSON([]byte(resizingOf3)); err != nil {
		t.Error(err)
	}
	for _, s := range []string{"antialias", "pad_to_aspect_ratio"} {
		_, err := saving.FromJSON([]byte(strings.Replace(resizingOf3, `"`+s+`":false`, `"`+s+`":true`, 1)))
		if err == nil || !strings.Contains(err.Error(), s) {
			t.Errorf("%s is taken: %v", s, err)
		}
	}
}
