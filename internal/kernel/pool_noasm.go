//go:build !amd64 || purego

package kernel

func bestPoolISA() tileISA { return isaGo }

func poolDispatch(p *poolRun, _ tileISA, kind poolKind) { poolGo(p, kind) }
