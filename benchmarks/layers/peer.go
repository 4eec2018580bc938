package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
)

// A question asks a peer for one turn of a case.
type question struct {
	Setting string  `json:"setting"`
	Class   string  `json:"class_name"`
	Config  any     `json:"config"` // Keras'
	Input   []int   `json:"input"`  // shape
	Seconds float64 `json:"seconds"`
}

type answer struct {
	Seconds float64   // of one step
	Sums    []float64 // of absolute values: output, gradient of the input, of each weight
	Error   string
}

// A peer is a running peers.py.
type peer struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func start(python, name string, threads int) (*peer, error) {
	p := &peer{cmd: exec.Command(python, "-W", "ignore", "benchmarks/layers/peers.py", name)}
	p.cmd.Env = append(os.Environ(), "CUDA_VISIBLE_DEVICES=", "TF_CPP_MIN_LOG_LEVEL=3", "BENCH_THREADS="+strconv.Itoa(threads))
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
