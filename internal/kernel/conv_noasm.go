//go:build !amd64 || purego

package kernel

func bestTileISA() tileISA { return isaGo }

func tileDispatch(t *tile, src tileSource) { tileGo(t, src) }
