package boxfile

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
)

// Cut by hand and by encoding/json, objects are the same.
func TestObject(t *testing.T) {
	for _, text := range []string{
		`{}`, ` { } `, `{"a": 1}`, "{\n\t\"a\" : [1, {\"b\": \"}]\\\"\"}] ,\r\n\"c\":\"x,y\", \"d\":-1.5e3,\"e\":null,\"f\":{} ,\"g\":[]}",
		`{"\u0061b": true, "q\"": false, "\\": "\\", "é": "\u00e9"}`, `{"a":1,"a":2}`, `{"": {"": [[[]]]}}`, `{"a\tb":1}`, `{"\ud83d\ude00": 1}`,
	} {
		var got object
		var want map[string]json.RawMessage
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(map[string]json.RawMessage(got), want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{`[1, 2.5 ,-3e2]`: "[1 2.5 -300] true", `[]`: "[] true", `[ ]`: "[] true", `["1"]`: "[] false", `[[1]]`: "[] false", `[null]`: "[] false", `7`: "[] false", `{"a":1}`: "[] false", `[1e999]`: "[] false"} {
		v, ok := numbers([]byte(text))
		if got := fmt.Sprint(v, ok); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{`[[1, 2], [3]]`: "[[1 2] [3]] true", `[]`: "[] true", `[ [ 1 ] , [ ] ]`: "[[1] []] true", `[1]`: "[] false", `[[1], 2]`: "[] false", `"x"`: "[] false"} {
		v, ok := lists([]byte(text))
		if got := fmt.Sprint(v, ok); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func FuzzObject(f *testing.F) {
	f.Add(`{"a": [1, {"b": "}]\""}], "\u0061": null}`)
	f.Fuzz(func(t *testing.T, text string) {
		var got object
		var want map[string]json.RawMessage
		err, errWant := json.Unmarshal([]byte(text), &got), json.Unmarshal([]byte(text), &want)
		if text == "null" || (err == nil) != (errWant == nil) && want != nil {
			return
		}
		if err == nil && want != nil && !reflect.DeepEqual(map[string]json.RawMessage(got), want) {
			t.Fatalf("%q, want %q", got, want)
		}
	})
}
