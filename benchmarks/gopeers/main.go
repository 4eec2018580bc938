// Command gopeers is the worker of the peers that are written in Go: Gorgonia,
// and GoMLX with its backend in Go. They live in a module of their own, so that
// nobody who uses Antler downloads them. It speaks the protocol of package wire.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
)

// A peer is a model in a framework, loaded with data and first weights.
type peer interface {
	reset() error
	step() (loss func() float64, err error) // one training step; loss may be asked for later
	predict(batch int) (func() error, func() []float64, error)
}

func main() {
	out := os.Stdout
	os.Stdout = os.Stderr // what libraries print must not mix with replies
	load, ok := map[string]func(wire.Request) (peer, error){"gorgonia": loadGorgonia, "gomlx": loadGoMLX}[os.Args[len(os.Args)-1]]
	if !ok {
		fmt.Fprintln(os.Stderr, "gopeers: want gorgonia or gomlx")
		os.Exit(2)
	}
	w := &worker{loader: load}
	if err := wire.Serve(os.Stdin, out, versions(), w.safely); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func versions() map[string]string {
	v := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			switch d.Path {
			case "gorgonia.org/gorgonia":
				v["Gorgonia"] = d.Version
			case "github.com/gomlx/gomlx":
				v["GoMLX"] = d.Version
			}
		}
	}
	return v
}

type worker struct {
	loader func(wire.Request) (peer, error)
	peer   peer
}

// safely turns panics into answers: both libraries use them for what they
// cannot do.
func (w *worker) safely(q wire.Request) (r wire.Reply, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%.300v", p)
		}
	}()
	return w.answer(q)
}

func (w *worker) answer(q wire.Request) (r wire.Reply, err error) {
	switch q.Op {
	case "load":
		w.peer, err = w.loader(q)
	case "reset":
		err = w.peer.reset()
	case "losses":
		for range q.N {
			loss, err := w.peer.step()
			if err != nil {
				return r, err
			}
			r.Losses = append(r.Losses, loss())
		}
	case "steps":
		start := time.Now()
		for range q.N {
			if _, err := w.peer.step(); err != nil {
				return r, err
			}
		}
		r.NS = float64(time.Since(start))
	case "predict":
		run, values, err := w.peer.predict(q.Batch)
		if err != nil {
			return r, err
		}
		for range q.N {
			start := time.Now()
			if err := run(); err != nil {
				return r, err
			}
			r.Each = append(r.Each, float64(time.Since(start)))
		}
		r.Values = values()
	default:
		err = fmt.Errorf("no %s here", q.Op)
	}
	return r, err
}

// head is the first samples of a tensor's numbers.
func head(data []float32, samples, of int) []float32 { return data[:len(data)/of*samples] }
