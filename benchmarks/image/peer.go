package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// A peer is a Python process that answers lines of JSON.
type peer struct {
	name, version string
	cmd           *exec.Cmd
	in            io.WriteCloser
	out           *bufio.Reader
}

type answer struct {
	Version string  `json:"version"`
	Seconds float64 `json:"seconds"`
	CRC     uint32  `json:"crc"`
	Error   string  `json:"error"`
}

func startPeer(python, name, dir string) (*peer, error) {
	p := &peer{name: name, cmd: exec.Command(python, "benchmarks/image/peers.py", name, dir)}
	p.cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1", "CUDA_VISIBLE_DEVICES=")
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.in, p.out = in, bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	a, err := p.read()
	if err != nil {
		p.stop()
		return nil, err
	}
	p.version = a.Version
	return p, nil
}

func (p *peer) read() (a answer, err error) {
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return a, fmt.Errorf("no answer: %w", err)
	}
	if err := json.Unmarshal(line, &a); err != nil {
		return a, fmt.Errorf("%q: %w", line, err)
	}
	if a.Error != "" {
		return a, fmt.Errorf("%s", a.Error)
	}
	return a, nil
}

// ask has the peer do an operation n times. No seconds mean that it cannot.
func (p *peer) ask(op operation, n int) (seconds float64, crc uint32, err error) {
	q, err := json.Marshal(struct {
		operation
		N int `json:"n"`
	}{op, n})
	if err != nil {
		return 0, 0, err
	}
	if _, err := p.in.Write(append(q, '\n')); err != nil {
		return 0, 0, err
	}
	a, err := p.read()
	return a.Seconds, a.CRC, err
}

func (p *peer) stop() {
	p.in.Close()
	p.cmd.Wait()
}
