package npy

import (
	"archive/zip"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// maxDeflate is the most that deflate can blow up a byte.
const maxDeflate = 1032

// An Archive is an opened .npz: a zip of .npy members.
type Archive struct {
	lim     Limits
	names   []string // in the order of the archive
	members map[string]*zip.File
}

// OpenArchive reads the directory of an .npz and checks it as a whole: names
// (no "..", no absolute paths, no duplicates, nothing but .npy files), methods
// (stored and deflated), and declared sizes against the bytes that are there
// and the limits. No element is read.
func OpenArchive(r io.ReaderAt, size int64, lim Limits) (*Archive, error) {
	lim = lim.withDefaults()
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, &Error{Reason: "not an .npz archive", Err: err}
	}
	if len(z.File) > lim.MaxMembers {
		return nil, bad("%d members; at most %d are read", len(z.File), lim.MaxMembers)
	}
	a := &Archive{lim: lim, members: map[string]*zip.File{}}
	var packed, unpacked uint64
	for _, f := range z.File {
		reason := checkMember(f, uint64(size))
		name, isNpy := strings.CutSuffix(f.Name, ".npy")
		if reason == "" && !isNpy {
			reason = "not an .npy array"
		}
		if reason == "" && a.members[name] != nil {
			reason = "is there twice"
		}
		packed += f.CompressedSize64
		unpacked += f.UncompressedSize64
		if reason == "" && packed > uint64(size) {
			reason = "members overlap: together they are larger than the archive"
		}
		if reason == "" && unpacked > uint64(lim.MaxBytes) {
			reason = "members together unpack to more than the limit"
		}
		if reason != "" {
			return nil, &Error{Member: f.Name, Reason: reason}
		}
		a.names = append(a.names, name)
		a.members[name] = f
	}
	return a, nil
}

// checkMember returns what is wrong with one directory entry, or "".
func checkMember(f *zip.File, size uint64) string {
	switch {
	case f.Name == "" || strings.ContainsAny(f.Name, "\\\x00") || !fs.ValidPath(f.Name):
		return "unsafe name"
	case f.Flags&1 != 0:
		return "is encrypted"
	case f.FileInfo().Mode()&fs.ModeType != 0:
		return "is not a regular file"
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return "unknown compression; want stored or deflated"
	case f.CompressedSize64 > size:
		return "declares more bytes than the archive has"
	case f.Method == zip.Store && f.UncompressedSize64 != f.CompressedSize64:
		return "stored, but its two sizes differ"
	case f.UncompressedSize64/maxDeflate > f.CompressedSize64:
		return "declares more bytes than its compressed bytes can hold"
	}
	return ""
}

// Names returns the names of the arrays, without ".npy", in the order of the archive.
func (a *Archive) Names() []string { return slices.Clone(a.names) }

// Read opens one array and calls f with its reader. Afterwards it reads on to
// the end, so that the checksum is always verified, and refuses bytes that
// follow the elements.
func (a *Archive) Read(name string, f func(*Reader) error) error {
	m := a.members[name]
	if m == nil {
		return bad("no array %q in the archive; it has %q", name, a.names)
	}
	err := a.read(m, f)
	if e, ok := err.(*Error); ok {
		e.Member = m.Name
	}
	return err
}

// Header reads what an array says about itself, and not the elements.
func (a *Archive) Header(name string) (*Header, error) {
	var h *Header
	err := a.Read(name, func(r *Reader) error { h = &r.Header; return errEnough })
	if err == errEnough {
		return h, nil
	}
	return nil, err
}

// errEnough ends the reading of an array that nobody wants more of.
var errEnough = errors.New("enough")

func (a *Archive) read(m *zip.File, f func(*Reader) error) error {
	rc, err := m.Open()
	if err != nil {
		return &Error{Reason: "cannot open", Err: err}
	}
	defer rc.Close()
	r, err := NewReader(rc, int64(m.UncompressedSize64), a.lim)
	if err != nil {
		return err
	}
	if need := int64(r.Len()) * int64(r.DType.Size); need != r.left {
		return bad("has %d bytes of elements; shape %v of type %s needs %d", r.left, r.Shape, r.DType, need)
	}
	if m.Method != zip.Store {
		r.left = -1 // declared, not seen: let memory grow with what comes out
	}
	if err := f(r); err != nil {
		return err
	}
	var one [1]byte
	if n, err := io.ReadFull(rc, one[:]); n != 0 || err != io.EOF {
		if n != 0 {
			return bad("has more bytes than it declares")
		}
		return failed("end", err)
	}
	return nil
}

// A Writer writes an .npz. Equal members in equal order give equal bytes: the
// time of every member is 1 January 1980.
type Writer struct {
	z      *zip.Writer
	method uint16
	seen   map[string]bool
}

// NewWriter begins an archive; deflate compresses its members.
func NewWriter(w io.Writer, deflate bool) *Writer {
	a := &Writer{z: zip.NewWriter(w), seen: map[string]bool{}}
	if deflate {
		a.method = zip.Deflate
	}
	return a
}

// Create begins the array name and returns where to write it.
func (w *Writer) Create(name string) (io.Writer, error) {
	full := name + ".npy"
	if strings.ContainsAny(name, "\\\x00") || !fs.ValidPath(full) {
		return nil, &Error{Member: full, Reason: `unsafe name; want a relative path with slashes and no ".."`}
	}
	if w.seen[name] {
		return nil, &Error{Member: full, Reason: "written twice"}
	}
	w.seen[name] = true
	const midnight1980 = 1<<5 | 1 // 1 January of year 0 of MS-DOS
	// The old field, since Modified would add another with the time zone.
	h := &zip.FileHeader{Name: full, Method: w.method, ModifiedDate: midnight1980}
	dst, err := w.z.CreateHeader(h)
	if err != nil {
		return nil, &Error{Member: full, Reason: "cannot begin", Err: err}
	}
	return dst, nil
}

// Close writes the directory. It does not close the writer below.
func (w *Writer) Close() error {
	if err := w.z.Close(); err != nil {
		return &Error{Reason: "cannot finish the archive", Err: err}
	}
	return nil
}
