// Command kerasnames writes the tables that lead from a name of Keras to ours:
// docs/keras-names.md, and the table of text and sequences in README.md.
//
// They are made from the doc comments. What is called otherwise than in Keras,
// or belongs to something else, says so on a line of its own:
//
//	// Keras: pad_sequences, with any dtype
//
// What has Keras' own name in our spelling (layers.Dense, Model.Fit) needs no
// such line. The names of Keras are those of testdata/keras/names.json.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

//go:generate go run .

const (
	docFile    = "docs/keras-names.md"
	readmeFile = "README.md"
	begin      = "<!-- made by go generate ./internal/kerasnames -->\n"
	end        = "<!-- end -->\n"
)

func main() {
	files, err := generate("../..")
	for name, content := range files {
		if err == nil {
			err = os.WriteFile(filepath.Join("../..", name), content, 0o644)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// generate returns the two files as they should be.
func generate(root string) (map[string][]byte, error) {
	ours, err := declared(root)
	if err != nil {
		return nil, err
	}
	keras, err := kerasNames(filepath.Join(root, "testdata/keras/names.json"))
	if err != nil {
		return nil, err
	}
	readme, err := os.ReadFile(filepath.Join(root, readmeFile))
	if err != nil {
		return nil, err
	}
	head, rest, ok := bytes.Cut(readme, []byte(begin))
	_, tail, ok2 := bytes.Cut(rest, []byte(end))
	if !ok || !ok2 {
		return nil, fmt.Errorf("%s has no place for the table, between %s and %s", readmeFile, begin, end)
	}
	t := match(keras, ours)
	table := t.section("preprocessing.text") + t.rows("preprocessing.sequence")
	return map[string][]byte{
		docFile:    []byte(t.document()),
		readmeFile: bytes.Join([][]byte{head, []byte(begin), []byte(table), []byte(end), tail}, nil),
	}, nil
}
