package image

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/antler-ml/antler/internal/jpeg"
	"github.com/antler-ml/antler/internal/printable"
)

// The causes inside a [DecodeError], for errors.Is.
var (
	ErrFormat    = errors.New("not a picture that can be read")
	ErrTruncated = errors.New("truncated")
	ErrLimit     = errors.New("exceeds a limit")
)

// A DecodeError says which file could not be decoded, and why.
type DecodeError struct {
	Path   string // the file, or empty when the data came from a reader
	Format string // jpeg, png, gif, bmp …; empty when it was not recognised
	Cause  error
}

func (e *DecodeError) Error() string {
	name := printable.Name(e.Path)
	if name == "" {
		name = "input"
	}
	if e.Format == "" || strings.HasPrefix(e.Cause.Error(), e.Format+": ") {
		return fmt.Sprintf("image: %s: %v", name, e.Cause)
	}
	return fmt.Sprintf("image: %s: %s: %v", name, e.Format, e.Cause)
}

func (e *DecodeError) Unwrap() error { return e.Cause }

// What files that are no pictures begin with. The order matters only where one
// beginning contains another.
var lookalikes = []struct{ prefix, what, fix string }{
	{"<!doctype html", "is HTML, not an image", "the server probably sent an error page: download it again"},
	{"<html", "is HTML, not an image", "the server probably sent an error page: download it again"},
	{"<?xml", "is XML, not an image", "convert drawings (SVG) to PNG first"},
	{"<svg", "is an SVG drawing", "convert it to PNG first"},
	{"{", "is JSON, not an image", "the server probably sent an error message: download it again"},
	{"version https://git-lfs", "is a Git LFS pointer, not the image itself", "run git lfs pull"},
	{"%pdf", "is PDF, not an image", "convert its pages to PNG first"},
	{"pk\x03\x04", "is a zip archive, not an image", "unpack it first"},
	{"\x1f\x8b", "is a gzip file, not an image", "unpack it first"},
	{"ii*\x00", "is TIFF", "convert it to PNG, or import github.com/antler-ml/antler/image/tiff"},
	{"mm\x00*", "is TIFF", "convert it to PNG, or import github.com/antler-ml/antler/image/tiff"},
	{"8bps", "is a Photoshop file", "convert it to PNG first"},
}

// unknown explains data that no decoder recognises.
func unknown(data []byte) error {
	if len(data) == 0 {
		return fmt.Errorf("%w: the file is empty", ErrFormat)
	}
	head := data[:min(len(data), 512)]
	text := strings.ToLower(string(bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n")))
	for _, l := range lookalikes {
		if strings.HasPrefix(text, l.prefix) {
			return fmt.Errorf("%w: it %s; %s", ErrFormat, l.what, l.fix)
		}
	}
	if len(head) >= 12 {
		switch {
		case string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
			return fmt.Errorf("%w: it is WebP; convert it to PNG, or import github.com/antler-ml/antler/image/webp", ErrFormat)
		case string(head[4:8]) == "ftyp":
			return fmt.Errorf("%w: it is HEIC, AVIF or a video (%q); convert it to JPEG or PNG first", ErrFormat, head[8:12])
		}
	}
	if len(head) >= 3 && head[0] == 'P' && head[1] >= '1' && head[1] <= '6' && strings.ContainsRune(" \t\r\n#", rune(head[2])) {
		return fmt.Errorf("%w: it is PBM, PGM or PPM; convert it to PNG, or import github.com/antler-ml/antler/image/ppm", ErrFormat)
	}
	if len(bytes.Trim(head, "\x00")) == 0 {
		return fmt.Errorf("%w: it begins with %d zero bytes; the copy or download was interrupted", ErrFormat, len(head))
	}
	return fmt.Errorf("%w: it begins with %q; JPEG, PNG, GIF and BMP are read", ErrFormat, data[:min(len(data), 8)])
}

// errLate is the error of a decoder whose time is over.
var errLate = fmt.Errorf("%w: decoding takes more than Limits.MaxTime; raise it if the picture is meant to be so large", ErrLimit)

// explain makes the error of a decoder say what to do about it. cut says that a
// JPEG that ends early would have been taken.
func explain(err error, size int, cut bool) error {
	switch {
	case errors.Is(err, ErrLimit) || errors.Is(err, ErrFormat):
		return err
	case errors.Is(err, jpeg.ErrDeadline):
		return errLate
	case errors.Is(err, ErrTruncated) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		strings.Contains(err.Error(), "not enough"):
		return fmt.Errorf("%w: the picture is not finished after %d bytes (%w); copy or download it again", ErrTruncated, size, err)
	case errors.Is(err, jpeg.ErrTruncated) && cut:
		return fmt.Errorf("%w: the picture has hardly begun after %d bytes (%w); copy or download it again", ErrTruncated, size, err)
	case errors.Is(err, jpeg.ErrTruncated):
		return fmt.Errorf("%w: the picture is not finished after %d bytes (%w); copy or download it again, or set AllowTruncated", ErrTruncated, size, err)
	case errors.Is(err, jpeg.ErrUnsupported):
		return fmt.Errorf("%w: %w; convert it to a usual JPEG or to PNG first", ErrFormat, err)
	}
	return fmt.Errorf("%w: %w", ErrFormat, err)
}

// readable makes the error of opening a file show its name so.
func readable(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) && printable.Name(p.Path) != p.Path {
		return &fs.PathError{Op: p.Op, Path: printable.Name(p.Path), Err: p.Err}
	}
	return err
}
