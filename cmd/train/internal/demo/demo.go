// Package demo holds the data that the program carries in itself: pictures of
// clothes, passages of three authors, a table of penguins. Nothing is unpacked
// before it is asked for.
package demo

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

//go:embed data/fashion-train-images.idx.bz2
var trainImages []byte

//go:embed data/fashion-train-labels.idx.gz
var trainLabels []byte

//go:embed data/fashion-test-images.idx.bz2
var testImages []byte

//go:embed data/fashion-test-labels.idx.gz
var testLabels []byte

//go:embed data/authors.tsv.gz
var authors []byte

//go:embed data/penguins.csv.gz
var penguins []byte

// PenguinsTarget is the column that the demo predicts.
const PenguinsTarget = "species"

// Penguins returns the table of penguins as CSV.
func Penguins() ([]byte, error) { return unzip(penguins) }

// FashionClasses are the names of the labels, in order.
var FashionClasses = []string{"T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"}

// Pictures are grey pictures of one size with labels.
type Pictures struct {
	Height, Width int
	Pixels        []byte // picture after picture, row by row
	Labels        []byte
}

// Len returns the number of pictures.
func (p *Pictures) Len() int { return len(p.Labels) }

// At returns the pixels of a picture.
func (p *Pictures) At(i int) []byte {
	n := p.Height * p.Width
	return p.Pixels[i*n : (i+1)*n]
}

// Fashion returns the training and the test part of the clothes.
func Fashion() (train, test *Pictures, err error) {
	if train, err = pictures(trainImages, trainLabels); err != nil {
		return nil, nil, err
	}
	test, err = pictures(testImages, testLabels)
	return train, test, err
}

// A Passage is some sentences of an author.
type Passage struct{ Author, Text string }

// Authors returns the passages in the order of the books, authors taking turns.
func Authors() ([]Passage, error) {
	b, err := unzip(authors)
	if err != nil {
		return nil, err
	}
	var ps []Passage
	for line := range strings.Lines(string(b)) {
		author, text, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok {
			return nil, fmt.Errorf("demo: passage %d has no tab", len(ps)+1)
		}
		ps = append(ps, Passage{author, text})
	}
	return ps, nil
}

func pictures(images, labels []byte) (*Pictures, error) {
	pix, dims, err := idx(images, 3)
	if err != nil {
		return nil, err
	}
	lab, n, err := idx(labels, 1)
	if err != nil {
		return nil, err
	}
	if n[0] != dims[0] {
		return nil, fmt.Errorf("demo: %d pictures, %d labels", dims[0], n[0])
	}
	return &Pictures{Height: dims[1], Width: dims[2], Pixels: pix, Labels: lab}, nil
}

// idx reads the format of the MNIST files: 0, 0, type, rank, the sizes as
// big-endian words, the bytes.
func idx(packed []byte, rank int) (data []byte, dims []int, err error) {
	b, err := unzip(packed)
	if err != nil {
		return nil, nil, err
	}
	head := 4 + 4*rank
	if len(b) < head || b[2] != 8 || int(b[3]) != rank {
		return nil, nil, fmt.Errorf("demo: not an IDX file of rank %d", rank)
	}
	size := 1
	for i := range rank {
		dims = append(dims, int(binary.BigEndian.Uint32(b[4+4*i:])))
		size *= dims[i]
	}
	if len(b) != head+size {
		return nil, nil, fmt.Errorf("demo: IDX file of %v has %d bytes", dims, len(b)-head)
	}
	return b[head:], dims, nil
}

func unzip(b []byte) ([]byte, error) {
	var z io.Reader = bzip2.NewReader(bytes.NewReader(b)) // a tenth less of pictures
	if !bytes.HasPrefix(b, []byte("BZ")) {
		var err error
		if z, err = gzip.NewReader(bytes.NewReader(b)); err != nil {
			return nil, fmt.Errorf("demo: %w", err)
		}
	}
	out, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	return out, nil
}
