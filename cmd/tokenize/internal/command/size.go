package command

import (
	"os"
	"strconv"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
)

func readSize(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// parseSize reads 500MB, 2 GB or a number of bytes; "" is 0.
func parseSize(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	unit := 1.0
	n := strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(s)), "B")
	for suffix, u := range map[string]float64{"K": 1e3, "M": 1e6, "G": 1e9, "KI": 1 << 10, "MI": 1 << 20, "GI": 1 << 30} {
		if rest, ok := strings.CutSuffix(n, suffix); ok {
			n, unit = rest, u
		}
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(n), 64)
	if err != nil || !(x > 0) || x*unit > 1e18 {
		return 0, cli.Errorf(cli.Usage, "--max-vocab-memory %s is no size", cli.Quote(s)).Do("for example --max-vocab-memory 500MB")
	}
	return int64(x * unit), nil
}
