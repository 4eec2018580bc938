package iofault

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// Supported reports whether this system lets Run work: some containers forbid
// ptrace.
func Supported() bool {
	code, err := Run(exec.Command("/bin/true"), nil, func(Call) Fault { return Fault{} })
	return err == nil && code == 0
}

// Run runs a command, whose output must go to files, and asks on about each call
// that concerns a file in one of the folders, which are absolute paths. It
// returns the exit code, -1 after a signal.
func Run(cmd *exec.Cmd, folders []string, on func(Call) Fault) (code int, err error) {
	done := make(chan struct{})
	go func() { // whose thread is the tracer, and ends with it
		runtime.LockOSThread()
		defer close(done)
		t := &tracer{folders: folders, on: on, threads: map[int]*thread{}}
		code, err = t.run(cmd)
	}()
	<-done
	return code, err
}

// A kind says where a call has its file.
type kind struct {
	name  string
	path  int // which argument is the path, after the folder's descriptor; -1: the first argument is the file's descriptor
	write bool
}

var kinds = map[uint64]kind{
	syscall.SYS_READ: {"read", -1, false}, syscall.SYS_PREAD64: {"pread64", -1, false}, syscall.SYS_GETDENTS64: {"getdents64", -1, false},
	syscall.SYS_FSTAT: {"fstat", -1, false}, syscall.SYS_NEWFSTATAT: {"newfstatat", 1, false}, syscall.SYS_LSEEK: {"lseek", -1, false},
	syscall.SYS_WRITE: {"write", -1, true}, syscall.SYS_PWRITE64: {"pwrite64", -1, true}, syscall.SYS_FTRUNCATE: {"ftruncate", -1, true},
	syscall.SYS_FSYNC: {"fsync", -1, true}, syscall.SYS_FDATASYNC: {"fdatasync", -1, true}, syscall.SYS_FCHMOD: {"fchmod", -1, true},
	syscall.SYS_CLOSE: {"close", -1, true}, syscall.SYS_MKDIRAT: {"mkdirat", 1, true}, syscall.SYS_UNLINKAT: {"unlinkat", 1, true},
	syscall.SYS_OPENAT: {"openat", 1, false}, syscall.SYS_RENAMEAT: {"renameat", 3, true}, 306: {"syncfs", -1, true},
}

type tracer struct {
	folders []string
	on      func(Call) Fault
	threads map[int]*thread
	calls   int
}

// A thread is between the beginning and the end of a call, or is not.
type thread struct {
	inside bool
	fault  Fault
}

const (
	optExitKill = 0x100000 // PTRACE_O_EXITKILL
	none        = ^uint64(0)
)

func (t *tracer) run(cmd *exec.Cmd) (int, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Setpgid: true}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer cmd.Process.Release()
	pid := cmd.Process.Pid
	var ws syscall.WaitStatus
	if _, err := wait(pid, &ws); err != nil {
		return 0, err
	}
	const options = syscall.PTRACE_O_TRACESYSGOOD | syscall.PTRACE_O_TRACECLONE | syscall.PTRACE_O_TRACEFORK | syscall.PTRACE_O_TRACEVFORK | optExitKill
	if err := syscall.PtraceSetOptions(pid, options); err != nil {
		syscall.Kill(pid, syscall.SIGKILL)
		return 0, err
	}
	t.threads[pid] = new(thread)
	if err := syscall.PtraceSyscall(pid, 0); err != nil {
		return 0, err
	}
	for {
		tid, err := wait(-pid, &ws)
		if err != nil {
			return 0, err
		}
		if ws.Exited() || ws.Signaled() {
			if tid != pid {
				delete(t.threads, tid)
				continue
			}
			if ws.Signaled() {
				return -1, nil
			}
			return ws.ExitStatus(), nil
		}
		signal := 0
		switch s := ws.StopSignal(); {
		case s == syscall.SIGTRAP|0x80:
			if err := t.stopped(tid); err != nil {
				return 0, err
			}
		case s == syscall.SIGTRAP: // a thread has begun
		case s == syscall.SIGSTOP && t.threads[tid] == nil: // it is this one
			t.threads[tid] = new(thread)
		default:
			signal = int(s)
		}
		if err := syscall.PtraceSyscall(tid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return 0, err
		}
	}
}

func wait(pid int, ws *syscall.WaitStatus) (int, error) {
	for {
		tid, err := syscall.Wait4(pid, ws, syscall.WALL, nil)
		if !errors.Is(err, syscall.EINTR) {
			return tid, err
		}
	}
}

// stopped looks at a thread at the beginning or the end of a call.
func (t *tracer) stopped(tid int) error {
	th := t.threads[tid]
	if th == nil {
		th = new(thread)
		t.threads[tid] = th
	}
	th.inside = !th.inside
	if !th.inside && th.fault == (Fault{}) {
		return nil
	}
	var r syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &r); err != nil {
		return gone(err)
	}
	if !th.inside {
		if th.fault.Errno != 0 {
			r.Rax = -uint64(th.fault.Errno)
		}
		th.fault = Fault{}
		return gone(syscall.PtraceSetRegs(tid, &r))
	}
	c, ok := t.call(tid, &r)
	if !ok {
		return nil
	}
	c.N = t.calls
	t.calls++
	th.fault = t.on(c)
	switch {
	case th.fault.Errno != 0 && c.Name == "close": // the descriptor is free even after an error
		return nil
	case th.fault.Errno != 0:
		r.Orig_rax = none
	case th.fault.Short && (c.Name == "write" || c.Name == "pwrite64"):
		r.Rdx = (r.Rdx + 1) / 2 // never nothing
	default:
		return nil
	}
	return gone(syscall.PtraceSetRegs(tid, &r))
}

// gone forgives that a thread has ended meanwhile.
func gone(err error) error {
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}

// call says what a thread asks for, if it concerns a file in the folders.
func (t *tracer) call(tid int, r *syscall.PtraceRegs) (Call, bool) {
	k, ok := kinds[r.Orig_rax]
	if !ok {
		return Call{}, false
	}
	c := Call{Name: k.name, Write: k.write}
	if k.path < 0 {
		c.Path, _ = os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tid, int32(r.Rdi)))
	} else {
		folder, at := int32(r.Rdi), uintptr(r.Rsi)
		if k.path == 3 {
			folder, at = int32(r.Rdx), uintptr(r.R10)
		}
		c.Path = text(tid, at)
		if !filepath.IsAbs(c.Path) {
			from := fmt.Sprintf("/proc/%d/fd/%d", tid, folder)
			if folder == -100 { // AT_FDCWD
				from = fmt.Sprintf("/proc/%d/cwd", tid)
			}
			dir, _ := os.Readlink(from)
			c.Path = filepath.Join(dir, c.Path)
		}
		if k.name == "openat" {
			c.Write = r.Rdx&(syscall.O_WRONLY|syscall.O_RDWR|syscall.O_CREAT) != 0
		}
	}
	for _, f := range t.folders {
		if c.Path == f || strings.HasPrefix(c.Path, f+"/") {
			return c, true
		}
	}
	return Call{}, false
}

// text reads a string of a program.
func text(tid int, at uintptr) string {
	var b []byte
	for len(b) < 4096 {
		var part [8]byte
		n, err := syscall.PtracePeekData(tid, at, part[:])
		if err != nil {
			break
		}
		for i, x := range part[:n] {
			if x == 0 {
				return string(append(b, part[:i]...))
			}
		}
		b, at = append(b, part[:n]...), at+uintptr(n)
	}
	return string(b)
}
