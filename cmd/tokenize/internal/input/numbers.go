package input

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// ParseNumbers appends the numbers of a row: 1 2 3, with commas or tabs in
// place of spaces, [1, 2, 3], or an object with such a list under column.
func ParseNumbers(dst []int, row []byte, column string) ([]int, error) {
	row = bytes.TrimSpace(row)
	if len(row) > 0 && row[0] == '{' {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(row, &members); err != nil {
			return dst, fmt.Errorf("not a JSON object: %v", err)
		}
		if column == "" {
			column = "ids"
		}
		raw, ok := members[column]
		if !ok {
			var names []string
			for k := range members {
				names = append(names, k)
			}
			return dst, noField(column, names)
		}
		if row = bytes.TrimSpace(raw); len(row) == 0 || row[0] != '[' {
			return dst, fmt.Errorf("the field %q is no list", column)
		}
	}
	if len(row) > 0 && row[0] == '[' {
		if row[len(row)-1] != ']' {
			return dst, fmt.Errorf("the list has no end")
		}
		row = row[1 : len(row)-1]
	}
	position := 0
	for i := 0; i < len(row); {
		if c := row[i]; c == ' ' || c == ',' || c == '\t' {
			i++
			continue
		}
		end := i
		n := 0
		for end < len(row) && row[end] >= '0' && row[end] <= '9' && end-i < 10 {
			n = 10*n + int(row[end]-'0')
			end++
		}
		if end == i || end < len(row) && row[end] != ' ' && row[end] != ',' && row[end] != '\t' || n > math.MaxInt32 {
			return dst, notNumber(row[i:], position)
		}
		dst = append(dst, n)
		position++
		i = end
	}
	return dst, nil
}

// notNumber says why the beginning of a row is no number.
func notNumber(rest []byte, position int) error {
	if end := bytes.IndexAny(rest, " ,\t"); end >= 0 {
		rest = rest[:end]
	}
	word := string(rest[:min(len(rest), 40)])
	switch x, err := strconv.ParseFloat(word, 64); {
	case err != nil:
		return fmt.Errorf("position %d holds %q, which is not a number", position, word)
	case x < 0:
		return fmt.Errorf("position %d holds %s: word numbers start at 1, and 0 is padding", position, word)
	case x != math.Trunc(x):
		return fmt.Errorf("position %d holds %s, which is not a whole number", position, word)
	default:
		if x <= math.MaxInt32 {
			return fmt.Errorf("position %d holds %s: write it in digits only", position, word)
		}
		return fmt.Errorf("position %d holds %s: numbers go up to %d", position, word, math.MaxInt32)
	}
}
