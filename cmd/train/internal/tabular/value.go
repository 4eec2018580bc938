package tabular

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// missing reports whether a cell says that there is no value: the words that
// pandas.read_csv knows, and a key that JSON does not have.
func missing(s string) bool {
	switch len(s) {
	case 0:
		return true
	case 1:
		return s == "?" // as the tables of the UCI repository have it
	}
	switch s {
	case "NA", "N/A", "n/a", "NaN", "nan", "-NaN", "-nan", "null", "NULL", "None", "<NA>", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "1.#IND", "1.#QNAN", absent:
		return true
	}
	return false
}

// number reads a cell; infinite ones count as numbers.
func number(s string, decimalComma bool) (x float64, ok bool) {
	if s = strings.TrimSpace(s); s == "" {
		return 0, false
	}
	if c := s[0]; !(c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'i' || c == 'I' || c == ',') {
		return 0, false // most texts
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil && decimalComma && strings.Count(s, ",") == 1 {
		x, err = strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	}
	if err != nil && !math.IsInf(x, 0) || math.IsNaN(x) { // out of range is infinite
		return 0, false
	}
	return x, true
}

// layouts are the forms of dates that are known.
var layouts = []string{
	time.DateOnly, time.RFC3339, time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "2006/01/02", "2006/1/2",
	"1/2/2006", "2/1/2006", "1/2/06", "2.1.2006", "02.01.2006", "2-1-2006", "2-Jan-2006", "2 Jan 2006", "Jan 2, 2006", "January 2, 2006", "2 January 2006",
	"1/2/2006 15:04", "2/1/2006 15:04", "2.1.2006 15:04", "1/2/2006 15:04:05", "2/1/2006 15:04:05", "2006-01", time.RFC1123, time.RFC1123Z, time.TimeOnly, "15:04",
}

// date reports whether a cell is a date or a time.
func date(s string) bool {
	if len(s) < 4 || len(s) > 40 || !strings.ContainsAny(s, "0123456789") {
		return false
	}
	for _, l := range layouts {
		if _, err := time.Parse(l, s); err == nil {
			return true
		}
	}
	return false
}
