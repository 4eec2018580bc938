package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
)

var titles = []struct{ name, title, text string }{
	{"warp", "Affine warp, 224×224×3, one core", "One call of `ApplyAffineImage` (bytes) or `ApplyTransformTo` (float32) beside `cv2.warpAffine` with `setNumThreads(1)`, into memory that is there already. OpenCV rounds places to 1/32 of a pixel; ours does not. Nearest pixels of a line are found by whole numbers of 2^-32, eight at a time; rows with a place too near to the edge between two pixels are done again with exact numbers, so the pixels are the same (float32, best of many short turns: 83 → 65 µs, with constant outside 78 → 69). Dropped: places and copying in one loop (no gain)."},
	{"generator", "The whole generator, 224×224×3, one core", "An epoch of `Flow` beside `next` of tf_keras' `flow`, batches of 32, float32."},
	{"chain", "The same chain, 224×224×3", "An epoch of `Flow` over float32 arrays beside albumentations (threads; OpenCV on one each) and torchvision v2 (tensors of bytes; `set_num_threads`) into one float32 array."},
	{"policy", "RandAugment, 224×224×3, one core", "Two operations of magnitude 9, flip and normalisation. Ours works on float32, torchvision on bytes."},
	{"directory", "From a directory of JPEGs to batches", "200 pictures of 1024×768 (quality 90, 4:2:0, about 200 KB) become batches of 32 of 224×224×3 float32: read, decoded, resized (bilinear, with smoothing), rotated, shifted, zoomed, flipped, normalised. An epoch of `FlowFromDirectory` beside a PyTorch `DataLoader` with torchvision v2 (two worker processes that stay, `prefetch_factor` 4; with `decode_image` on tensors of bytes, with Pillow on its images up to the last steps) and tf_keras' `flow_from_directory`. On one core a third of our time is Huffman decoding, a fifth the resize along the rows, a twelfth the warp. Tried: to keep the weights of the resize between pictures of one size and to look bytes up as numbers took 3 to 5 % off; to read files without package os took nothing off, but the last allocations of an image; of `Prefetch` 0, 1, 2 and 4 with two workers (2.56, 2.70, 2.72 and 3.07 ms an image) a short ring is the best, since it is written to memory less far away. While other programs held both cores, two workers were 1.32 (whole) and 1.12 (draft) times as fast as one; their lines below were measured again when nothing else ran, seven turns of 1.5 s."},
	{"command", "The command with two workers and with one", "Whole runs of `augment IN OUT -n 5 --quiet`, start and sync included, per picture that is made. 60 small pictures take 0.2 s with two workers; of that, starting takes 6 ms and waiting for the disk at the end about 6. Both take the same processor time with one worker and with two (0.36 s). Turns of 0.2 s swing with the clock of the processor, which is higher when one core works; what two separate programs get from two cores stands below, and is what the short runs can reach at most. Dropped on the way: the last sync of 150 pictures of 1024×768 took 0.10 and 0.39 s, since the disk begins with each picture at once 0.01 and 0.06 s; workers whose input has ended make copies of the pictures that others have read, before one waited up to five copies long; the first line of the manifest is brought to the disk while pictures are made (6 ms)."},
	{"zca", "ZCA fit, one core", "`Fit` beside numpy's formula as Keras has it, float32, OpenBLAS on one thread. Beside the images it holds the covariance (75 MB), the result (38 MB) and blocks of some MB."},
}

func page(k *book) []byte {
	var b bytes.Buffer
	b.WriteString("# Augmentation beside OpenCV, albumentations, torchvision, Keras and numpy\n\nMade by `go run ./benchmarks/augment`. Sides take turns. Quotients are theirs divided by ours, above 1 ours is faster: the median of the turns, in brackets the least and the largest.\n\n")
	var v []string
	for _, name := range slices.Sorted(maps.Keys(k.Versions)) {
		v = append(v, name+" "+k.Versions[name])
	}
	fmt.Fprintf(&b, "%s, %s, %s.\n\n", cpu(), runtime.Version(), strings.Join(v, ", "))
	summary(&b, k)
	for _, t := range titles {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| | ours | peer | theirs | quotient | aim | measured |\n|---|---:|---|---:|---:|---:|---|\n", t.title, t.text)
		for _, r := range k.of(t.name) {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %g | %s |\n", r.Name, r.time(r.Ours), r.Peer, r.time(r.Theirs), r.ratio(), r.Want, r.When)
		}
		for _, r := range k.of("machine") {
			if t.name == "command" {
				fmt.Fprintf(&b, "\nThe machine's own limit on %s: two %s, one on each core, are %s times as fast as one.\n", r.When, r.Name, r.ratio())
			}
		}
		if t.name == "directory" {
			fmt.Fprintf(&b, "\n%s.\n", k.Toll)
		}
	}
	return b.Bytes()
}

func cpu() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return fmt.Sprintf("%s, %d cores", strings.TrimSpace(value), runtime.NumCPU())
		}
	}
	return runtime.GOARCH
}
