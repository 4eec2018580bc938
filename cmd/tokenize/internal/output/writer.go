package output

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
	"github.com/antler-ml/antler/internal/npy"
	"github.com/antler-ml/antler/sequence"
)

// A Table is what is written.
type Table struct {
	Path   string // "" or "-": Stdout
	Stdout io.Writer
	Force  bool // replace what there is
	Kind   Kind
	Arrays []Array
	Pad    *sequence.PadConfig // rows come with AppendRagged and get the length of the longest
}

// An Array is one array of the result, the only one unless the kind is NPZ.
type Array struct {
	Name  string
	Float bool // float32, else int32
	Cols  int  // 0: rows are single numbers
}

// ToStdout reports whether the result goes to standard output.
func (t *Table) ToStdout() bool { return t.Path == "" || t.Path == "-" }

// Check says early what would go wrong late.
func (t *Table) Check() error {
	if t.ToStdout() {
		if f, ok := t.Stdout.(*os.File); ok && t.Kind.IsArray() && cli.IsTerminal(f) {
			return cli.Errorf(cli.Usage, "an array is not for a terminal").Do("-o out.%s", t.Kind)
		}
		return nil
	}
	return CheckPath(t.Path, t.Force)
}

// CheckPath refuses a file that exists, unless force, and one that cannot be made.
func CheckPath(path string, force bool) error {
	if info, err := os.Stat(path); err == nil {
		if info.IsDir() {
			return cli.Errorf(cli.Usage, "%s is a folder", path).Do("name a file: -o %s", cli.Quote(filepath.Join(path, "out.npy")))
		}
		if !force && info.Mode().IsRegular() {
			return cli.Errorf(cli.Usage, "%s exists", path).Do("--force replaces it, or name another file")
		}
		return nil
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return cli.Errorf(cli.Usage, "there is no folder %s for %s", filepath.Dir(path), filepath.Base(path)).Do("mkdir -p %s", cli.Quote(filepath.Dir(path)))
	}
	return nil
}

// A Writer takes rows in order.
type Writer struct {
	t      *Table
	w      *bufio.Writer   // for text
	spools []*os.File      // for arrays: their elements
	bufs   []*bufio.Writer // of the spools
	Rows   int
	Cols   int   // of a ragged table: the longest row
	Bytes  int64 // of the result
}

// Run lets body write the rows. The result gets its name when all is well, and
// nothing is left when it is not.
func (t *Table) Run(body func(*Writer) error) (*Writer, error) {
	w := &Writer{t: t}
	defer w.remove()
	all := func(dst io.Writer) error {
		c := &counting{w: dst}
		err := w.write(c, body)
		w.Bytes = c.n
		return err
	}
	if err := t.Check(); err != nil {
		return nil, err
	}
	if t.ToStdout() {
		return w, all(t.Stdout)
	}
	return w, atomicfile.Write(t.Path, all)
}

// WriteWith lets write write the file, as Run does.
func (t *Table) WriteWith(write func(io.Writer) error) error {
	if t.ToStdout() {
		return write(t.Stdout)
	}
	return atomicfile.Write(t.Path, write)
}

