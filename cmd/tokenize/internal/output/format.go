// Package output writes rows of numbers, words and labels as text or as arrays
// of numpy, whole or not at all.
package output

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"path/filepath"
	"strconv"
	"strings"
)

// A Kind is a file format.
type Kind string

// The kinds.
const (
	JSONL Kind = "jsonl" // [1,2,3]
	CSV   Kind = "csv"   // 1,2,3
	TSV   Kind = "tsv"   // 1 2 3 with tabs
	IDs   Kind = "ids"   // 1 2 3
	NPY   Kind = "npy"   // one array
	NPZ   Kind = "npz"   // named arrays
)

// KindOf tells the kind by a file's name.
func KindOf(path string, otherwise Kind) Kind {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".jsonl", ".ndjson", ".json":
		return JSONL
	case ".csv":
		return CSV
	case ".tsv", ".tab":
		return TSV
	case ".ids", ".txt":
		return IDs
	case ".npy":
		return NPY
	case ".npz":
		return NPZ
	}
	return otherwise
}

// IsArray reports whether rows need one length.
func (k Kind) IsArray() bool { return k == NPY || k == NPZ }

func (k Kind) separator() byte {
	switch k {
	case TSV:
		return '\t'
	case IDs:
		return ' '
	}
	return ','
}

// AppendInts appends a row of numbers: a line, or elements of int32.
func (k Kind) AppendInts(dst []byte, row []int) []byte {
	if k.IsArray() {
		for _, v := range row {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(v))
		}
		return dst
	}
	if k == JSONL {
		dst = append(dst, '[')
	}
	for i, v := range row {
		if i > 0 {
			dst = append(dst, k.separator())
		}
		dst = strconv.AppendInt(dst, int64(v), 10)
	}
	if k == JSONL {
		dst = append(dst, ']')
	}
	return append(dst, '\n')
}

// AppendFloats appends a row of a matrix: a line, or elements of float32.
func (k Kind) AppendFloats(dst []byte, row []float32) []byte {
	if k.IsArray() {
		for _, v := range row {
			dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
		}
		return dst
	}
	if k == JSONL {
		dst = append(dst, '[')
	}
	for i, v := range row {
		if i > 0 {
			dst = append(dst, k.separator())
		}
		dst = strconv.AppendFloat(dst, float64(v), 'g', -1, 32)
	}
	if k == JSONL {
		dst = append(dst, ']')
	}
	return append(dst, '\n')
}

// AppendWords appends a row of words: JSON, quoted as CSV wants it, or with
// what would break a line made visible.
func (k Kind) AppendWords(dst []byte, words []string) []byte {
	if k == JSONL {
		dst = append(dst, '[')
		for i, w := range words {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendJSON(dst, w)
		}
		return append(dst, "]\n"...)
	}
	for i, w := range words {
		if i > 0 {
			dst = append(dst, k.separator())
		}
		dst = append(dst, k.Word(w)...)
	}
	return append(dst, '\n')
}

var visible = strings.NewReplacer("\t", `\t`, "\n", `\n`, "\r", `\r`)

// Word is a word as one field.
func (k Kind) Word(w string) string {
	if k != CSV {
		return visible.Replace(w)
	}
	if strings.ContainsAny(w, ",\"\n\r") || w == "" {
		return `"` + strings.ReplaceAll(w, `"`, `""`) + `"`
	}
	return w
}

// AppendJSON appends a JSON string, with <, > and & as they are.
func AppendJSON(dst []byte, s string) []byte {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return strconv.AppendQuote(dst, s)
	}
	return append(dst, strings.TrimSuffix(b.String(), "\n")...)
}
