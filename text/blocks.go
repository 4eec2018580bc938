package text

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"sync"
)

var lf = []byte{'\n'}

// ReadConfig says how a stream is cut into texts. The zero value reads UTF-8,
// one text per line, on all processors.
type ReadConfig struct {
	Charset string // name of the character set, as "latin1", "shift_jis" or "utf-16"; empty = UTF-8, taken as it is
	MaxLine int    // longest line in bytes; a longer one is an error; 0 = 16 MiB
	Workers int    // goroutines that work on lines; 0 = GOMAXPROCS; no result depends on it

	// Text, when not nil, takes the text out of a line (a column, a JSON
	// field) and returns dst with it appended. ErrSkip leaves the line out; any
	// other error ends the reading. It is called from several goroutines at once.
	Text func(dst, line []byte) ([]byte, error)
}

// ErrSkip is returned by ReadConfig.Text for lines that hold no text.
var ErrSkip = errors.New("text: skip this line")

const (
	defaultMaxLine = 16 << 20
	blockSize      = 1 << 18
)

// A Block is a run of whole lines of a stream.
type Block struct {
	Number int    // from 0
	Line   int64  // number of its first line, from 1
	Offset int64  // of its first byte in the stream, after decoding
	Data   []byte // the lines, each with its LF but perhaps the last
}

// Lines yields the lines with their numbers, without LF and CR LF.
func (b *Block) Lines() iter.Seq2[int64, []byte] {
	return func(yield func(int64, []byte) bool) {
		line := b.Line
		for rest := b.Data; len(rest) > 0; line++ {
			var l []byte
			l, rest = cutLine(rest)
			if !yield(line, l) {
				return
			}
		}
	}
}

func cutLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return b, nil
	}
	line, rest = b[:i], b[i+1:]
	if i > 0 && line[i-1] == '\r' {
		line = line[:i-1]
	}
	return line, rest
}

// EachBlock reads r in blocks of lines and calls work for each on several
// goroutines, and emit for each result, in the order of the stream, on the
// calling goroutine. The blocks do not depend on the number of workers. worker
// is below c.Workers, for scratch memory that work may keep. A result may be
// reused by work after emit returned: give out what recycle holds. Memory is
// bounded by a few blocks for each worker. The first error, in the order of the
// stream, ends the reading.
func EachBlock[T any](r io.Reader, c ReadConfig, work func(worker int, b *Block, recycle T) (T, error), emit func(T) error) error {
	blocks, err := newBlockReader(r, c)
	if err != nil {
		return err
	}
	n := c.workers()
	if n == 1 {
		return eachBlockHere(blocks, work, emit)
	}
	type job struct {
		Block
		result T
		err    error
		done   chan struct{}
	}
	var (
		wg      sync.WaitGroup
		pending = make(chan *job, 2*n) // in order
		todo    = make(chan *job)
		free    = make(chan *job, 2*n+2)
		stop    = make(chan struct{})
	)
	for w := range n {
		wg.Go(func() {
			for j := range todo {
				j.result, j.err = work(w, &j.Block, j.result)
				j.done <- struct{}{}
			}
		})
	}
	wg.Go(func() {
		defer close(pending)
		defer close(todo)
		for made := 0; ; {
			var j *job
			if made < cap(free) {
				j = &job{done: make(chan struct{}, 1)}
				made++
			} else {
				select {
				case j = <-free:
				case <-stop:
					return
				}
			}
			err := blocks.next(&j.Block)
			if err == io.EOF {
				return
			}
			if err != nil {
				j.err = err
				j.done <- struct{}{}
			}
			select {
			case pending <- j:
			case <-stop:
				return
			}
			if err != nil {
				return
			}
			select {
			case todo <- j:
			case <-stop:
				j.done <- struct{}{}
				return
			}
		}
	})
	defer wg.Wait()
	defer close(stop)
	for j := range pending {
		<-j.done
		if j.err != nil {
			return j.err
		}
		if err := emit(j.result); err != nil {
			return err
		}
		free <- j
	}
	return nil
}

func eachBlockHere[T any](blocks *blockReader, work func(int, *Block, T) (T, error), emit func(T) error) error {
	var b Block
	var result T
	for {
		if err := blocks.next(&b); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		var err error
		if result, err = work(0, &b, result); err != nil {
			return err
		}
		if err := emit(result); err != nil {
			return err
		}
	}
}

func (c ReadConfig) workers() int {
	if c.Workers > 0 {
		return c.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// A blockReader cuts a stream after the last LF of every blockSize bytes.
type blockReader struct {
	r       io.Reader
	rest    []byte // begins the next block
	maxLine int
	number  int
	line    int64
	offset  int64
	end     error
}

func newBlockReader(r io.Reader, c ReadConfig) (*blockReader, error) {
	if c.MaxLine < 0 {
		return nil, fmt.Errorf("text: MaxLine is %d: want the longest line in bytes, or 0 for 16 MiB", c.MaxLine)
	}
	if c.Charset != "" {
		var err error
		if r, err = DecodeReader(r, c.Charset); err != nil {
			return nil, err
		}
	}
	b := &blockReader{r: r, maxLine: c.MaxLine, line: 1}
	if b.maxLine == 0 {
		b.maxLine = defaultMaxLine
	}
	return b, nil
}

func (r *blockReader) next(b *Block) error {
	buf := append(b.Data[:0], r.rest...)
	r.rest = r.rest[:0]
	cut := -1 // after the last LF
	for r.end == nil && cut < 0 {
		from := len(buf)
		if want := max(blockSize, from+blockSize/2); cap(buf) < want {
			buf = append(make([]byte, 0, want), buf...)
		}
		var n int
		n, r.end = io.ReadFull(r.r, buf[from:cap(buf)])
		buf = buf[:from+n]
		if cut = bytes.LastIndexByte(buf[from:], '\n'); cut >= 0 {
			cut += from + 1
		}
		if cut < 0 && len(buf) > r.maxLine {
			return r.tooLong(r.line)
		}
	}
	if r.end != nil && r.end != io.EOF && r.end != io.ErrUnexpectedEOF {
		return fmt.Errorf("text: reading at byte %d: %w", r.offset+int64(len(buf)), r.end)
	}
	if r.end != nil {
		cut = len(buf)
	}
	if len(buf) == 0 {
		return io.EOF
	}
	r.rest = append(r.rest, buf[cut:]...)
	*b = Block{Number: r.number, Line: r.line, Offset: r.offset, Data: buf[:cut]}
	if err := r.checkLines(b); err != nil {
		return err
	}
	r.number++
	r.line += int64(bytes.Count(b.Data, lf))
	r.offset += int64(cut)
	return nil
}

// checkLines finds lines above the limit in a block that is itself above it.
func (r *blockReader) checkLines(b *Block) error {
	if len(b.Data) <= r.maxLine {
		return nil
	}
	line := b.Line
	for rest := b.Data; len(rest) > 0; line++ {
		n := bytes.IndexByte(rest, '\n') + 1
		if n == 0 {
			n = len(rest)
		}
		if n > r.maxLine+1 {
			return r.tooLong(line)
		}
		rest = rest[n:]
	}
	return nil
}

func (r *blockReader) tooLong(line int64) error {
	return fmt.Errorf("text: line %d is longer than %d bytes: if this is a text file, raise MaxLine", line, r.maxLine)
}