// WriteBytes is WriteWith for what is in memory.
func (t *Table) WriteBytes(b []byte) error {
	return t.WriteWith(func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

type counting struct {
	w io.Writer
	n int64
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

func (w *Writer) write(dst io.Writer, body func(*Writer) error) error {
	w.w = bufio.NewWriterSize(dst, 1<<18)
	if w.t.Kind.IsArray() || w.t.Pad != nil {
		dir := os.TempDir()
		if !w.t.ToStdout() {
			dir = filepath.Dir(w.t.Path)
		}
		for range w.t.Arrays {
			f, err := os.CreateTemp(dir, ".tokenize.*.tmp")
			if err != nil {
				return err
			}
			w.spools = append(w.spools, f)
			w.bufs = append(w.bufs, bufio.NewWriterSize(f, 1<<18))
		}
	}
	if err := body(w); err != nil {
		return err
	}
	if w.spools != nil {
		if err := w.finish(); err != nil {
			return err
		}
	}
	return w.w.Flush()
}

func (w *Writer) remove() {
	for _, f := range w.spools {
		f.Close()
		os.Remove(f.Name())
	}
}

// Write takes rows as the Append functions made them, for each array.
func (w *Writer) Write(rows int, parts ...[]byte) error {
	w.Rows += rows
	for i, p := range parts {
		dst := w.w
		if w.bufs != nil {
			dst = w.bufs[i]
		}
		if _, err := dst.Write(p); err != nil {
			return err
		}
	}
	return nil
}

// Flush brings text rows on their way, for a pipe.
func (w *Writer) Flush() error {
	if w.spools == nil {
		return w.w.Flush()
	}
	return nil
}

// AppendRagged appends a row of a table with Pad.
func AppendRagged(dst []byte, row []int) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(row)))
	for _, v := range row {
		dst = binary.AppendUvarint(dst, uint64(v))
	}
	return dst
}

// finish makes the result of the spools.
func (w *Writer) finish() error {
	for i, b := range w.bufs {
		if err := b.Flush(); err != nil {
			return err
		}
		if _, err := w.spools[i].Seek(0, io.SeekStart); err != nil {
			return err
		}
	}
	if !w.t.Kind.IsArray() {
		_, err := io.Copy(w.w, w.padded(0))
		return err
	}
	if w.t.Kind == NPY {
		if err := w.w.Flush(); err != nil {
			return err
		}
		return w.array(w.w, 0)
	}
	z := npy.NewWriter(w.w, false)
	for i, a := range w.t.Arrays {
		dst, err := z.Create(a.Name)
		if err != nil {
			return err
		}
		if err := w.array(dst, i); err != nil {
			return err
		}
	}
	return z.Close()
}

func (w *Writer) array(dst io.Writer, i int) error {
	a := w.t.Arrays[i]
	d := npy.DType{Kind: 'i', Size: 4}
	if a.Float {
		d.Kind = 'f'
	}
	shape := []int{w.Rows, a.Cols}
	var r io.Reader = w.spools[i]
	switch {
	case w.t.Pad != nil:
		shape[1] = w.Cols
		r = w.padded(i)
	case a.Cols == 0:
		shape = shape[:1]
	}
	return npy.WriteRaw(dst, d, shape, r)
}

// padded reads ragged rows and gives them one length.
func (w *Writer) padded(i int) io.Reader {
	src := bufio.NewReaderSize(w.spools[i], 1<<18)
	value := int(w.t.Pad.Value)
	row := make([]int, w.Cols)
	var seq []int
	left := w.Rows
	return &reader{next: func(dst []byte) ([]byte, error) {
		for len(dst) < 1<<18 && left > 0 {
			left--
			n, err := binary.ReadUvarint(src)
			if err != nil || n > uint64(w.Cols) {
				return dst, errors.Join(err, fmt.Errorf("temporary file %s was changed", w.spools[i].Name()))
			}
			seq = seq[:0]
			for range n {
				v, err := binary.ReadUvarint(src)
				if err != nil {
					return dst, err
				}
				seq = append(seq, int(v))
			}
			sequence.PadRow(row, seq, value, *w.t.Pad)
			dst = w.t.Kind.AppendInts(dst, row)
		}
		if len(dst) == 0 {
			return dst, io.EOF
		}
		return dst, nil
	}}
}

// reader is a reader of bytes that are made when they are wanted.
type reader struct {
	next func(dst []byte) ([]byte, error)
	buf  []byte
	at   int
}

func (r *reader) Read(p []byte) (int, error) {
	if r.at == len(r.buf) {
		var err error
		if r.buf, err = r.next(r.buf[:0]); err != nil {
			return 0, err
		}
		r.at = 0
	}
	n := copy(p, r.buf[r.at:])
	r.at += n
	return n, nil
}
