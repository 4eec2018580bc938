package pipeline

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
)

// believed is how much memory the size that an archive claims of a file is worth.
const believed = 1 << 20

// Tar yields the files inside tar archives, in their order, one archive after
// the other; those compressed with gzip or zstd are decompressed, whatever their
// names. A file of more than maxBytes bytes (0: 1 GiB) is a [*SampleError]; a
// broken archive ends the epoch.
func Tar(fsys fs.FS, archives Stream[string], maxBytes int64) Stream[File] {
	if maxBytes <= 0 {
		maxBytes = 1 << 30
	}
	return open(fsys, archives, func(p string, r io.Reader, yield func(File, error) bool) bool {
		broken := func(err error) bool {
			yield(File{Archive: p}, fmt.Errorf("pipeline: Tar: %s: %w", p, err))
			return false
		}
		end := &tail{r: r}
		tr := tar.NewReader(end)
		for i := 0; ; i++ {
			h, err := tr.Next()
			if err == io.EOF && end.zeros < 512 {
				err = fmt.Errorf("it is cut short: the block of zeros at its end is missing: %w", io.ErrUnexpectedEOF)
			}
			if err == io.EOF {
				return true
			}
			if err != nil {
				return broken(err)
			}
			if h.Typeflag != tar.TypeReg {
				continue
			}
			f := File{Archive: p, Path: h.Name}
			if h.Size > maxBytes {
				err = &SampleError{Index: i, Name: f.Name(), Err: fmt.Errorf("it has %d bytes, more than %d", h.Size, maxBytes)}
			} else if f.Data, err = readAll(tr, min(h.Size, believed), maxBytes); err != nil {
				return broken(fmt.Errorf("%s: %w", h.Name, err))
			}
			if !yield(f, err) {
				return false
			}
		}
	})
}

// A tail counts the zeros at the end of what was read. Package tar takes the
// end of a file for the end of an archive, wherever it comes.
type tail struct {
	r     io.Reader
	zeros int
}

func (t *tail) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	k := len(bytes.TrimRight(p[:n], "\x00"))
	if k > 0 {
		t.zeros = 0
	}
	t.zeros += n - k
	return n, err
}

// ZipFiles yields the files inside zip archives, in the order of their indices.
// Archives are read through the index, so each must be a file that can be
// read at any place, as those of os.DirFS are. A file that is broken, or has more
// than maxBytes bytes (0: 1 GiB), is a [*SampleError]; an archive without an index
// ends the epoch.
func ZipFiles(fsys fs.FS, archives Stream[string], maxBytes int64) Stream[File] {
	if maxBytes <= 0 {
		maxBytes = 1 << 30
	}
	return NewStream(-1, func(ctx context.Context, epoch int) iter.Seq2[File, error] {
		return func(yield func(File, error) bool) {
			for p, err := range archives.Items(ctx, epoch) {
				if err != nil {
					if !yield(File{}, err) {
						return
					}
					continue
				}
				if more, err := unzip(fsys, p, maxBytes, yield); err != nil {
					yield(File{Archive: p}, fmt.Errorf("pipeline: ZipFiles: %s: %w", p, err))
					return
				} else if !more {
					return
				}
			}
		}
	})
}

// unzip reports whether to go on after the archive.
func unzip(fsys fs.FS, p string, maxBytes int64, yield func(File, error) bool) (bool, error) {
	f, err := fsys.Open(p)
	if err != nil {
		return false, err
	}
	defer f.Close()
	at, ok := f.(io.ReaderAt)
	if !ok {
		return false, fmt.Errorf("%T cannot be read at any place; use os.DirFS", f)
	}
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	z, err := zip.NewReader(at, info.Size())
	if err != nil {
		return false, err
	}
	for i, e := range z.File {
		if !e.Mode().IsRegular() {
			continue
		}
		v := File{Archive: p, Path: e.Name}
		r, err := e.Open()
		if err == nil {
			v.Data, err = readAll(r, int64(min(e.UncompressedSize64, believed)), maxBytes)
			r.Close()
		}
		if err != nil {
			err = &SampleError{Index: i, Name: v.Name(), Err: err}
		}
		if !yield(v, err) {
			return false, nil
		}
	}
	return true, nil
}
