package command

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"slices"

	"github.com/antler-ml/antler/cmd/augment/internal/source"
	"github.com/antler-ml/antler/internal/cli"
)

// mark is what a sheet says of itself, so that only sheets are written over.
const mark = "Software\x00augment --preview"

// afterHeader is where the second chunk of a PNG begins.
const afterHeader = 33

// marked puts the mark into a PNG.
func marked(png []byte) []byte {
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(mark))), "tEXt"+mark...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return slices.Insert(png, afterHeader, chunk...)
}

// sheetPlace refuses to draw the sheet over something else.
func (e *Env) sheetPlace(in string) error {
	if source.Inside(e.Preview, in) {
		return cli.Errorf(cli.Usage, "--preview %s lies inside IN: the next run would take it for a picture", cli.Quote(e.Preview)).Do("another place, such as sheet.png")
	}
	b, err := os.ReadFile(e.Preview)
	if err == nil && bytes.Contains(b[:min(len(b), 200)], []byte(mark)) {
		return nil
	}
	return e.free(e.Preview)
}
