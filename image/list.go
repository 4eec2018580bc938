package image

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/printable"
)

// Extensions are those of the files that Keras takes for pictures. Those of the
// last three are read by programs that import image/ppm and image/tiff.
var Extensions = []string{"png", "jpg", "jpeg", "bmp", "gif", "ppm", "tif", "tiff"}

// ListPictures returns the paths of the files below a directory that have one
// of the extensions (none given: [Extensions]), sorted. Case does not matter.
// Links to directories below are not followed, and sockets, pipes and devices
// are left out.
// Keras: list_pictures.
func ListPictures(dir string, extensions ...string) ([]string, error) {
	if len(extensions) == 0 {
		extensions = Extensions
	}
	if st, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("image: %w", readable(err))
	} else if !st.IsDir() {
		return nil, fmt.Errorf("image: %s is not a directory", printable.Name(dir))
	}
	var paths []string
	// The separator at the end makes a link of the directory itself followed.
	err := filepath.WalkDir(dir+string(filepath.Separator), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("image: %w", readable(err))
		}
		if t := d.Type(); (t.IsRegular() || t == fs.ModeSymlink) && HasExtension(path, extensions) {
			paths = append(paths, path)
		}
		return nil
	})
	slices.Sort(paths)
	return paths, err
}

// HasExtension reports whether a file name ends in a dot and one of the
// extensions, in any case.
func HasExtension(name string, extensions []string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(extensions, func(e string) bool {
		return strings.HasSuffix(name, "."+strings.ToLower(strings.TrimPrefix(e, ".")))
	})
}
