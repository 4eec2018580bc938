package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

func (r row) line(peers []*peer) string {
	s := fmt.Sprintf("%-42s %8.2f ms", r.op.name(), 1e3*r.ours)
	for i, p := range peers {
		if r.peers[i] > 0 {
			s += fmt.Sprintf("  %s %.2f ms (%.2f, %s)", p.name, 1e3*r.peers[i], r.ratios[i], r.same[i])
		}
	}
	return s
}

// cpu names the processor.
func cpu() string {
	data, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(data)) {
		if name, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(v)
		}
	}
	return runtime.GOARCH
}

func report(rows []row, peers []*peer, s settings) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Reading and resizing pictures against peers\n\n")
	fmt.Fprintf(&b, "Written by `go run ./benchmarks/image`, %s. %s, %s, %s; one core each.\n", time.Now().Format("2 January 2006"), cpu(), runtime.GOOS, runtime.Version())
	b.WriteString("Peers: ")
	for i, p := range peers {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.version)
	}
	fmt.Fprintf(&b, ".\n\nThe picture is a mosaic of four photographs, 1024×768. Milliseconds for one picture, CPU time of the thread, medians of %d turns of %v; a turn of a peer\n", s.rounds, s.block)
	b.WriteString("is followed by one of ours. In brackets the median of the ratios, the peer's time by ours: above 1 we are faster. An asterisk marks results that are not ours to the byte.\n")
	b.WriteString("\n| operation | images/s | MB/s of the file | ours, ms |")
	for _, p := range peers {
		fmt.Fprintf(&b, " %s |", p.name)
	}
	b.WriteString("\n|---|---|---|---|" + strings.Repeat("---|", len(peers)) + "\n")
	for _, r := range rows {
		speed := "–"
		if r.op.Op != "resize" {
			speed = fmt.Sprintf("%.1f", float64(r.bytes)/r.ours/1e6)
		}
		fmt.Fprintf(&b, "| %s | %.0f | %s | %.2f |", r.op.name(), 1/r.ours, speed, 1e3*r.ours)
		for i := range peers {
			if r.peers[i] == 0 {
				b.WriteString(" – |")
				continue
			}
			star := ""
			if r.same[i] != "same bytes" {
				star = "\\*"
			}
			fmt.Fprintf(&b, " %.2f (%.2f)%s |", 1e3*r.peers[i], r.ratios[i], star)
		}
		b.WriteString("\n")
	}
	b.WriteString(`
What the peers do: Pillow opens, decodes and, for "load", resizes and makes a float32 array with numpy; its draft mode scales. simplejpeg is libjpeg-turbo
without anything around it. OpenCV decodes to BGR; its resizing does not smooth when it shrinks, so only nearest and bilinear are shown, and they are other pictures.
torchvision decodes with libjpeg-turbo (decode_image) and resizes the bytes with antialias=True. A dash: the peer has no such operation.
`)
	return b.String()
}
