package inspect

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/antler-ml/antler/internal/npy"
)

// What is read of a member of an archive that is no array.
const (
	maxText   = 64 << 20
	maxMember = 2 << 30
	expansion = 64 // times its size in the archive, and slack
	slack     = 1 << 20
)

// zip looks at a .keras file or an .npz file.
func (r *Report) zip(f *file) {
	z, err := zip.NewReader(f, f.size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		r.fail(err)
		return
	}
	members := map[string]*zip.File{}
	for _, m := range z.File {
		members[m.Name] = m
	}
	if members["config.json"] == nil && members["model.weights.h5"] == nil {
		r.npz(f)
		return
	}
	r.Format, r.Holds = "Keras archive", "a whole model"
	for _, m := range z.File[:min(len(z.File), 100)] {
		r.attribute("member "+m.Name, fmt.Sprintf("%d bytes", m.UncompressedSize64))
	}
	var about struct {
		Version string `json:"keras_version"`
		Saved   string `json:"date_saved"`
	}
	if b, err := read(members["metadata.json"], maxText); err == nil && json.Unmarshal(b, &about) == nil && about.Version != "" {
		r.Writer = "Keras " + about.Version
		r.attribute("saved", about.Saved)
	}
	config, err := read(members["config.json"], maxText)
	r.fail(err)
	if m := members["model.weights.h5"]; m != nil && m.UncompressedSize64 <= maxMember {
		if in, size, err := open(f, m); err != nil {
			r.fail(fmt.Errorf("model.weights.h5: %w", err))
		} else {
			r.tree(in, size, "")
		}
	}
	r.model(f.path, config)
}

// npz looks at arrays of numpy.
func (r *Report) npz(f *file) {
	r.Format, r.Holds = "numpy archive", "arrays"
	a, err := npy.OpenArchive(f, f.size, npy.Limits{})
	if err != nil {
		r.fail(err)
		return
	}
	var config []byte
	for _, name := range a.Names() {
		err := a.Read(name, func(n *npy.Reader) error {
			r.Arrays = append(r.Arrays, Array{name, n.DType.String(), n.Shape})
			if name == "model_config" {
				text, err := npy.ReadStrings(n)
				if err == nil && len(text) != 1 {
					err = fmt.Errorf("model_config holds %d strings, want 1", len(text))
				}
				if err == nil {
					config = []byte(text[0])
				}
				return err
			}
			return nil
		})
		if err != nil {
			r.fail(err)
		}
	}
	if config == nil {
		r.Holds = fmt.Sprintf("%d arrays", len(r.Arrays))
		r.Loads = r.Problem == ""
		return
	}
	r.Holds = "a whole model"
	r.model(f.path, config)
}

// read unpacks a small member.
func read(m *zip.File, limit uint64) ([]byte, error) {
	if m == nil {
		return nil, errors.New("the archive has no config.json")
	}
	if m.UncompressedSize64 > limit || m.UncompressedSize64 > m.CompressedSize64*expansion+slack {
		return nil, fmt.Errorf("%s has %d bytes and says that it unpacks to %d: too many", m.Name, m.CompressedSize64, m.UncompressedSize64)
	}
	in, err := m.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	b, err := io.ReadAll(io.LimitReader(in, int64(limit)+1))
	if err == nil && uint64(len(b)) > limit {
		err = fmt.Errorf("%s is larger than it says", m.Name)
	}
	return b, err
}

// open makes a member readable anywhere: where it stands if it is stored, else
// unpacked.
func open(f *file, m *zip.File) (io.ReaderAt, int64, error) {
	if m.Method == zip.Store {
		at, err := m.DataOffset()
		if err != nil || at < 0 || m.CompressedSize64 > uint64(f.size) {
			return nil, 0, errors.Join(err, errors.New("it lies outside of the archive"))
		}
		size := int64(m.CompressedSize64)
		return io.NewSectionReader(f, at, size), size, nil
	}
	if m.CompressedSize64 > uint64(f.size) {
		return nil, 0, fmt.Errorf("it says that it has %d bytes, but the file has %d", m.CompressedSize64, f.size)
	}
	b, err := read(m, maxMember)
	return bytes.NewReader(b), int64(len(b)), err
}

// npy looks at a single array.
func (r *Report) npy(f *file) {
	n, err := npy.NewReader(io.NewSectionReader(f, 0, f.size), f.size, npy.Limits{})
	if err != nil {
		r.fail(err)
		return
	}
	r.Holds, r.Loads = "an array", true
	r.Arrays = []Array{{"", n.DType.String(), slices.Clone(n.Shape)}}
}
