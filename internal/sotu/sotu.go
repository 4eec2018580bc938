// Package sotu holds the State of the Union addresses of 1900 to 2021, works
// of the United States government and so in the public domain.
package sotu

import (
	"bytes"
	"compress/bzip2"
	_ "embed"
	"fmt"
	"io"
	"strings"
)

//go:embed sotu.txt.bz2
var packed []byte

// Text returns the addresses, in order: on each line a passage of whole
// sentences, some 100 words.
func Text() (string, error) {
	var b strings.Builder
	b.Grow(5_400_000)
	if _, err := io.Copy(&b, bzip2.NewReader(bytes.NewReader(packed))); err != nil {
		return "", fmt.Errorf("sotu: %w", err)
	}
	return b.String(), nil
}

// Related are pairs of related words, two a line.
//
//go:embed related.txt
var Related string

// Words are some that such speeches are about.
const Words = "navy,taxes,january,schools,soviet,wheat,railroads,japan"
