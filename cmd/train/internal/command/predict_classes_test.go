package command

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestReadClasses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "classes")
	for _, c := range []struct {
		text string
		want []string
		err  string
	}{
		{text: "cat\ndog\nGreat Dane\n", want: []string{"cat", "dog", "Great Dane"}},
		{text: "\uFEFFcat\r\ndog\r\ncow", want: []string{"cat", "dog", "cow"}},
		// The form of Keras' imagenet_class_index.json, in another order, with the two cranes of ImageNet.
		{text: `{"1": ["n02012849", "crane"], "2": ["n03126707", "crane"], "0": ["n01440764", "tench"]}`, want: []string{"tench", "crane (n02012849)", "crane (n03126707)"}},
		{text: `{"0": "a", "1": "b", "2": "c"}`, want: []string{"a", "b", "c"}},
		{text: ` ["a", ["n1", "b"], "c"]`, want: []string{"a", "b", "c"}},
		{text: "a\na\nb", want: []string{"a (0)", "a (1)", "b"}},
		{text: "cat\ndog", err: "names 2 classes, but the model has 3"},
		{text: "cat\n\ndog", err: "class 1 has no name"},
		{text: " \n", err: "is empty"},
		{text: "caf\xe9\nb\nc", err: "no UTF-8"},
		{text: `{"0": "a", "1": "b", "3": "c"}`, err: `"3"`},
		{text: `{"0": "a", "1": "b", "01": "c"}`, err: "each once"},
		{text: `{"0": "a", "1": ["b"], "2": "c"}`, err: "synset and name"},
		{text: `{"0": "a"`, err: "unexpected end"},
	} {
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := readClasses(file, 3)
		switch {
		case c.err == "" && (err != nil || !slices.Equal(got, c.want)):
			t.Errorf("%q: %q, %v; want %q", c.text, got, err, c.want)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%q: %v; want %s", c.text, err, c.err)
		}
	}
	if _, err := readClasses(file+".none", 3); err == nil || !strings.Contains(err.Error(), "--classes") {
		t.Error("a file that is not there:", err)
	}
}
