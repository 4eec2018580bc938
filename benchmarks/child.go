package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/antler-ml/antler/benchmarks/internal/wire"
)

// patience is how long a request may take; compilers of peers are slow.
const patience = 10 * time.Minute

// A child is a worker process, ours or a peer's.
type child struct {
	cmd      *exec.Cmd
	in       io.WriteCloser
	replies  chan wire.Reply // closed when the process ends
	errors   tail
	ready    time.Duration // from start to the first reply
	versions map[string]string
	broken   error // after a time-out: what comes out now answers old questions
}

// start runs a worker and waits until it is ready.
func start(argv, env []string) (*child, error) {
	c := &child{cmd: exec.Command(argv[0], argv[1:]...), replies: make(chan wire.Reply)}
	c.cmd.Env = env
	c.cmd.Stderr = &c.errors
	out, err := c.cmd.StdoutPipe()
	if err == nil {
		c.in, err = c.cmd.StdinPipe()
	}
	begin := time.Now()
	if err == nil {
		err = c.cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("cannot start: %w", err)
	}
	go func() {
		defer close(c.replies)
		lines := bufio.NewReader(out)
		for {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				return
			}
			var r wire.Reply
			if err := json.Unmarshal(line, &r); err != nil {
				r = wire.Reply{Error: "not a reply: " + strings.TrimSpace(string(line))}
			}
			c.replies <- r
		}
	}()
	r, err := c.wait()
	c.ready, c.versions = time.Since(begin), r.Versions
	if err != nil {
		c.stop()
		return nil, err
	}
	return c, nil
}

// ask sends a request and waits for the reply.
func (c *child) ask(q wire.Request) (wire.Reply, error) {
	if c.broken != nil {
		return wire.Reply{}, c.broken
	}
	line, err := json.Marshal(q)
	if err != nil {
		return wire.Reply{}, err
	}
	if _, err := c.in.Write(append(line, '\n')); err != nil {
		return wire.Reply{}, fmt.Errorf("process ended: %s", c.errors.last())
	}
	return c.wait()
}

func (c *child) wait() (wire.Reply, error) {
	select {
	case r, ok := <-c.replies:
		if !ok {
			return r, fmt.Errorf("process ended: %s", c.errors.last())
		}
		if r.Error != "" {
			return r, errors.New(r.Error)
		}
		return r, nil
	case <-time.After(patience):
		c.broken = fmt.Errorf("no answer within %v", patience)
		return wire.Reply{}, c.broken
	}
}

// stop ends the process: it leaves by itself when its input ends.
func (c *child) stop() {
	c.in.Close()
	gone := time.AfterFunc(5*time.Second, func() { c.cmd.Process.Kill() })
	defer gone.Stop()
	if c.broken != nil {
		c.cmd.Process.Kill()
	}
	for range c.replies { // until the process ends
	}
	c.cmd.Wait()
}

// peerEnv is the environment of a peer: its thread counts, and none of the
// OPENBLAS variables, which pin older kernels on some machines. What
// torch.compile makes is kept for the next run, apart for each thread count.
func (h *home) peerEnv(threads int) []string {
	drop := []string{"OPENBLAS_", "OMP_", "MKL_", "KMP_", "GOMP_", "TF_", "PYTHON", "TORCHINDUCTOR_", "GOGC", "GOMEMLIMIT"}
	var env []string
	for _, v := range os.Environ() {
		keep := true
		for _, d := range drop {
			keep = keep && !strings.HasPrefix(v, d)
		}
		if keep {
			env = append(env, v)
		}
	}
	n := fmt.Sprint(threads)
	return append(env, "BENCH_THREADS="+n, "OMP_NUM_THREADS="+n, "MKL_NUM_THREADS="+n, "OPENBLAS_NUM_THREADS="+n,
		"TF_ENABLE_ONEDNN_OPTS=1", "TF_CPP_MIN_LOG_LEVEL=3", "CUDA_VISIBLE_DEVICES=", "KERAS_BACKEND=tensorflow",
		"GOMAXPROCS="+n, "TORCHINDUCTOR_COMPILE_THREADS=1", "TORCHINDUCTOR_FX_GRAPH_CACHE=1",
		"TORCHINDUCTOR_CACHE_DIR="+filepath.Join(h.dir, "cache", "inductor-"+n), "PYTHONWARNINGS=ignore", "PYTHONDONTWRITEBYTECODE=1")
}

// tail keeps the end of what a process complains about.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if n := len(t.text); n > 4096 {
		t.text = t.text[n-4096:]
	}
	return len(p), nil
}

// last is the last line, which is where Python says what was wrong.
func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(t.text)), "\n")
	if l := strings.TrimSpace(lines[len(lines)-1]); l != "" {
		return l
	}
	return "it said nothing"
}
