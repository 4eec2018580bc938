package saving

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/antler-ml/antler/internal/hdf5"
)

// The members of a .keras file.
const (
	metadataJSON = "metadata.json"
	configJSON   = "config.json"
	weightsH5    = "model.weights.h5"
	ownFolder    = "antler/" // of SaveConfig.Meta
)

// What members of archives may hold.
const (
	maxMembers   = 65_536
	maxJSON      = 64 << 20 // bytes
	maxExpansion = 64       // times their size in the archive, and 1 MiB
)

// archive is a zip file that may come from anybody. Nothing is ever unpacked into
// the file system.
type archive struct {
	src     *source
	members map[string]*zip.File
}

// openArchive reads the table of contents.
func openArchive(src *source) (*archive, error) {
	z, err := zip.NewReader(src, src.size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, err
	}
	if len(z.File) > maxMembers {
		return nil, fmt.Errorf("the archive has %d members, more than %d", len(z.File), maxMembers)
	}
	a := &archive{src, map[string]*zip.File{}}
	var total uint64
	for _, f := range z.File {
		name := strings.TrimSuffix(f.Name, "/")
		switch {
		case !fs.ValidPath(name) || strings.ContainsAny(name, "\\\x00") || strings.Contains(name, ":"):
			return nil, fmt.Errorf("the archive has a member named %.100q, which leads out of it", f.Name)
		case a.members[f.Name] != nil:
			return nil, fmt.Errorf("the archive has two members named %.100q", f.Name)
		case f.Flags&1 != 0:
			return nil, fmt.Errorf("the member %.100q is encrypted", f.Name)
		case f.Mode()&fs.ModeSymlink != 0:
			return nil, fmt.Errorf("the member %.100q is a link", f.Name)
		}
		if total += f.CompressedSize64; f.CompressedSize64 > uint64(src.size) || total > uint64(src.size) {
			return nil, errors.New("the members of the archive are larger than the file, or lie over each other")
		}
		a.members[f.Name] = f
	}
	return a, nil
}

// checked finds a member and checks what it says about its size.
func (a *archive) checked(name string, limit uint64) (*zip.File, error) {
	f := a.members[name]
	if f == nil {
		return nil, fmt.Errorf("the archive has no %s", name)
	}
	if f.Method != zip.Store && f.Method != zip.Deflate {
		return nil, fmt.Errorf("%s is packed by method %d; zip's store and deflate are read", name, f.Method)
	}
	if f.Method == zip.Store && f.UncompressedSize64 != f.CompressedSize64 {
		return nil, fmt.Errorf("%s says that it has %d bytes, but %d are there", name, f.UncompressedSize64, f.CompressedSize64)
	}
	if f.UncompressedSize64 > limit {
		return nil, fmt.Errorf("%s says that it has %d bytes, more than %d", name, f.UncompressedSize64, limit)
	}
	if n := f.CompressedSize64; f.UncompressedSize64 > n*maxExpansion+1<<20 {
		return nil, fmt.Errorf("%s would grow from %d to %d bytes; more than %d times is taken for a trap", name, n, f.UncompressedSize64, maxExpansion)
	}
	return f, nil
}

// bytes reads a member whole.
func (a *archive) bytes(name string, limit uint64) ([]byte, error) {
	f, err := a.checked(name, limit)
	if err != nil {
		return nil, err
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	defer r.Close()
	var b bytes.Buffer
	if _, err := io.Copy(&b, io.LimitReader(r, int64(f.UncompressedSize64)+1)); err != nil { // checks the checksum
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b.Bytes(), nil
}

// hdf5 opens a member that is an HDF5 file, after its checksum was compared. One that is stored as it
// is stays in the file, and tensors are read one by one.
func (a *archive) hdf5(name string) (*hdf5.Group, error) {
	f, err := a.checked(name, 1<<62)
	if err != nil {
		return nil, err
	}
	var file *hdf5.File
	if f.Method == zip.Store {
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		_, err = io.Copy(io.Discard, r)
		r.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		at, err := f.DataOffset()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		size := int64(f.UncompressedSize64)
		file, err = hdf5.New(io.NewSectionReader(a.src, at, size), size)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	} else {
		b, err := a.bytes(name, 1<<62)
		if err != nil {
			return nil, err
		}
		if file, err = hdf5.New(bytes.NewReader(b), int64(len(b))); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	root, err := file.Root()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return root, nil
}

// addMember writes a member as it is, without packing: weights do not get smaller,
// and can be read in place.
func addMember(z *zip.Writer, name string, write func(w io.Writer) error) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err != nil {
		return err
	}
	return write(w)
}
