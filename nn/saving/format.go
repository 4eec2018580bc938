package saving

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/nn"
)

// A Format is a kind of file.
type Format string

// The formats. All but the last three hold whole models; safetensors holds weights
// only, JSON and YAML hold the architecture only.
const (
	ByEnding    Format = ""            // by the ending of the file's name
	HDF5        Format = "h5"          // Keras 1 and 2: .h5, .hdf5
	Keras       Format = "keras"       // Keras 3: .keras
	TFKeras     Format = "tf_keras"    // tf-keras, TensorFlow 2.13 to 2.15: .keras too, so it must be asked for
	NPZ         Format = "npz"         // numpy: .npz
	SafeTensors Format = "safetensors" // .safetensors
	JSON        Format = "json"        // .json
	YAML        Format = "yaml"        // .yaml, .yml
	// KerasWeights is Keras 3's file of weights only: .weights.h5.
	KerasWeights Format = "keras_weights"
)

// format is how a kind of file is recognised, written and read. What is nil
// cannot be done.
type format struct {
	name    Format
	what    string // in messages
	endings []string
	// is looks at a file; head are its first bytes, at most 512.
	is          func(head []byte, f *source) bool
	save        func(w io.Writer, m *nn.Model, c SaveConfig) error
	saveWeights func(w io.Writer, m *nn.Model) error
	load        func(f *source, c LoadConfig) (*Loaded, error)
	loadWeights func(f *source, m *nn.Model, c WeightsConfig) (*Report, error)
	meta        func(f *source) (map[string][]byte, error) // nil: it has no room for such
}

// formats lists the formats. Those of one magic number stand in the order in which
// they are asked.
func formats() []format {
	return []format{kerasWeightsFormat(), h5Format(), kerasFormat(), tfKerasFormat(), npzFormat(), safetensorsFormat(), jsonFormat(), yamlFormat()}
}

// source is an open file.
type source struct {
	io.ReaderAt
	name string
	size int64
}

// bytes reads all of a file that has at most limit bytes.
func (f *source) bytes(limit int64) ([]byte, error) {
	if f.size > limit {
		return nil, fmt.Errorf("the file has %d bytes; files of this kind have at most %d", f.size, limit)
	}
	b := make([]byte, f.size)
	_, err := io.ReadFull(io.NewSectionReader(f, 0, f.size), b)
	return b, err
}

// byEnding finds the format that the ending of a name stands for.
func byEnding(path string) (format, error) {
	ext := strings.ToLower(filepath.Ext(path))
	var known []string
	for _, f := range formats() { // .weights.h5 before .h5
		if slices.ContainsFunc(f.endings, func(e string) bool { return strings.HasSuffix(strings.ToLower(path), e) }) {
			return f, nil
		}
		known = append(known, f.endings...)
	}
	err := fmt.Errorf("the ending %q names no known format; use one of %s", ext, strings.Join(known, ", "))
	if near := config.Nearest(ext, known); len(near) > 0 && ext != "" {
		err = fmt.Errorf("%w; did you mean %s?", err, near[0])
	}
	return format{}, err
}

// find is the format with a name, or that of a path.
func find(name Format, path string) (format, error) {
	if name == ByEnding {
		return byEnding(path)
	}
	var names []string
	for _, f := range formats() {
		if f.name == name {
			return f, nil
		}
		names = append(names, string(f.name))
	}
	return format{}, fmt.Errorf("Format is %q; want one of %q", name, names)
}

// CheckPath reports whether the ending of a file name stands for a format that
// can hold a whole model. Callers with much to do before they save ask first.
func CheckPath(path string) error {
	f, err := byEnding(path)
	if err == nil && (f.load == nil || f.loadWeights == nil) {
		err = fmt.Errorf("%s holds no whole model; use .h5, .keras or .npz", f.what)
	}
	if err != nil {
		return fmt.Errorf("saving: %s: %w", path, err)
	}
	return nil
}

// recognise finds the format of a file by what is in it. The name does not count.
func recognise(src *source) (format, error) {
	head := make([]byte, min(src.size, 512))
	if _, err := src.ReadAt(head, 0); err != nil && err != io.EOF {
		return format{}, err
	}
	if len(head) == 0 {
		return format{}, errors.New("the file is empty")
	}
	for _, f := range formats() {
		if f.is(head, src) {
			return f, nil
		}
	}
	return format{}, fmt.Errorf("%s is not a model; want HDF5 (.h5), .keras, .npz, .safetensors, .json or .yaml", kindOf(head))
}

// kindOf says what a file is, by its first bytes.
func kindOf(head []byte) string {
	for _, k := range []struct{ magic, what string }{
		{"PK\x03\x04", "a zip archive of other things"}, {"PK\x05\x06", "an empty zip archive"},
		{"\x89PNG", "a PNG picture"}, {"\xff\xd8\xff", "a JPEG picture"}, {"GIF8", "a GIF picture"}, {"BM", "a BMP picture"},
		{"%PDF", "a PDF document"}, {"\x1f\x8b", "a gzip archive (unpack it first)"}, {"\x93NUMPY", "a single numpy array"},
		{"\x80\x02", "a Python pickle, which would run code"}, {"\x80\x03", "a Python pickle, which would run code"},
		{"\x80\x04", "a Python pickle, which would run code"}, {"\x80\x05", "a Python pickle, which would run code"},
		{"\x7fELF", "a program"}, {"#!", "a script"}, {"<", "a web page (was the file downloaded whole?)"},
		{"version https://git-lfs", "a pointer of Git LFS (fetch the file itself: git lfs pull)"},
		{"\x08", "perhaps a TensorFlow SavedModel or an ONNX file"}, {"BZh", "a bzip2 archive"}, {"7z\xbc\xaf", "a 7-Zip archive"},
	} {
		if strings.HasPrefix(string(head), k.magic) {
			return k.what
		}
	}
	if len(head) > 262 && string(head[257:262]) == "ustar" {
		return "a tar archive (unpack it first)"
	}
	return "the file"
}

// open opens a file for reading and says in errors which one it was.
func open(path string, read func(src *source) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("saving: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err == nil && st.IsDir() {
		err = errors.New("it is a directory; a SavedModel of TensorFlow cannot be read, save it as .h5 or .keras in Python")
	}
	if err == nil {
		err = read(&source{f, path, st.Size()})
	}
	if err != nil {
		return fmt.Errorf("saving: %s: %w", path, err)
	}
	return nil
}

// create writes a file beside path and renames it.
func create(path string, write func(w io.Writer) error) error {
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o222 == 0 { // renaming over it would work
		return fmt.Errorf("saving: %s: the file is read-only: %w", path, fs.ErrPermission)
	}
	if err := atomicfile.Write(path, write); err != nil {
		return fmt.Errorf("saving: %s: %w", path, err)
	}
	return nil
}
