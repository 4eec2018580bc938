package input

import (
	"compress/gzip"
	"errors"
	"io"
	"strings"

	"github.com/antler-ml/antler/internal/cli"
	"github.com/klauspost/compress/zstd"
)

// maxWindow is how far back a zstd file may refer, and so the memory that
// unpacking takes: what zstd itself allows without --long.
const maxWindow = 128 << 20

// unpack returns what is packed in r, which begins with head; nil when it is
// not packed.
func unpack(name string, head []byte, r io.Reader) (io.Reader, error) {
	u := &unpacking{name: name}
	var err error
	switch {
	case strings.HasPrefix(string(head), gzipMagic):
		u.tool = "gzip"
		u.r, err = gzip.NewReader(r)
	case strings.HasPrefix(string(head), zstdMagic):
		u.tool = "zstd"
		u.r, err = zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	default:
		return nil, nil
	}
	if err != nil {
		return nil, u.broken(err)
	}
	return u, nil
}

// unpacking names the file in errors.
type unpacking struct {
	r          io.Reader
	name, tool string
}

func (u *unpacking) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if err != nil && err != io.EOF {
		err = u.broken(err)
	}
	return n, err
}

func (u *unpacking) broken(err error) error {
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		return cli.Errorf(cli.BadData, "%s was packed with a window above %s", u.name, cli.Bytes(maxWindow)).Do("zstd -dc --long=31 %s | tokenize …", cli.Quote(u.name))
	}
	return cli.Errorf(cli.BadData, "%s is a broken %s file: %w", u.name, u.tool, err).Do("%s -t %s checks it; fetch it again", u.tool, cli.Quote(u.name))
}
