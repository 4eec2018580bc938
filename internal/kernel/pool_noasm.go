//go:build !amd64 || purego

package kernel

func bestPoolISA() poolISA { return isaGo }

func poolDispatch(p *poolRun, _ poolISA, kind poolKind) { poolGo(p, kind) }
