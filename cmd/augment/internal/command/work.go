package command

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/antler-ml/antler/augment"
	"github.com/antler-ml/antler/cmd/augment/internal/encode"
	"github.com/antler-ml/antler/cmd/augment/internal/manifest"
	"github.com/antler-ml/antler/cmd/augment/internal/picture"
	"github.com/antler-ml/antler/cmd/augment/internal/source"
	"github.com/antler-ml/antler/cmd/augment/internal/store"
	"github.com/antler-ml/antler/internal/atomicfile"
	"github.com/antler-ml/antler/internal/npy"
)

// A job is some of the pictures that are made of a file.
type job struct {
	file source.File
	todo []task
}

// Name is for messages of the pipeline.
func (j job) Name() string { return j.file.Name }

// A task is one of them.
type task struct {
	epoch  int            // 0 is the original
	replay *manifest.Line // make this one again
}

// A result is what has become of a job.
type result struct {
	file source.File
	made []made
	lost []task // that could not be made
	bad  string // why
	cut  bool   // a signal came before all was done
}

// made is a new picture.
type made struct {
	line  manifest.Line
	entry store.Entry // for shards
	shard string      // that it was in, when it is made again
}

// A worker has the memory for one picture at a time.
type worker struct {
	picture *picture.Picture // its own, or that of the worker whom it helps
	own     picture.Picture
	sample  augment.Sample
	rand    *augment.Rand
	encoder encode.Encoder
}

// workers are those that are free. The last one that was used is the next, so
// that there are no more than pictures at the same time: their memory is large.
var workers struct {
	sync.Mutex
	free []*worker
}

func takeWorker() *worker {
	workers.Lock()
	defer workers.Unlock()
	n := len(workers.free)
	if n == 0 {
		w := &worker{rand: augment.NewRand(0)}
		w.picture = &w.own
		return w
	}
	w := workers.free[n-1]
	workers.free = workers.free[:n-1]
	return w
}

func (w *worker) release() {
	w.picture = &w.own
	workers.Lock()
	defer workers.Unlock()
	workers.free = append(workers.free, w)
}

// do does a job. Its error is one of writing, which ends the run.
func (m *maker) do(j job) (r result, err error) {
	m.hands.take()
	defer m.hands.giveBack()
	r.file = j.file
	if m.stop.Load() {
		r.cut = true
		return r, nil
	}
	src, err := m.loader.Open(j.file)
	if err != nil {
		return r, r.failed(err, j.todo...)
	}
	defer src.Close()
	w := takeWorker()
	defer w.release()
	if err := m.loader.Load(w.picture, src); err != nil {
		return r, r.failed(err, j.todo...)
	}
	for i, c := range m.copies(w, src, j.todo) {
		switch {
		case c.err != nil:
			if err := r.failed(c.err, j.todo[i]); err != nil {
				return r, err
			}
		case c.cut:
			r.cut = true
		case r.cut && m.Shards(): // its place in the shard would be wrong
		default:
			r.made = append(r.made, c.made)
		}
	}
	return r, nil
}

// failed puts down that tasks cannot be done, if the picture is to blame.
func (r *result) failed(err error, todo ...task) error {
	var bad *picture.BadError
	if !errors.As(err, &bad) {
		return err
	}
	if r.bad == "" {
		r.bad = bad.Reason
	}
	r.lost = append(r.lost, todo...)
	return nil
}

func bad(err error) error {
	return &picture.BadError{Reason: strings.TrimPrefix(strings.TrimPrefix(err.Error(), "augment: "), "image: ")}
}

// change makes w.sample a changed copy of w.picture, and returns how.
func (m *maker) change(w *worker, t task) (augment.Ops, error) {
	p := w.picture
	p.CopyTo(&w.sample)
	var ops augment.Ops
	if t.replay != nil {
		if p.Hash != t.replay.Hash {
			return nil, &picture.BadError{Reason: "it is not the file that the manifest was written of: its SHA-256 is another"}
		}
		var err error
		if ops, err = augment.UnmarshalOp(t.replay.Transform); err != nil {
			return nil, bad(err)
		}
	} else {
		d := p.Image.Shape()
		ops = m.draw(w.rand, t.epoch, p.File.Index, d[0], d[1])
	}
	if err := tooLarge(ops, p.Image.Shape()); err != nil {
		return nil, err
	}
	if err := ops.Apply(&w.sample); err != nil {
		text := strings.TrimPrefix(err.Error(), "augment: ")
		return nil, &picture.BadError{Reason: strings.TrimPrefix(text, p.Name+": ")}
	}
	if m.loader.Boxes != nil && t.epoch > 0 {
		w.sample.ClipBoxes(m.MinVisible)
	}
	return ops, nil
}

// maxPixels bounds what a policy, or a manifest that somebody else wrote, may
// make of a picture; those that are read have the same bound.
const maxPixels = 89478485

func tooLarge(ops augment.Ops, shape []int) error {
	h, w := shape[0], shape[1]
	for _, op := range ops {
		if h, w = op.Size(h, w); h < 1 || w < 1 || h > maxPixels/w {
			return &picture.BadError{Reason: fmt.Sprintf("%s would make it %d×%d (height × width), more than %d pixels", kind(op), h, w, maxPixels)}
		}
	}
	return nil
}

