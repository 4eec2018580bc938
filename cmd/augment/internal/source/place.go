package source

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
)

// Real returns the path that a path leads to, links followed, also of one of
// which only the beginning exists.
func Real(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	for dir, rest := path, ""; ; {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			return filepath.Join(real, rest)
		}
		up := filepath.Dir(dir)
		if up == dir {
			return path
		}
		dir, rest = up, filepath.Join(filepath.Base(dir), rest)
	}
}

// Same reports whether two paths lead to the same place.
func Same(a, b string) bool { return Real(a) == Real(b) }

// Inside reports whether a path lies in a folder.
func Inside(path, dir string) bool {
	rel, err := filepath.Rel(Real(dir), Real(path))
	return err == nil && rel != "." && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// Apart refuses an output folder that would mix with the input.
func Apart(in, out string) error {
	switch {
	case Same(in, out):
		return cli.Errorf(cli.Usage, "IN and OUT are the same folder, %s", cli.Quote(in)).
			Do("augment %s %s", cli.Quote(in), cli.Quote(beside(in)))
	case Inside(out, in):
		return cli.Errorf(cli.Usage, "OUT %s lies inside IN %s: the next run would take what this one makes for originals", cli.Quote(out), cli.Quote(in)).
			Do("augment %s %s", cli.Quote(in), cli.Quote(beside(in)))
	case Inside(in, out):
		return cli.Errorf(cli.Usage, "IN %s lies inside OUT %s: originals and what is made of them would mix", cli.Quote(in), cli.Quote(out)).
			Do("augment %s %s", cli.Quote(in), cli.Quote(beside(in)))
	}
	if st, err := os.Stat(out); err == nil && !st.IsDir() {
		return cli.Errorf(cli.Usage, "OUT %s is a file, not a folder", cli.Quote(out)).Do("augment %s %s", cli.Quote(in), cli.Quote(beside(in)))
	}
	return nil
}

// beside is a name for an output folder next to the input.
func beside(in string) string {
	clean := filepath.Clean(in)
	if clean == "." || clean == ".." || clean == string(filepath.Separator) {
		return filepath.Join("..", "augmented")
	}
	return clean + "-augmented"
}
