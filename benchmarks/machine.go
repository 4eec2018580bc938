package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// machine describes the processor without naming the host.
func machine() string {
	f := cpuinfo()
	name := f["model name"]
	if name == "" {
		name = runtime.GOARCH
	}
	if f["cpu family"] != "" {
		name += fmt.Sprintf(" (family %s, model %s)", f["cpu family"], f["model"])
	}
	var isa []string
	for _, w := range []string{"avx2", "fma", "avx512f", "avx512_bf16", "asimd"} {
		if strings.Contains(" "+f["flags"]+f["Features"]+" ", " "+w+" ") {
			isa = append(isa, strings.ToUpper(w))
		}
	}
	return fmt.Sprintf("%s, %d cores, %s, %s", name, runtime.NumCPU(), strings.Join(isa, " "), runtime.GOOS)
}

// cpuinfo is the first processor of /proc/cpuinfo; nil elsewhere than on Linux.
func cpuinfo() map[string]string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return nil
	}
	f := map[string]string{}
	for line := range strings.Lines(string(text)) {
		k, v, ok := strings.Cut(line, ":")
		if !ok {
			break
		}
		f[strings.TrimSpace(k)] = strings.TrimSpace(v)
	}
	return f
}

// resident returns the resident memory of a process and its peak in MB; 0
// where the system does not tell.
func resident(pid int) (now, peak float64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		kb, _ := strconv.ParseFloat(f[1], 64)
		switch f[0] {
		case "VmRSS:":
			now = kb / 1024
		case "VmHWM:":
			peak = kb / 1024
		}
	}
	return now, peak
}

// A load meter tells which share of the machine other programs used, on Linux.
type loadMeter struct {
	busy, total, own float64
	children         []*child
}

// measureLoad begins; what this process and children do is not foreign.
func measureLoad(children ...*child) loadMeter {
	m := loadMeter{children: children}
	m.busy, m.total = machineTicks()
	m.own = m.ownTicks()
	return m
}

// foreign is the share of the machine that others used since measureLoad.
func (m loadMeter) foreign() float64 {
	busy, total := machineTicks()
	own := m.ownTicks()
	if total <= m.total {
		return 0
	}
	return max(0, (busy-m.busy-(own-m.own))/(total-m.total))
}

func (m loadMeter) ownTicks() float64 {
	t := processTicks(os.Getpid())
	for _, c := range m.children {
		if c == nil {
			continue
		}
		t += processTicks(c.cmd.Process.Pid)
	}
	return t
}

func machineTicks() (busy, total float64) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	for i, f := range strings.Fields(line)[1:] {
		v, _ := strconv.ParseFloat(f, 64)
		if i > 7 { // guests are in user already
			break
		}
		total += v
		if i != 3 && i != 4 { // idle, waiting for disks
			busy += v
		}
	}
	return busy, total
}

// processTicks is the processor time of a process and of its ended children.
func processTicks(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	sum := 0.0
	for i, f := range strings.Fields(rest) {
		if i >= 11 && i <= 14 { // utime stime cutime cstime
			v, _ := strconv.ParseFloat(f, 64)
			sum += v
		}
	}
	return sum
}

// dirty marks a commit whose files were changed.
const dirty = ", with changes that are not committed"

// commitOf names the state of the sources that are measured.
func commitOf(root string) string {
	git := func(args ...string) string {
		cmd := exec.Command("git", args...)
		cmd.Dir = root
		out, err := cmd.Output()
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(out))
	}
	commit := git("rev-parse", "--short=12", "HEAD")
	if commit == "" {
		return "unknown"
	}
	changed := strings.Split(git("status", "--porcelain", "--untracked-files=no", "--", "*.go", "*.s", "*.py", "go.mod"), "\n")
	if slices.ContainsFunc(changed, func(s string) bool { return s != "" }) {
		commit += dirty
	}
	return commit
}
