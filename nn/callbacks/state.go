package callbacks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/antler-ml/antler/nn"
)

// stateFloat is a float64 that JSON holds exactly, also one that is no number.
type stateFloat float64

func (f stateFloat) MarshalJSON() ([]byte, error) {
	x := float64(f)
	s := strconv.FormatFloat(x, 'g', -1, 64)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		s = strconv.Quote(s)
	}
	return []byte(s), nil
}

func (f *stateFloat) UnmarshalJSON(b []byte) error {
	x, err := strconv.ParseFloat(string(bytes.Trim(b, `"`)), 64)
	*f = stateFloat(x)
	return err
}

// stateOf packs what a callback remembers.
func stateOf(v any) (nn.CallbackState, error) {
	b, err := json.Marshal(v)
	return nn.CallbackState{Values: b}, err
}

// readState unpacks it into v, a pointer.
func readState(st nn.CallbackState, v any) error {
	if st.Values == nil {
		return errors.New("the state is empty; was it taken from a callback of this kind?")
	}
	d := json.NewDecoder(bytes.NewReader(st.Values))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("the state is not that of a callback of this kind: %w", err)
	}
	return nil
}
