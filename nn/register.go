package nn

import "github.com/antler-ml/antler/internal/config"

// Register makes a layer, loss, metric, optimizer, … type known under its
// name (or the names given), so that files can hold it. Call it from init.
func Register[T any](names ...string) { config.Register[T](names...) }

// Alias makes a value known under bare names, as Keras' strings: the first is
// the one it is saved as.
func Alias(v any, names ...string) { config.RegisterName(v, names...) }

// ClassName returns the name under which a layer is saved: Dense, Sequential.
func ClassName(l Layer) string { return config.ClassName(l) }

// AutoName is the stem of a layer's automatic name, in Keras' manner: conv2d
// for Conv2D, p_re_lu for PReLU.
func AutoName(class string) string {
	r := []rune(class)
	var out []rune
	lower := func(c rune) rune {
		if c >= 'A' && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return c
	}
	isUpper := func(c rune) bool { return c >= 'A' && c <= 'Z' }
	isLower := func(c rune) bool { return c >= 'a' && c <= 'z' }
	isDigit := func(c rune) bool { return c >= '0' && c <= '9' }
	for i, c := range r {
		// Keras: "(.)([A-Z][a-z0-9]+)" then "([a-z])([A-Z])", each joined by "_".
		word := i > 0 && isUpper(c) && i+1 < len(r) && (isLower(r[i+1]) || isDigit(r[i+1]))
		hump := i > 0 && isUpper(c) && isLower(r[i-1])
		if word || hump {
			out = append(out, '_')
		}
		out = append(out, lower(c))
	}
	return string(out)
}
