package callbacks

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// pythonFloat is the shortest form that reads back, as Python's repr: 1.0,
// 0.25, 1e-05.
func pythonFloat(x float64) string {
	if s := notFinite(x); s != "" {
		return s
	}
	if a := math.Abs(x); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(x, 'e', -1, 64)
	}
	s := strconv.FormatFloat(x, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

func notFinite(x float64) string {
	switch {
	case math.IsNaN(x):
		return "nan"
	case math.IsInf(x, 1):
		return "inf"
	case math.IsInf(x, -1):
		return "-inf"
	}
	return ""
}

// formatSpec is Python's format specification without '#', '_' and 'n'.
var formatSpec = regexp.MustCompile(`^(?:(.)?([<>=^]))?([-+ ])?(0)?(\d{1,3})?(,)?(?:\.(\d{1,2}))?([deEfFgG%])?$`)

// pythonFormat is Python's format(value, spec): "02d", ".3f", ">8.2%". whole
// says that the value is an int.
func pythonFormat(value float64, whole bool, spec string) (string, error) {
	m := formatSpec.FindStringSubmatch(spec)
	if m == nil {
		return "", fmt.Errorf("format %q is not understood; use such as 02d, .4f or >8.2e", spec)
	}
	fill, align, sign, zero, width, comma, precision, verb := m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8]
	switch {
	case verb == "d" && !whole:
		return "", fmt.Errorf("format %q is for whole numbers; use such as .4f", spec)
	case whole && precision != "" && (verb == "" || verb == "d"):
		return "", fmt.Errorf("format %q: whole numbers have no precision", spec)
	}
	digits := body(math.Abs(value), whole && (verb == "" || verb == "d"), verb, precision)
	if comma != "" {
		digits = thousands(digits)
	}
	switch {
	case math.Signbit(value) && !math.IsNaN(value):
		sign = "-"
	case sign == "-":
		sign = ""
	}
	if zero != "" && align == "" {
		fill, align = "0", "="
	}
	if fill == "" {
		fill = " "
	}
	n, _ := strconv.Atoi(width)
	pad := max(0, n-len(sign)-len(digits))
	switch align {
	case "<":
		return sign + digits + strings.Repeat(fill, pad), nil
	case "^":
		return strings.Repeat(fill, pad/2) + sign + digits + strings.Repeat(fill, pad-pad/2), nil
	case "=":
		return sign + strings.Repeat(fill, pad) + digits, nil
	}
	return strings.Repeat(fill, pad) + sign + digits, nil
}

// body formats a number that is not negative.
func body(x float64, whole bool, verb, precision string) string {
	if s := notFinite(x); s != "" {
		if verb == "%" {
			s += "%"
		}
		if verb == "E" || verb == "F" || verb == "G" {
			s = strings.ToUpper(s)
		}
		return s
	}
	p := 6
	if precision != "" {
		p, _ = strconv.Atoi(precision)
	}
	switch {
	case whole:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case verb == "" && precision == "":
		return pythonFloat(x)
	case verb == "":
		return general(x, max(1, p), true)
	case verb == "%":
		return strconv.FormatFloat(x*100, 'f', p, 64) + "%"
	case verb == "g":
		return general(x, max(1, p), false)
	case verb == "G":
		return strings.ToUpper(general(x, max(1, p), false))
	case verb == "F":
		verb = "f"
	}
	return strconv.FormatFloat(x, verb[0], p, 64)
}

// general is Python's 'g' with p digits; point adds ".0" to whole numbers, and
// leaves room for it.
func general(x float64, p int, point bool) string {
	s := strconv.FormatFloat(x, 'e', p-1, 64)
	mantissa, exp, _ := strings.Cut(s, "e")
	e, _ := strconv.Atoi(exp)
	limit := p
	if point {
		limit--
	}
	if e < -4 || e >= limit {
		if strings.Contains(mantissa, ".") {
			mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
		}
		return mantissa + "e" + exp
	}
	s = strconv.FormatFloat(x, 'f', max(0, p-1-e), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if point && !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// thousands puts a comma between groups of three digits of the whole part.
func thousands(s string) string {
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	for i := end - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
