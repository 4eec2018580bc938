package plot

import (
	"fmt"
	"io"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/antler-ml/antler/internal/atomicfile"
)

// drawn are the formats of a Picture.
var drawn = []string{"png", "jpg", "jpeg", "svg", "pdf"}

// maxPixels bounds a picture: 200 million are 800 MB.
const maxPixels = 200e6

// A Picture can be saved in several formats.
type Picture struct {
	width, height vg.Length
	dpi           int
	draw          func(c draw.Canvas)
}

// Save writes the picture into a file whose ending says the format: .png (also
// without ending), .jpg, .svg or .pdf.
func (p *Picture) Save(path string) error {
	return atomicfile.Write(path, func(w io.Writer) error { return p.Write(w, FormatOf(path)) })
}

// Write writes the picture in one format: png, jpg, svg or pdf.
func (p *Picture) Write(w io.Writer, format string) error {
	var c interface {
		vg.CanvasSizer
		io.WriterTo
	}
	switch strings.ToLower(format) {
	case "png", "jpg", "jpeg":
		if px := p.width.Dots(float64(p.dpi)) * p.height.Dots(float64(p.dpi)); px > maxPixels {
			return fmt.Errorf("plot: the picture would have %.0f million pixels; make it smaller with a lower DPI, or use .svg", px/1e6)
		}
		img := vgimg.NewWith(vgimg.UseWH(p.width, p.height), vgimg.UseDPI(p.dpi))
		if strings.ToLower(format) == "png" {
			c = vgimg.PngCanvas{Canvas: img}
		} else {
			c = vgimg.JpegCanvas{Canvas: img}
		}
	case "svg":
		c = vgsvg.New(p.width, p.height)
	case "pdf":
		c = vgpdf.New(p.width, p.height)
	default:
		return fmt.Errorf("plot: format %q is not known; want one of %s", format, strings.Join(drawn, ", "))
	}
	p.draw(draw.New(c))
	_, err := c.WriteTo(w)
	return err
}
