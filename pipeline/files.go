package pipeline

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
)

// A File is the content of one file of a directory or an archive.
type File struct {
	Archive string // the shard it comes from; empty for a plain file
	Path    string // with slashes
	Data    []byte
}

// Name returns "archive:path", or the path of a plain file.
func (f File) Name() string {
	if f.Archive == "" {
		return f.Path
	}
	return f.Archive + ":" + f.Path
}

// Class returns the folder that the file lies in, such as "cat" for
// "train/cat/17.jpg": its class in a directory of classes.
func (f File) Class() string {
	if d := path.Base(path.Dir(f.Path)); d != "." && d != "/" {
		return d
	}
	return ""
}

// Bytes returns the size of the content.
func (f File) Bytes() int64 { return int64(len(f.Data)) }

// Find returns the paths of all files below root with one of the extensions
// (such as ".jpg", in any case; none: all files), in the order of their bytes.
// Names that begin with a dot are left out. That no file is found is an error
// that says what there is. Links to folders are not followed; pipes, sockets and
// devices, which could make a reader wait for ever, are left out.
func Find(fsys fs.FS, root string, extensions ...string) ([]string, error) {
	var found []string
	dirs, others := 0, map[string]int{}
	err := fs.WalkDir(fsys, root, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case p != root && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir():
			dirs++
		case !readable(fsys, p, d): // left out
		default:
			ext := strings.ToLower(path.Ext(p))
			if len(extensions) == 0 || slices.ContainsFunc(extensions, func(e string) bool { return strings.EqualFold(e, ext) }) {
				found = append(found, p)
			} else {
				others[ext]++
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("pipeline: Find: %w", err)
	}
	if len(found) == 0 {
		var seen []string
		for ext, n := range others {
			seen = append(seen, fmt.Sprintf("%d with extension %q", n, ext))
		}
		slices.Sort(seen)
		return nil, fmt.Errorf("pipeline: Find: no file with extension %q in %s and its %d folders; found %s", extensions, root, max(0, dirs-1), cmp.Or(strings.Join(seen, ", "), "no files at all"))
	}
	slices.Sort(found)
	return found, nil
}

// readable reports whether a file is a regular one, or a link to one.
func readable(fsys fs.FS, p string, d fs.DirEntry) bool {
	if d.Type() != fs.ModeSymlink {
		return d.Type().IsRegular()
	}
	st, err := fs.Stat(fsys, p)
	return err == nil && st.Mode().IsRegular()
}

// ReadFiles reads the files whose paths come, with as many workers as there are
// processors. A file that cannot be read, or has more than maxBytes bytes (0: 1
// GiB), is a [*SampleError].
func ReadFiles(fsys fs.FS, paths Stream[string], maxBytes int64) Stream[File] {
	return readFiles(fsys, paths, maxBytes, ApplyConfig[string]{})
}

// ReadFilesWithin is [ReadFiles] bounded by its part of a budget: fewer files are
// read ahead while they are large.
func ReadFilesWithin(fsys fs.FS, paths Stream[string], maxBytes int64, b *Budget) Stream[File] {
	return readFiles(fsys, paths, maxBytes, ApplyConfig[string]{Budget: b, Cost: func(p string) int64 {
		st, err := fs.Stat(fsys, p)
		if err != nil {
			return 0 // reading it will say why
		}
		return st.Size()
	}})
}

func readFiles(fsys fs.FS, paths Stream[string], maxBytes int64, c ApplyConfig[string]) Stream[File] {
	if maxBytes <= 0 {
		maxBytes = 1 << 30
	}
	return Apply(paths, c, func(_ context.Context, _ Place, p string) (File, error) {
		f, err := fsys.Open(p)
		if err != nil {
			return File{}, err
		}
		defer f.Close()
		size := int64(0)
		if st, err := f.Stat(); err == nil {
			size = st.Size()
		}
		data, err := readAll(f, size, maxBytes)
		return File{Path: p, Data: data}, err
	})
}

// readAll reads r, of about size bytes, to its end, but no more than most bytes.
func readAll(r io.Reader, size, most int64) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(int(min(size, most)) + bytes.MinRead) // what ReadFrom wants free at the end
	if _, err := b.ReadFrom(io.LimitReader(r, most+1)); err != nil {
		return nil, err
	}
	if int64(b.Len()) > most {
		return nil, fmt.Errorf("it has more than %d bytes", most)
	}
	return b.Bytes(), nil
}

// A Line is one line of a text file, or what it says.
type Line[T any] struct {
	File   string
	Number int // from 1
	Value  T
}

// Name returns "file:line".
func (l Line[T]) Name() string { return fmt.Sprintf("%s:%d", l.File, l.Number) }

func (l Line[T]) size() (int64, bool) { return sizeOf(l.Value) }

// maxLine is the longest line that Lines takes.
const maxLine = 16 << 20

// Lines yields the lines of the files, one file after the other, without line
// ends. Lines above 16 MiB are a [*SampleError] each. Files compressed with gzip
// or zstd are decompressed, as by all readers of lines and archives here.
func Lines(fsys fs.FS, paths Stream[string]) Stream[Line[[]byte]] {
	return open(fsys, paths, func(p string, r io.Reader, yield func(Line[[]byte], error) bool) bool {
		br := bufio.NewReaderSize(r, 1<<16)
		for n := 1; ; n++ {
			text, err := line(br)
			l := Line[[]byte]{p, n, text}
			switch {
			case err == io.EOF:
				return true
			case errors.Is(err, errLongLine):
				err = &SampleError{Index: n - 1, Name: l.Name(), Err: err}
				l.Value = nil
			case err != nil:
				yield(l, fmt.Errorf("pipeline: %s: %w", l.Name(), err))
				return false
			}
			if !yield(l, err) {
				return false
			}
		}
	})
}

var errLongLine = fmt.Errorf("the line has more than %d bytes", maxLine)

// line returns the next line in memory of its own, io.EOF after the last one.
func line(r *bufio.Reader) ([]byte, error) {
	var text []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if long = long || len(text)+len(part) > maxLine; !long {
			text = append(text, part...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err == io.EOF && (len(text) > 0 || long) {
			err = nil
		}
		if err != nil {
			return nil, err
		}
		if long {
			return nil, errLongLine
		}
		text = bytes.TrimSuffix(text, []byte("\n"))
		return bytes.TrimSuffix(text, []byte("\r")), nil
	}
}

// open yields what read finds in each of the files, decompressed if they are
// compressed. read reports whether to go on.
func open[T any](fsys fs.FS, paths Stream[string], read func(path string, r io.Reader, yield func(T, error) bool) bool) Stream[T] {
	return NewStream(-1, func(ctx context.Context, epoch int) iter.Seq2[T, error] {
		return func(yield func(T, error) bool) {
			var zero T
			for p, err := range paths.Items(ctx, epoch) {
				if err != nil {
					if !yield(zero, err) {
						return
					}
					continue
				}
				f, err := fsys.Open(p)
				if err != nil {
					yield(zero, fmt.Errorf("pipeline: %w", err))
					return
				}
				r, err := unpack(f)
				if err != nil {
					f.Close()
					yield(zero, fmt.Errorf("pipeline: %s: %w", p, err))
					return
				}
				more := read(p, r, yield)
				r.Close()
				f.Close()
				if !more {
					return
				}
			}
		}
	})
}
