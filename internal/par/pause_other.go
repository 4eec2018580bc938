//go:build !amd64 || purego

package par

func pause() {}
