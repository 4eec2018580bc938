package checkpoint

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"github.com/antler-ml/antler/nn"
)

// Names of checkpoints, and of those that are being written. Nothing else in a
// directory is ever touched.
var (
	named   = regexp.MustCompile(`^checkpoint-(\d{6,})\.npz$`)
	unnamed = regexp.MustCompile(`^\.checkpoint-\d{6,}\.npz\.tmp$`)
)

func nameOf(n int) string { return fmt.Sprintf("checkpoint-%06d.npz", n) }

// series is the checkpoints of one directory, by their numbers.
type series struct {
	fs   files
	dir  string
	have []entry // ascending
}

// entry is what is known of one checkpoint.
type entry struct {
	n        int
	bad      bool
	finished bool
	best     float64 // value of the monitor; NaN: none
}

func (s *series) path(n int) string { return filepath.Join(s.dir, nameOf(n)) }

// list finds the checkpoints. With clean it removes what a program that was
// killed has left half written.
func (s *series) list(clean bool) error {
	names, err := s.fs.ReadDir(s.dir)
	if err != nil {
		return err
	}
	s.have = nil
	for _, name := range names {
		if clean && unnamed.MatchString(name) {
			if err := s.fs.Remove(filepath.Join(s.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			continue
		}
		if m := named.FindStringSubmatch(name); m != nil {
			n, err := strconv.Atoi(m[1])
			if err != nil || nameOf(n) != name {
				continue
			}
			s.have = append(s.have, entry{n: n})
		}
	}
	slices.SortFunc(s.have, func(a, b entry) int { return a.n - b.n })
	return nil
}

// load reads one checkpoint.
func load(f files, path string) (s *nn.TrainingState, err error) {
	err = opened(f, path, func(r reader, size int64) (err error) {
		s, err = read(r, size)
		return err
	})
	return s, err
}

func opened(f files, path string, use func(r reader, size int64) error) error {
	r, err := f.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	size, err := r.Size()
	if err != nil {
		return err
	}
	return use(r, size)
}

// next is the number of the next checkpoint.
func (s *series) next() int {
	if len(s.have) == 0 {
		return 1
	}
	return s.have[len(s.have)-1].n + 1
}

// add writes a state aside, syncs it, proves that it can be read, and names it.
// When anything fails, the file is removed and the series is as it was.
func (s *series) add(st *nn.TrainingState, best float64) (err error) {
	n := s.next()
	path := s.path(n)
	tmp := filepath.Join(s.dir, "."+nameOf(n)+".tmp")
	defer func() {
		if err != nil {
			s.fs.Remove(tmp) // the next start removes it else
			err = &WriteError{Path: path, Err: err}
		}
	}()
	sums, err := s.fill(tmp, st)
	if err != nil {
		return err
	}
	if err := prove(s.fs, tmp, sums); err != nil {
		return fmt.Errorf("what was written cannot be read back: %w", err)
	}
	if err := s.fs.Rename(tmp, path); err != nil {
		return err
	}
	s.have = append(s.have, entry{n: n, finished: st.Finished, best: best})
	return s.fs.SyncDir(s.dir)
}

// fill writes a file and syncs it, and returns the sums of what it wrote.
func (s *series) fill(path string, st *nn.TrainingState) (*pieces, error) {
	f, err := s.fs.Create(path)
	if err != nil {
		return nil, err
	}
	sums := &pieces{}
	b := bufio.NewWriterSize(io.MultiWriter(f, sums), 1<<20)
	err = write(b, st)
	if e := b.Flush(); err == nil {
		err = e
	}
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return sums, err
}

var _ io.ReaderAt = reader(nil)

// prune removes all but the newest keep, the best one, and the newest from which
// training can go on. It stops at the first that it cannot remove.
func (s *series) prune(keep int, better func(a, b float64) bool) error {
	stay := map[int]bool{}
	good, resumable, best := 0, false, -1
	for i := len(s.have) - 1; i >= 0; i-- {
		e := s.have[i]
		if e.bad {
			continue
		}
		if good < keep || !resumable && !e.finished {
			stay[e.n] = true
		}
		good++
		resumable = resumable || !e.finished
		if e.best == e.best && (best < 0 || better(e.best, s.have[best].best)) {
			best = i
		}
	}
	if best >= 0 {
		stay[s.have[best].n] = true
	}
	for i := 0; i < len(s.have); {
		if n := s.have[i].n; !stay[n] {
			if err := s.fs.Remove(s.path(n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("checkpoint: cannot remove the old %s: %w", s.path(n), err)
			}
			s.have = slices.Delete(s.have, i, i+1)
			continue
		}
		i++
	}
	return nil
}
