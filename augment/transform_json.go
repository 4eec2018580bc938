package augment

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// transformJSON has the keys of Keras' dictionary.
type transformJSON struct {
	Theta                 float64  `json:"theta"`
	Tx                    float64  `json:"tx"`
	Ty                    float64  `json:"ty"`
	Shear                 float64  `json:"shear"`
	Zx                    *float64 `json:"zx"`
	Zy                    *float64 `json:"zy"`
	FlipHorizontal        truth    `json:"flip_horizontal"`
	FlipVertical          truth    `json:"flip_vertical"`
	ChannelShiftIntensity *float64 `json:"channel_shift_intensity"`
	Brightness            *float64 `json:"brightness"`
}

// truth is a bool; Keras' flips are also 0 and 1.
type truth bool

func (t *truth) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case "true", "1", "1.0":
		*t = true
	case "false", "0", "0.0", "null":
		*t = false
	default:
		return fmt.Errorf("want true or false, got %s", data)
	}
	return nil
}

// MarshalJSON writes the parameters under their names in Keras' dictionary.
func (t Transform) MarshalJSON() ([]byte, error) {
	zx, zy := one(t.Zx), one(t.Zy)
	j := transformJSON{Theta: t.Theta, Tx: t.Tx, Ty: t.Ty, Shear: t.Shear, Zx: &zx, Zy: &zy,
		FlipHorizontal: truth(t.FlipHorizontal), FlipVertical: truth(t.FlipVertical)}
	if t.ChannelShiftIntensity != 0 {
		j.ChannelShiftIntensity = &t.ChannelShiftIntensity
	}
	if t.HasBrightness {
		j.Brightness = &t.Brightness
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON writes, or Keras' dictionary as JSON.
func (t *Transform) UnmarshalJSON(data []byte) error {
	var j transformJSON
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&j); err != nil {
		return fmt.Errorf("augment: Transform: %w", err)
	}
	value := func(p *float64, def float64) float64 {
		if p == nil {
			return def
		}
		return *p
	}
	*t = Transform{Theta: j.Theta, Tx: j.Tx, Ty: j.Ty, Shear: j.Shear, Zx: value(j.Zx, 1), Zy: value(j.Zy, 1),
		FlipHorizontal: bool(j.FlipHorizontal), FlipVertical: bool(j.FlipVertical),
		ChannelShiftIntensity: value(j.ChannelShiftIntensity, 0), Brightness: value(j.Brightness, 0), HasBrightness: j.Brightness != nil}
	return nil
}
