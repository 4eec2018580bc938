package search

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"sync"

	"github.com/antler-ml/antler/internal/config"
	"github.com/antler-ml/antler/tensor"
)

// trialLog is the file of finished trials. Without a file it remembers nothing.
type trialLog struct {
	mu    sync.Mutex
	file  *os.File
	known map[string]Outcome
}

// logLine is one line of the file. JSON has no NaN, so scores are pointers.
type logLine struct {
	Key        string   `json:"key"`
	Score      *float64 `json:"score"`
	TrainScore *float64 `json:"train_score,omitempty"`
	Outcome
}

// openLog reads what is there. A last line that a kill cut off is dropped.
func openLog(path string) (*trialLog, error) {
	l := &trialLog{known: map[string]Outcome{}}
	if path == "" {
		return l, nil
	}
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("search: %w", err)
	}
	whole := bytes.LastIndexByte(data, '\n') + 1
	for i, line := range bytes.Split(data[:whole], []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var in logLine
		if err := json.Unmarshal(line, &in); err != nil || in.Key == "" {
			return nil, fmt.Errorf("search: %s:%d: this is no line of a search; give another Path, or delete the file", path, i+1)
		}
		in.Outcome.Score, in.Outcome.TrainScore = number(in.Score), number(in.TrainScore)
		l.known[in.Key] = in.Outcome
	}
	if l.file, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	if err := l.file.Truncate(int64(whole)); err == nil {
		_, err = l.file.Seek(int64(whole), io.SeekStart)
	}
	if err != nil {
		l.file.Close()
		return nil, fmt.Errorf("search: %w", err)
	}
	return l, nil
}

func (l *trialLog) close() {
	if l.file != nil {
		l.file.Close()
	}
}

func (l *trialLog) get(key string) (Outcome, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o, ok := l.known[key]
	return o, ok
}

// put adds a line in one write and brings it to the disk.
func (l *trialLog) put(key string, params config.Object, o Outcome) error {
	if l.file == nil {
		return nil
	}
	out := logLine{Key: key, Score: pointer(o.Score), TrainScore: pointer(o.TrainScore), Outcome: o}
	line, err := json.Marshal(struct {
		logLine
		Params config.Object `json:"params"`
	}{out, params})
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	if err := l.file.Sync(); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	return nil
}

func number(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}

func pointer(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// key names a trial by everything that its result depends on, but for the
// program itself.
func (s *search[P]) key(candidate, fold, epochs int) string {
	f := s.folds[fold]
	h := sha256.New()
	enc := json.NewEncoder(h)
	for _, v := range []any{s.table.config[candidate], s.digest, f.Train, f.Test, fold, epochs, s.c.Seed} {
		if err := enc.Encode(v); err != nil {
			fmt.Fprintf(h, "%v", v) // a NaN among the parameters
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// digest tells data apart.
func digest(ts ...*tensor.Tensor) string {
	h := sha256.New()
	buf := make([]byte, 0, 1<<16)
	for _, t := range ts {
		if t == nil {
			continue
		}
		fmt.Fprint(h, t.Shape())
		for _, v := range t.Data() {
			b := math.Float32bits(v)
			buf = append(buf, byte(b), byte(b>>8), byte(b>>16), byte(b>>24))
			if len(buf) == cap(buf) {
				h.Write(buf)
				buf = buf[:0]
			}
		}
		h.Write(buf)
		buf = buf[:0]
	}
	return hex.EncodeToString(h.Sum(nil))
}