// draw draws what is done to a picture of h × w pixels: the policy, the resizing
// that was left to it, Keras' changes.
func (m *maker) draw(r *augment.Rand, epoch, index, h, w int) augment.Ops {
	r.Reset(m.Seed, uint64(epoch), uint64(index))
	var ops augment.Ops
	if m.policy != nil && epoch > 0 {
		ops = append(ops, m.policy.Draw(r, h, w)...)
		h, w = ops.Size(h, w)
	}
	if th, tw := m.loader.TargetSize[0], m.loader.TargetSize[1]; m.loader.Whole && th > 0 && (h != th || w != tw) {
		c := &augment.ResizedCrop{Height: h, Width: w, OutHeight: th, OutWidth: tw}
		if m.KeepAspectRatio {
			c.Height, c.Width = max(min(h, w*th/tw), 1), max(min(w, h*tw/th), 1)
			c.Top, c.Left = (h-c.Height)/2, (w-c.Width)/2
		}
		ops = append(ops, c)
		h, w = th, tw
	}
	if m.drawer != nil && epoch > 0 {
		ops = append(ops, m.drawer.Draw(r, h, w))
	}
	return ops
}

// write encodes w.sample and writes it, or leaves that to a shard.
func (m *maker) write(w *worker, t task, ops augment.Ops) (made, error) {
	p := w.picture
	d := slices.Clone(w.sample.Image.Shape())
	var x made
	if t.replay != nil {
		x.shard = t.replay.Shard
	}
	x.line = manifest.Line{Source: p.Name, Hash: p.Hash, Seed: m.Seed, Epoch: t.epoch, Index: p.File.Index, Width: d[1], Height: d[0], Class: m.class(p.File)}
	var err error
	if x.line.Transform, err = augment.MarshalOp(ops); err != nil {
		return x, err
	}
	if m.loader.Boxes != nil {
		if x.line.Boxes, err = marshalBoxes(p.BoxesOf(&w.sample)); err != nil {
			return x, err
		}
	}
	data, ext, err := m.encode(w)
	if err != nil {
		return x, err
	}
	x.line.Bytes, x.line.OutHash = int64(len(data)), hash(data)
	name := p.File.Key + "_orig"
	if t.epoch > 0 {
		name = fmt.Sprintf("%s_aug%d", p.File.Key, t.epoch)
	}
	if m.Shards() {
		return m.entry(w, x, name, ext, data, d)
	}
	x.line.Output = m.folder("images") + name + "." + ext
	if t.replay != nil {
		x.line.Output = t.replay.Output
	}
	if err := m.file(x.line.Output, data); err != nil {
		return x, err
	}
	if len(w.sample.Masks) > 0 {
		data, err := w.encoder.Mask(p.Mask(w.sample.Masks[0]))
		if err != nil {
			return x, bad(err)
		}
		x.line.Mask, x.line.MaskBytes = "masks/"+name+".png", int64(len(data))
		if t.replay != nil {
			x.line.Mask = t.replay.Mask
		}
		return x, m.file(x.line.Mask, data)
	}
	return x, nil
}

// entry makes x part of a shard.
func (m *maker) entry(w *worker, x made, name, ext string, data []byte, d []int) (made, error) {
	x.line.Output = name
	if ext != "" {
		x.line.Output += "." + ext
	}
	x.entry = store.Entry{Name: name, Ext: ext, Data: data, Shape: [3]int{d[0], d[1], d[2]}, Class: w.picture.File.Class}
	if m.DataFormat == "channels_first" {
		x.entry.Shape = [3]int{d[2], d[0], d[1]}
	}
	if m.Format == "tar" { // else nobody else writes to the numbers
		x.entry.Data = bytes.Clone(data)
		meta, err := json.Marshal(&x.line)
		if err != nil {
			return x, err
		}
		x.entry.Meta = meta
	}
	if len(w.sample.Masks) == 0 {
		return x, nil
	}
	mask := w.sample.Masks[0]
	if m.Format == "tar" {
		data, err := w.encoder.Mask(w.picture.Mask(mask))
		if err != nil {
			return x, bad(err)
		}
		x.entry.Mask = bytes.Clone(data)
		return x, nil
	}
	k := mask.Shape()
	x.entry.Mask, x.entry.MaskDim = encode.Numbers(mask, npy.DType{Kind: 'u', Size: 2}, false), [3]int{k[0], k[1], k[2]}
	return x, nil
}

// encode returns a sample as a file or as numbers. They are valid until the
// next call.
func (m *maker) encode(w *worker) (data []byte, ext string, err error) {
	p := w.picture
	x := w.sample.Image
	scaled := m.Normalizes()
	if p.Depth != 1 && (m.Format == "npz" || scaled) {
		for i, v := range x.Data() {
			x.Data()[i] = v * p.Depth
		}
	}
	if m.scaler != nil {
		if x, err = m.scaler.Standardize(x); err != nil {
			return nil, "", bad(err)
		}
	}
	if m.Format == "npz" {
		return encode.Numbers(x, encode.Types[m.number], m.DataFormat == "channels_first"), "", nil
	}
	ext = m.Format
	if ext == "" || ext == "tar" {
		if ext = "png"; p.Format == "jpeg" {
			ext = "jpg"
		}
	}
	if ext == "jpg" && x.Shape()[2] == 4 {
		ext = "png"
	}
	if data, err = w.encoder.Picture(x, ext, p.Depth, scaled); err != nil {
		return nil, "", bad(err)
	}
	return data, ext, nil
}

// folder is where pictures are when there is more than pictures.
func (m *maker) folder(name string) string {
	if m.loader.Masks == nil && m.loader.Boxes == nil {
		return ""
	}
	return name + "/"
}

func (m *maker) class(f source.File) string { return m.tree.Classes[f.Class] }

// file writes a file of OUT.
func (m *maker) file(name string, data []byte) error {
	if m.pretend {
		return nil
	}
	path := filepath.Join(m.out, filepath.FromSlash(name))
	if err := m.dirs.make(filepath.Dir(path)); err != nil {
		return err
	}
	return atomicfile.WriteMany(path, data) // the manifest has the size, and end syncs
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
