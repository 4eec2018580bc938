package input

import (
	"fmt"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
)

// noField is the error for a JSON object without a member.
func noField(key string, names []string) error {
	slices.Sort(names)
	if len(names) == 0 {
		return fmt.Errorf("there is no field %q in it", key)
	}
	return fmt.Errorf("there is no field %q in it (there are %s): --column NAME", key, strings.Join(quoteAll(names[:min(len(names), 10)]), ", "))
}

// Row is how a row is looked at: nil when it was marked as bad.
func Row(line []byte) []byte {
	if len(line) == 1 && line[0] == badRow {
		return nil
	}
	if line == nil {
		return []byte{}
	}
	return line
}

// Trouble decides about a row that is bad for the reason err: nil to skip it,
// an empty row to put in its place, or the error.
func (s *Stream) Trouble(row int64, err error) (instead []byte, _ error) {
	switch s.OnError {
	case "skip":
		s.Bad(row, err.Error())
		return nil, nil
	case "replace":
		s.Bad(row, err.Error())
		return []byte{}, nil
	}
	return nil, cli.Errorf(cli.BadData, "%s: %w", s.Where(row), err).Do("mend the row, or --on-error skip")
}
