// Package check looks through a folder of pictures for what spoils training:
// files that cannot be read or are not what their name says, odd ones, and the
// same picture twice.
package check

import (
	"context"
	"fmt"
	"runtime"

	"github.com/antler-ml/antler/image"
	"github.com/antler-ml/antler/pipeline"
)

// Options say how pictures are checked. The zero value is ready for use.
type Options struct {
	Workers        int          // 0: one for each processor; the report does not depend on it
	Near           int          // how many of the 64 bits of their hashes may differ in near duplicates; 0: 8, negative: do not look for them
	Orient         bool         // turn pictures as their EXIF orientation says, before they are compared
	AllowTruncated bool         // JPEGs that end early are no finding
	Limits         image.Limits // what reading one picture may cost
	// Progress is called now and then, by one goroutine at a time, with the
	// pictures and bytes that are done.
	Progress func(done, total int, bytes int64)
}

// near is the default of Options.Near.
const near = 8

// Run checks all pictures below a folder. Each is read and decoded once; about
// half a kilobyte is kept of it. Links to folders are not followed.
//
// The error is one of reading the folders, or that of ctx; what is wrong with
// pictures is in the report.
func Run(ctx context.Context, root string, opt Options) (*Report, error) {
	if opt.Near == 0 {
		opt.Near = near
	}
	if opt.Near > 16 {
		return nil, fmt.Errorf("check: near duplicates may differ in at most 16 of 64 bits, not %d: beyond, all pictures are alike", opt.Near)
	}
	if opt.Workers <= 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	l, err := List(root)
	if err != nil {
		return nil, err
	}
	r := &Report{Root: root, Pictures: len(l.Files), Other: l.Other, Formats: map[string]int{}, Near: max(opt.Near, 0)}
	all := make([]facts, 0, len(l.Files))
	in := func(yield func(File, error) bool) {
		for _, f := range l.Files {
			if !yield(f, nil) {
				return
			}
		}
	}
	for f, err := range pipeline.Map(ctx, in, opt.Workers, func(_ context.Context, f File) (facts, error) { return examine(root, f, &opt), nil }) {
		if err != nil {
			return nil, fmt.Errorf("check: %w", err)
		}
		all = append(all, f)
		r.Bytes += f.bytes
		if f.head.Format != "" {
			r.Formats[f.head.Format]++
		}
		if opt.Progress != nil {
			opt.Progress(len(all), len(l.Files), r.Bytes)
		}
	}
	r.count(all)
	r.Findings = append(r.Findings, alone(all)...)
	r.Findings = append(r.Findings, odd(all)...)
	r.Findings = append(r.Findings, alike(all, opt.Near)...)
	r.sort()
	return r, nil
}
