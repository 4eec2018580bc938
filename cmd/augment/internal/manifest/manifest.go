// Package manifest keeps the record of what was made: manifest.jsonl. Its first
// line says with which settings, every other line describes one picture, so
// that each can be made again.
package manifest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/cli"
)

// Name is that of the file.
const Name = "manifest.jsonl"

// kind is how a header is known.
const kind = "augment manifest"

// A Header is the first line.
type Header struct {
	Version     int               `json:"v"`
	Kind        string            `json:"kind"`
	Settings    map[string]string `json:"settings"`         // flags, with Keras' underscores
	Policy      json.RawMessage   `json:"policy,omitempty"` // what the flag stood for
	Classes     []string          `json:"classes"`
	Sources     int               `json:"sources"`
	SourcesHash string            `json:"sources_hash"` // of their names
}

// A Line describes a picture.
type Line struct {
	Output    string          `json:"output"`          // below OUT; of a shard, the name in it
	Shard     string          `json:"shard,omitempty"` // the file that holds it
	Row       *int            `json:"row,omitempty"`   // in the arrays of an npz
	ShardEnd  bool            `json:"shard_end,omitempty"`
	Mask      string          `json:"mask,omitempty"`
	Class     string          `json:"class,omitempty"`
	Source    string          `json:"source"` // below IN
	Hash      string          `json:"sha256"` // of the source
	Seed      uint64          `json:"seed"`
	Epoch     int             `json:"epoch"` // number of the copy; 0 is the original
	Index     int             `json:"index"` // of the source
	Width     int             `json:"width"`
	Height    int             `json:"height"`
	Transform json.RawMessage `json:"transform"`
	Boxes     json.RawMessage `json:"boxes,omitempty"`
	Bytes     int64           `json:"bytes"`
	OutHash   string          `json:"output_sha256"`
	MaskBytes int64           `json:"mask_bytes,omitempty"`
}

// A Key is what a line is known by.
type Key struct{ Index, Epoch int }

// Key returns the line's.
func (l *Line) Key() Key { return Key{l.Index, l.Epoch} }

// Read reads a manifest. each gets every whole line; where it ends in the file
// is the end of what is valid if nothing comes after it.
func Read(path string, each func(l *Line, raw []byte, from int64) error) (h *Header, end int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<16)
	for n := 1; ; n++ {
		raw, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			if h == nil {
				return nil, 0, damaged(path, 1, errors.New("it has no first line"))
			}
			return h, end, nil // what is left of a line was cut off when the program was killed
		}
		if err != nil {
			return nil, 0, err
		}
		if h == nil {
			h = new(Header)
			if err := json.Unmarshal(raw, h); err != nil || h.Kind != kind {
				return nil, 0, cli.Errorf(cli.BadData, "%s is no manifest of augment", cli.Quote(path)).Do("name a manifest.jsonl that augment wrote")
			}
			if h.Version != 1 {
				return nil, 0, cli.Errorf(cli.BadData, "%s is of version %d; this augment reads version 1", cli.Quote(path), h.Version).Do("use a newer augment")
			}
		} else if each != nil {
			l := new(Line)
			if err := json.Unmarshal(raw, l); err != nil {
				return nil, 0, damaged(path, n, err)
			}
			if err := each(l, raw, end); err != nil {
				return nil, 0, err
			}
		}
		end += int64(len(raw))
	}
}

func damaged(path string, line int, err error) error {
	return cli.Errorf(cli.BadData, "%s:%d: damaged: %v", path, line, err).Do("restore the file, or remove %s and begin anew", cli.Quote(filepath.Dir(path)))
}

// A Journal is a manifest that grows while pictures are made.
type Journal struct {
	path    string
	f       *os.File
	w       *bufio.Writer
	flushed time.Time
	begun   chan error // that the first line has reached the disk; nil: it was there
}

// Create begins a manifest in a folder. Its first line is brought to the disk
// while pictures are made.
func Create(dir string, h *Header) (*Journal, error) {
	h.Version, h.Kind = 1, kind
	first, err := marshal(h)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, Name)
	if err := atomicfile.WriteMany(path, first); err != nil {
		return nil, err
	}
	j, err := Continue(dir, int64(len(first)))
	if err != nil {
		return nil, err
	}
	j.begun = make(chan error, 1)
	go func() { j.begun <- j.f.Sync() }()
	return j, nil
}

// Continue goes on with one, whose valid part ends at end.
func Continue(dir string, end int64) (*Journal, error) {
	path := filepath.Join(dir, Name)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	if err := f.Truncate(end); err != nil {
		f.Close()
		return nil, err
	}
	if _, err := f.Seek(end, io.SeekStart); err != nil {
		f.Close()
		return nil, err
	}
	return &Journal{path: path, f: f, w: bufio.NewWriterSize(f, 1<<16), flushed: time.Now()}, nil
}

// Append adds lines. They are on their way to the disk after a second.
func (j *Journal) Append(lines ...Line) error {
	for i := range lines {
		b, err := marshal(&lines[i])
		if err != nil {
			return err
		}
		if _, err := j.w.Write(b); err != nil {
			return err
		}
	}
	if now := time.Now(); now.Sub(j.flushed) > time.Second {
		j.flushed = now
		return j.w.Flush()
	}
	return nil
}

// Close hands all lines to the system. That they reach the disk, as the pictures
// do, is the part of [atomicfile.SyncTree], which comes next.
func (j *Journal) Close() error {
	err := j.w.Flush()
	if j.begun != nil {
		if e := <-j.begun; err == nil {
			err = e
		}
	}
	if e := j.f.Close(); err == nil {
		err = e
	}
	return err
}

// marshal writes a line, names as they are rather than as HTML wants them.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	return b.Bytes(), nil
}
