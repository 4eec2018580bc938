package manifest

import (
	"bufio"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/antler-ml/antler/internal/atomicfile"
)

// A State is what an earlier run has left in a folder.
type State struct {
	Header *Header
	Shards int // that are finished

	dir  string
	done map[Key]bool
	end  int64 // of the valid part of the file
}

// Load reads what is in a folder; nil if there is no manifest. Pictures that are
// gone or of another size count as not made, and so do those of a shard whose
// last line is missing: the program was killed while it wrote them down.
func Load(dir string) (*State, error) {
	s := &State{dir: dir, done: map[Key]bool{}}
	cut, shardFrom := int64(-1), int64(0)
	var shard []Key // of the shard whose end has not come yet
	h, end, err := Read(filepath.Join(dir, Name), func(l *Line, raw []byte, from int64) error {
		switch {
		case cut >= 0: // shards behind a missing one are made again
		case l.Shard != "":
			if !s.there(l.Shard, -1) {
				cut = from
				return nil
			}
			if len(shard) == 0 {
				shardFrom = from
			}
			if shard = append(shard, l.Key()); l.ShardEnd {
				s.Shards = max(s.Shards, number(l.Shard)+1)
				for _, k := range shard {
					s.done[k] = true
				}
				shard = shard[:0]
			}
		case s.there(l.Output, l.Bytes) && (l.Mask == "" || s.there(l.Mask, l.MaskBytes)):
			s.done[l.Key()] = true
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if cut < 0 && len(shard) > 0 {
		cut = shardFrom
	}
	if s.Header, s.end = h, end; cut >= 0 {
		s.end = cut
	}
	return s, nil
}

func (s *State) there(name string, size int64) bool {
	st, err := os.Stat(filepath.Join(s.dir, filepath.FromSlash(name)))
	return err == nil && st.Mode().IsRegular() && (size < 0 || st.Size() == size)
}

// number is that of a shard.
func number(shard string) int {
	n := 0
	for _, r := range shard {
		if r >= '0' && r <= '9' {
			n = 10*n + int(r-'0')
		}
	}
	return n
}

// Len returns how many pictures are there.
func (s *State) Len() int { return len(s.done) }

// Done reports whether a picture is there. A nil State has none.
func (s *State) Done(k Key) bool { return s != nil && s.done[k] }

// Open goes on with the manifest.
func (s *State) Open() (*Journal, error) { return Continue(s.dir, s.end) }

// Clean removes what a killed run has left half written.
func (s *State) Clean() error {
	return filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasPrefix(d.Name(), ".") && strings.HasSuffix(d.Name(), ".tmp") {
			err = os.Remove(path)
		}
		return err
	})
}

// Sweep removes what a run that was killed in its first moment has left of a
// manifest, and returns the entries without it.
func Sweep(dir string, entries []fs.DirEntry) ([]fs.DirEntry, error) {
	var kept []fs.DirEntry
	for _, d := range entries {
		if !d.Type().IsRegular() || !strings.HasPrefix(d.Name(), "."+Name+".") || !strings.HasSuffix(d.Name(), ".tmp") {
			kept = append(kept, d)
			continue
		}
		if err := os.Remove(filepath.Join(dir, d.Name())); err != nil {
			return nil, err
		}
	}
	return kept, nil
}

// Tidy brings the lines of a finished manifest into the order of before, drops
// those of pictures that are not wanted, and removes these. It is for
// manifests whose pictures are files of their own.
func Tidy(dir string, wanted func(Key) bool, before func(a, b Key) int) error {
	type place struct {
		key        Key
		from, size int64
		output     string
		mask       string
	}
	path := filepath.Join(dir, Name)
	last := map[Key]place{} // a picture may have been made twice
	var headEnd int64
	order := true
	var prev *Key
	n := 0
	_, _, err := Read(path, func(l *Line, raw []byte, from int64) error {
		if n == 0 {
			headEnd = from
		}
		n++
		k := l.Key()
		if prev != nil && before(*prev, k) >= 0 || !wanted(k) {
			order = false
		}
		prev = &k
		p := place{key: k, from: from, size: int64(len(raw))}
		if !wanted(k) {
			p.output, p.mask = l.Output, l.Mask
		}
		last[k] = p
		return nil
	})
	if err != nil || order {
		return err
	}
	var lines []place
	for _, p := range last {
		if p.output == "" {
			lines = append(lines, p)
			continue
		}
		for _, name := range []string{p.output, p.mask} {
			if name == "" || !filepath.IsLocal(filepath.FromSlash(name)) {
				continue
			}
			if err := os.Remove(filepath.Join(dir, filepath.FromSlash(name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	slices.SortFunc(lines, func(a, b place) int { return before(a.key, b.key) })
	src, err := os.Open(path)
	if err != nil {
		return err
	}
	defer src.Close()
	return atomicfile.Write(path, func(w io.Writer) error {
		b := bufio.NewWriterSize(w, 1<<16)
		if _, err := io.Copy(b, io.NewSectionReader(src, 0, headEnd)); err != nil {
			return err
		}
		for _, p := range lines {
			if _, err := io.Copy(b, io.NewSectionReader(src, p.from, p.size)); err != nil {
				return err
			}
		}
		return b.Flush()
	})
}

// Forget removes all that the manifest of a folder lists, and the manifest.
func Forget(dir string) error {
	folders := map[string]bool{}
	remove := func(name string) error {
		name = filepath.FromSlash(name)
		if name == "" || !filepath.IsLocal(name) {
			return nil
		}
		for d := filepath.Dir(name); d != "."; d = filepath.Dir(d) {
			folders[d] = true
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	path := filepath.Join(dir, Name)
	_, _, err := Read(path, func(l *Line, _ []byte, _ int64) error {
		if l.Shard != "" {
			return remove(l.Shard)
		}
		if err := remove(l.Output); err != nil {
			return err
		}
		return remove(l.Mask)
	})
	if err != nil {
		return err
	}
	names := make([]string, 0, len(folders))
	for d := range folders {
		names = append(names, d)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, d := range names {
		os.Remove(filepath.Join(dir, d)) // if it is empty
	}
	return os.Remove(path)
}
