package text

import (
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"math/bits"
)

// A Hash names a hash function of [HashingTrick].
type Hash string

const (
	// XXH64 is xxHash 64 with seed 0 of the word's UTF-8 bytes: fast, and the
	// same in every process, on every machine and in every language that has it.
	XXH64 Hash = "xxh64"
	// MD5 is what Keras computes for hash_function='md5': the digest as one
	// number of 128 bits, the first byte uppermost.
	MD5 Hash = "md5"
)

// HashConfig says how [HashingTrick] cuts and hashes. The zero value cuts as
// Keras does and hashes with XXH64.
type HashConfig struct {
	Split    SplitConfig                // how the text is cut into words
	Analyzer func(text string) []string // cuts the text in place of Split; nil = Split
	Hash     Hash                       // XXH64 or MD5; empty = XXH64 (Keras' default differs from process to process)
	Func     func(word string) int      // the user's own function, in place of Hash; may be negative; nil = Hash
}

// OneHot turns a text into numbers from 1 to n-1, one for each word, by a hash:
// [HashingTrick] with the default hash. Different words can share a number.
// Where Keras uses Python's hash, which changes from process to process, the
// numbers here are always the same. n below 2 is an error.
//
// Keras: one_hot
func OneHot(text string, n int, c SplitConfig) ([]int, error) {
	return HashingTrick(text, n, HashConfig{Split: c})
}

// HashingTrick turns a text into numbers, one for each word: its hash modulo
// n-1, plus 1. So they run from 1 to n-1, and 0 stays free for padding.
// Different words can share a number. n below 2 and an unknown hash are errors.
//
// Keras: hashing_trick
func HashingTrick(text string, n int, c HashConfig) ([]int, error) {
	h, err := NewHasher(n, c)
	if err != nil {
		return nil, err
	}
	return h.Append(nil, text), nil
}

// A Hasher is [HashingTrick] made ready for many texts. It keeps buffers: use
// one per goroutine.
type Hasher struct {
	config HashConfig
	cur    cursor
	n      uint64
}

// NewHasher checks the settings and returns a Hasher for numbers below n.
func NewHasher(n int, c HashConfig) (*Hasher, error) {
	if n < 2 {
		return nil, fmt.Errorf("text: n is %d: hashed numbers run from 1 to n-1, so n must be at least 2", n)
	}
	switch c.Hash {
	case "":
		c.Hash = XXH64
	case XXH64, MD5:
	default:
		return nil, fmt.Errorf("text: unknown hash %q: want %q or %q, or set HashConfig.Func", c.Hash, XXH64, MD5)
	}
	return &Hasher{config: c, cur: cursor{splitter: newSplitter(c.Split)}, n: uint64(n - 1)}, nil
}

// Append appends the numbers of a text to dst. It allocates only to grow dst.
func (h *Hasher) Append(dst []int, text string) []int {
	if h.config.Analyzer != nil {
		for _, w := range h.config.Analyzer(text) {
			dst = append(dst, h.number([]byte(w)))
		}
		return dst
	}
	for h.cur.reset(text); h.cur.fill(); {
		for _, s := range h.cur.spans {
			dst = append(dst, h.number(h.cur.buf[s.lo:s.hi]))
		}
	}
	return dst
}

func (h *Hasher) number(word []byte) int {
	switch {
	case h.config.Func != nil:
		m := h.config.Func(string(word)) % int(h.n)
		if m < 0 {
			m += int(h.n)
		}
		return m + 1
	case h.config.Hash == MD5:
		sum := md5.Sum(word)
		_, r := bits.Div64(0, binary.BigEndian.Uint64(sum[:]), h.n)
		_, r = bits.Div64(r, binary.BigEndian.Uint64(sum[8:]), h.n)
		return int(r) + 1
	}
	return int(xxh64(word)%h.n) + 1
}

const (
	prime1 = 0x9E3779B185EBCA87
	prime2 = 0xC2B2AE3D27D4EB4F
	prime3 = 0x165667B19E3779F9
	prime4 = 0x85EBCA77C2B2AE63
	prime5 = 0x27D4EB2F165667C5
)

// xxh64 is xxHash 64 with seed 0 (Collet, "xxHash fast digest algorithm").
func xxh64(b []byte) uint64 {
	n := uint64(len(b))
	var h uint64 = prime5
	if len(b) >= 32 {
		var p1, p2 uint64 = prime1, prime2 // variables, since the sums must wrap
		v1, v2, v3, v4 := p1+p2, p2, uint64(0), -p1
		for ; len(b) >= 32; b = b[32:] {
			v1 = xxRound(v1, binary.LittleEndian.Uint64(b))
			v2 = xxRound(v2, binary.LittleEndian.Uint64(b[8:]))
			v3 = xxRound(v3, binary.LittleEndian.Uint64(b[16:]))
			v4 = xxRound(v4, binary.LittleEndian.Uint64(b[24:]))
		}
		h = bits.RotateLeft64(v1, 1) + bits.RotateLeft64(v2, 7) + bits.RotateLeft64(v3, 12) + bits.RotateLeft64(v4, 18)
		for _, v := range [4]uint64{v1, v2, v3, v4} {
			h = (h^xxRound(0, v))*prime1 + prime4
		}
	}
	h += n
	for ; len(b) >= 8; b = b[8:] {
		h = bits.RotateLeft64(h^xxRound(0, binary.LittleEndian.Uint64(b)), 27)*prime1 + prime4
	}
	if len(b) >= 4 {
		h = bits.RotateLeft64(h^uint64(binary.LittleEndian.Uint32(b))*prime1, 23)*prime2 + prime3
		b = b[4:]
	}
	for _, c := range b {
		h = bits.RotateLeft64(h^uint64(c)*prime5, 11) * prime1
	}
	h = (h ^ h>>33) * prime2
	h = (h ^ h>>29) * prime3
	return h ^ h>>32
}

func xxRound(acc, lane uint64) uint64 { return bits.RotateLeft64(acc+lane*prime2, 31) * prime1 }
