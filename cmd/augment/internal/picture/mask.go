package picture

import (
	"bytes"
	"errors"
	stdimage "image"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/antler-ml/antler/cmd/augment/internal/source"
	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/tensor"
)

// Masks are the mask files of pictures.
type Masks struct {
	dir   string
	names map[string]string // picture -> slash path below dir
}

// FindMasks finds the mask of each file: of the same path below dir, whatever
// the extension; also with _mask behind the name.
func FindMasks(dir string, t *source.Tree) (*Masks, error) {
	st, err := os.Stat(dir)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, cli.Errorf(cli.BadData, "--masks: %w", err)
	case err != nil || !st.IsDir():
		return nil, cli.Errorf(cli.BadData, "--masks %s is not a folder", cli.Quote(dir)).Do("name the folder that holds the masks, in the same sub-folders as the pictures")
	}
	m := &Masks{dir: dir, names: make(map[string]string, len(t.Files))}
	listed := map[string]map[string]string{} // folder -> name without extension -> name
	var missing []string
	for _, f := range t.Files {
		folder := path.Dir(f.Name)
		names, ok := listed[folder]
		if !ok {
			if names, err = stems(filepath.Join(dir, filepath.FromSlash(folder))); err != nil {
				return nil, cli.Errorf(cli.BadData, "--masks: %w", err)
			}
			listed[folder] = names
		}
		stem := strings.TrimSuffix(path.Base(f.Name), path.Ext(f.Name))
		name, ok := names[stem]
		if !ok {
			name, ok = names[stem+"_mask"]
		}
		if !ok {
			missing = append(missing, f.Name)
			continue
		}
		m.names[f.Name] = path.Join(folder, name)
	}
	if len(missing) > 0 {
		e := cli.Errorf(cli.BadData, "%s of %s without a mask in %s", cli.Count(len(missing)), cli.Plural(len(t.Files), "picture"), cli.Quote(dir))
		for _, name := range missing {
			e.Why("%s: want %s", name, path.Join(dir, strings.TrimSuffix(name, path.Ext(name))+".*"))
		}
		return nil, e.Do("masks have the path and name of their picture, with any extension, or _mask behind the name")
	}
	return m, nil
}

// stems returns the pictures in a folder by their names without extension; none
// if there is no folder.
func stems(dir string) (map[string]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	names := map[string]string{}
	for _, e := range entries {
		if image.HasExtension(e.Name(), source.Extensions) {
			names[strings.TrimSuffix(e.Name(), filepath.Ext(e.Name()))] = e.Name()
		}
	}
	return names, nil
}

// loadMask reads the mask of a picture of height × width pixels. Class numbers
// in a palette stay what they are.
func (l *Loader) loadMask(p *Picture, height, width int, resize bool) error {
	name := l.Masks.names[p.Name]
	data, err := os.ReadFile(filepath.Join(l.Masks.dir, filepath.FromSlash(name)))
	if err != nil {
		return unreadable(err)
	}
	h := probe(data)
	if h.width > 0 && (h.width != width || h.height != height) {
		hint := "make them the same size"
		if h.width == height && h.height == width {
			hint = "the picture seems to be turned by its EXIF tag: try --orient=false"
		}
		return bad("its mask %s has %d×%d pixels (width × height), the picture %d×%d; %s", name, h.width, h.height, width, height, hint)
	}
	m, err := decodeMask(data, h)
	if err != nil {
		return bad("its mask %s: %v", name, reason(err))
	}
	if m.Width != width || m.Height != height {
		return bad("its mask %s has %d×%d pixels (width × height), the picture %d×%d; make them the same size", name, m.Width, m.Height, width, height)
	}
	p.palette, p.deep = nil, m.Pix16 != nil
	if h.format == "png" {
		p.palette = h.palette
	}
	if resize {
		if m, err = l.resized(m, image.Nearest); err != nil {
			return err
		}
	}
	var t *tensor.Tensor
	if n := len(p.Masks); cap(p.Masks) > n {
		t = p.Masks[:n+1][n]
	}
	fill(&t, m, 1)
	p.Masks = append(p.Masks, t)
	return nil
}

// decodeMask gives the numbers of a palette rather than its colours.
func decodeMask(data []byte, h head) (*image.Image, error) {
	mode := image.RGB
	if h.mode == image.Grayscale {
		mode = image.Grayscale
	}
	m, err := image.Decode(bytes.NewReader(data), image.LoadConfig{ColorMode: mode}) // checks limits, too
	if err != nil || h.palette == nil || h.format != "png" {
		return m, err
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	pal, ok := img.(*stdimage.Paletted)
	if !ok {
		return m, nil
	}
	n := image.New(m.Height, m.Width, 1)
	for y := range m.Height {
		copy(n.Pix[y*m.Width:][:m.Width], pal.Pix[y*pal.Stride:])
	}
	return n, nil
}

// Mask returns the mask of a changed sample as a picture.
func (p *Picture) Mask(t *tensor.Tensor) stdimage.Image {
	d := t.Shape()
	rect := stdimage.Rect(0, 0, d[1], d[0])
	x := t.Data()
	switch {
	case p.palette != nil:
		m := stdimage.NewPaletted(rect, p.palette)
		for i, v := range x {
			m.Pix[i] = uint8(v)
		}
		return m
	case len(d) == 3 && d[2] == 3:
		m := stdimage.NewNRGBA(rect)
		for i, v := range x {
			m.Pix[i/3*4+i%3] = uint8(v)
		}
		for i := 3; i < len(m.Pix); i += 4 {
			m.Pix[i] = 255
		}
		return m
	case p.deep:
		m := stdimage.NewGray16(rect)
		for i, v := range x {
			m.SetGray16(i%d[1], i/d[1], color.Gray16{Y: uint16(v)})
		}
		return m
	}
	m := stdimage.NewGray(rect)
	for i, v := range x {
		m.Pix[i] = uint8(v)
	}
	return m
}
