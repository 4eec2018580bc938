package sides

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
)

// A question asks a peer for one turn of a case. Case is a JSON object that the
// peer's script understands.
type question struct {
	Setting string  `json:"setting"`
	Case    any     `json:"case"`
	Seconds float64 `json:"seconds"`
}

type answer struct {
	Seconds float64   // of one step, the median
	Sums    []float64 // what the case compares
	Error   string
}

// A peer is a running script: see serve.py.
type peer struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func start(python, script, name string, threads int) (*peer, error) {
	p := &peer{cmd: exec.Command(python, "-W", "ignore", script, name)}
	p.cmd.Env = append(os.Environ(), "CUDA_VISIBLE_DEVICES=", "TF_CPP_MIN_LOG_LEVEL=3",
		"PYTHONPATH=benchmarks/internal/sides", "BENCH_THREADS="+strconv.Itoa(threads))
	p.cmd.Stderr = os.Stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	return p, p.cmd.Start()
}

func (p *peer) ask(q question) (a answer, err error) {
	b, err := json.Marshal(q)
	if err != nil {
		return a, err
	}
	if _, err := p.in.Write(append(b, '\n')); err != nil {
		return a, err
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return a, fmt.Errorf("the peer ended: %w", err)
	}
	return a, json.Unmarshal(line, &a)
}

func (p *peer) close() {
	p.in.Close()
	p.cmd.Wait()
}
