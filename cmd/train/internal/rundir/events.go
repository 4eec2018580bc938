package rundir

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/antler-ml/antler/internal/config"
)

// Events is events.jsonl: one line for everything that happens, written at once.
type Events struct {
	f   *os.File
	err error
}

// OpenEvents opens the events of a run; lines are appended.
func OpenEvents(dir string) (*Events, error) {
	f, err := os.OpenFile(filepath.Join(dir, EventsFile), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, cannot("write", filepath.Join(dir, EventsFile), err)
	}
	return &Events{f: f}, nil
}

// Event makes an event: its version, its kind and its members.
func Event(kind string, members ...config.Member) config.Object {
	o := config.Object{{Key: "v", Value: 1}, {Key: "event", Value: kind}}
	return append(o, members...)
}

// Add writes an event with the time. The first error is kept for Close.
func (e *Events) Add(o config.Object) {
	if e == nil || e.err != nil {
		return
	}
	o = append(o, config.Member{Key: "time", Value: time.Now().UTC().Format(time.RFC3339)})
	b, err := json.Marshal(o)
	if err == nil {
		_, err = e.f.Write(append(b, '\n'))
	}
	if err != nil {
		e.err = fmt.Errorf("%s: %w", EventsFile, err)
	}
}

// Close brings the file to disk and returns the first error there was.
func (e *Events) Close() error {
	if e == nil {
		return nil
	}
	err := e.f.Sync()
	if c := e.f.Close(); err == nil {
		err = c
	}
	if e.err != nil {
		return e.err
	}
	return err
}
