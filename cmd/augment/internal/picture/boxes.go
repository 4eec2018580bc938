package picture

import (
	"strings"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/cmd/augment/internal/boxfile"
)

// loadBoxes makes the boxes of a picture of height × width pixels, with their
// outlines and key points, part of the sample.
func (l *Loader) loadBoxes(p *Picture, height, width int, resize bool) error {
	boxes, err := l.Boxes.BoxesIn(p.Name, width, height)
	if err != nil {
		text := strings.TrimPrefix(err.Error(), "boxes: ")
		return bad("%s", strings.Replace(text, "choose the policy", "choose --boxes-outside", 1))
	}
	p.boxes = boxes
	boxfile.Put(&p.Sample, boxes)
	if resize {
		left, top, w, h := l.cut(width, height)
		fx, fy := float64(l.TargetSize[1])/w, float64(l.TargetSize[0])/h
		for i := range p.Boxes {
			b := &p.Boxes[i]
			b.Left, b.Right = (b.Left-left)*fx, (b.Right-left)*fx
			b.Top, b.Bottom = (b.Top-top)*fy, (b.Bottom-top)*fy
		}
		for i := range p.Points {
			q := &p.Points[i]
			q.X, q.Y = (q.X-left)*fx, (q.Y-top)*fy
		}
	}
	p.ClipBoxes(0) // cut off by KeepAspectRatio, and what rounding left over the edge
	for i := range p.Boxes {
		p.Boxes[i].Visible = 0
	}
	return nil
}

// cut returns the part of a picture that is resized.
func (l *Loader) cut(width, height int) (left, top, w, h float64) {
	th, tw := l.TargetSize[0], l.TargetSize[1]
	if !l.KeepAspectRatio {
		return 0, 0, float64(width), float64(height)
	}
	bh, bw := max(min(height, width*th/tw), 1), max(min(width, height*tw/th), 1)
	return float64((width - bw) / 2), float64((height - bh) / 2), float64(bw), float64(bh)
}

// BoxesOf returns the boxes of a changed sample, with the outlines and key
// points that are left.
func (p *Picture) BoxesOf(s *augment.Sample) []boxfile.Box { return boxfile.Take(s, p.boxes) }
