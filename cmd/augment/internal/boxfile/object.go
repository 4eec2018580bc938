package boxfile

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An object is a JSON object, cut into its values, which are not decoded. A
// file of boxes is mostly numbers, and encoding/json spends most of its time on
// what is not needed.
type object map[string]json.RawMessage

// UnmarshalJSON cuts data, which encoding/json has found to be JSON.
func (o *object) UnmarshalJSON(data []byte) error {
	if len(data) == 0 || data[0] != '{' {
		what := map[byte]string{'"': "string", '[': "array", 't': "bool", 'f': "bool", 'n': "null"}[data[0]]
		return &json.UnmarshalTypeError{Value: or(what, "number")}
	}
	data = append([]byte(nil), data...) // the decoder's memory is used again
	m := object{}
	for i := skipSpace(data, 1); data[i] == '"'; {
		end := skipValue(data, i)
		key := string(data[i+1 : end-1])
		if strings.IndexByte(key, '\\') >= 0 || !utf8.ValidString(key) {
			if err := json.Unmarshal(data[i:end], &key); err != nil {
				return err
			}
		}
		i = skipSpace(data, skipSpace(data, end)+1) // behind the colon
		end = skipValue(data, i)
		m[key] = data[i:end:end]
		if i = skipSpace(data, end); data[i] == ',' {
			i = skipSpace(data, i+1)
		}
	}
	*o = m
	return nil
}

func skipSpace(b []byte, i int) int {
	for b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r' {
		i++
	}
	return i
}

// skipValue returns the end of the value at i.
func skipValue(b []byte, i int) int {
	depth := 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '"':
			for i++; b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i // of what the value is in
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

// numbers reads a list of numbers. It reports false for anything else.
func numbers(b []byte) ([]float64, bool) {
	if len(b) < 2 || b[0] != '[' {
		return nil, false
	}
	n := 1
	for _, c := range b {
		if c == ',' {
			n++
		}
	}
	v := make([]float64, 0, n)
	i := skipSpace(b, 1)
	for b[i] != ']' {
		end := skipValue(b, i)
		x, err := strconv.ParseFloat(string(b[i:end]), 64)
		if err != nil {
			return nil, false
		}
		v = append(v, x)
		if i = skipSpace(b, end); b[i] == ',' {
			i = skipSpace(b, i+1)
		}
	}
	return v, true
}

// lists reads a list of lists of numbers.
func lists(b []byte) ([][]float64, bool) {
	if len(b) < 2 || b[0] != '[' {
		return nil, false
	}
	var all [][]float64
	i := skipSpace(b, 1)
	for b[i] != ']' {
		end := skipValue(b, i)
		v, ok := numbers(b[i:end])
		if !ok {
			return nil, false
		}
		all = append(all, v)
		if i = skipSpace(b, end); b[i] == ',' {
			i = skipSpace(b, i+1)
		}
	}
	return all, true
}
