package saving

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/antler-ml/antler/internal/config"
)

// ErrUnknownClass is wrapped by errors about layers, functions and other things
// that are not registered.
var ErrUnknownClass = errors.New("unknown class")

// missing collects what a file names and the program does not know.
type missing []missingThing

type missingThing struct {
	*config.UnknownError
	of string // the class of the layer that holds it; "" for a layer
}

// add takes what is unknown out of an error and returns the error when
// something else is wrong too.
func (m *missing) add(err error, of string) error {
	found, other := 0, error(nil)
	var walk func(error)
	walk = func(err error) {
		var unknown *config.UnknownError
		var inner *missingError
		joined, many := err.(interface{ Unwrap() []error })
		switch {
		case err == nil:
		case many:
			for _, e := range joined.Unwrap() {
				walk(e)
			}
		case errors.As(err, &inner):
			*m = append(*m, inner.missing...)
			found++
		case errors.As(err, &unknown):
			*m = append(*m, missingThing{unknown, of})
			found++
		case other == nil:
			other = err
		}
	}
	walk(err)
	return other
}

// or returns what is missing; err when nothing is.
func (m missing) or(err error) error {
	if len(m) == 0 {
		return err
	}
	return &missingError{m}
}

// A missingError lists everything that is missing, and the lines that help.
type missingError struct{ missing missing }

// Is makes it an ErrUnknownClass.
func (e *missingError) Is(target error) bool { return target == ErrUnknownClass }

func (e *missingError) Error() string {
	var names, lines []string
	for _, x := range e.missing {
		s := fmt.Sprintf("%s %q", x.Kind, x.Name)
		if x.of != "" {
			s += " of " + x.of
		}
		if near := x.Near(); len(near) > 0 {
			s += fmt.Sprintf(" (did you mean %q?)", near[0])
		}
		names, lines = append(names, s), append(lines, line(x.Name))
	}
	return fmt.Sprintf("%v: %s; register before loading, in an init function: %s",
		ErrUnknownClass, strings.Join(unique(names), ", "), strings.Join(unique(lines), ", "))
}

// line is what registers a name: classes begin with a capital, the names of
// functions and values do not.
func line(name string) string {
	for i, c := range name {
		if i == 0 && unicode.IsUpper(c) {
			return fmt.Sprintf("nn.Register[%s]()", name)
		}
		break
	}
	return fmt.Sprintf("nn.Alias(value, %q)", name)
}

// unique sorts and drops what comes twice.
func unique(s []string) []string {
	slices.Sort(s)
	return slices.Compact(s)
}
