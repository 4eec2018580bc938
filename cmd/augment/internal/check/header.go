package check

import (
	"bytes"
	"encoding/binary"
)

// A Header is what the beginning of a file says of the picture.
type Header struct {
	Format   string // jpeg, png, gif, bmp, tiff, webp, ppm; empty: none of them
	Channels string // grey, colour, …; empty: not known
	Deep     bool   // 16 bits
	Alpha    bool
	CMYK     bool
	Animated bool // or of several pages
}

// The kinds of channels.
const (
	grey   = "grey"
	colour = "RGB"
	cmyk   = "CMYK"
)

// Kind describes the channels: "grey with alpha, 16 bits".
func (h Header) Kind() string {
	k := h.Channels
	if h.Alpha {
		k += " with alpha"
	}
	if h.Deep {
		k += ", 16 bits"
	}
	return k
}

// ReadHeader looks at the beginning of a file, or all of it, without decoding
// it. Damage is left to the decoder.
func ReadHeader(b []byte) (h Header) {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8")):
		h.Format = "jpeg"
		h.jpeg(b)
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		h.Format = "png"
		h.png(b)
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		h.Format, h.Channels, h.Animated = "gif", colour, secondFrame(b)
	case bytes.HasPrefix(b, []byte("BM")):
		h.Format, h.Channels = "bmp", colour
	case bytes.HasPrefix(b, []byte("II*\x00")):
		h.Format = "tiff"
		h.tiff(b, binary.LittleEndian)
	case bytes.HasPrefix(b, []byte("MM\x00*")):
		h.Format = "tiff"
		h.tiff(b, binary.BigEndian)
	case len(b) >= 16 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		h.Format, h.Channels = "webp", colour
		if string(b[12:16]) == "VP8X" && len(b) > 20 {
			h.Animated, h.Alpha = b[20]&0x02 != 0, b[20]&0x10 != 0
		}
	case len(b) >= 3 && b[0] == 'P' && b[1] >= '1' && b[1] <= '7' && bytes.IndexByte([]byte(" \t\r\n#"), b[2]) >= 0:
		h.Format = "ppm"
		switch b[1] {
		case '3', '6':
			h.Channels = colour
		case '1', '2', '4', '5':
			h.Channels = grey
		}
	}
	return h
}

// jpeg looks for the frame header, which has the number of components.
func (h *Header) jpeg(b []byte) {
	for i := 2; i+9 < len(b); {
		if b[i] != 0xFF {
			return
		}
		m := b[i+1]
		switch {
		case m == 0xFF: // padding
			i++
			continue
		case m == 0x01 || m >= 0xD0 && m <= 0xD8:
			i += 2
			continue
		case m == 0xD9 || m == 0xDA:
			return
		case m >= 0xC0 && m <= 0xCF && m != 0xC4 && m != 0xC8 && m != 0xCC:
			h.Channels = map[byte]string{1: grey, 3: colour, 4: cmyk}[b[i+9]]
			h.CMYK = b[i+9] == 4
			return
		}
		i += 2 + int(binary.BigEndian.Uint16(b[i+2:]))
	}
}

func (h *Header) png(b []byte) {
	if len(b) < 26 {
		return
	}
	h.Deep = b[24] == 16
	switch b[25] {
	case 0, 4:
		h.Channels = grey
	default:
		h.Channels = colour
	}
	h.Alpha = b[25] == 4 || b[25] == 6
	for i := 8; i+12 <= len(b); {
		n := int64(binary.BigEndian.Uint32(b[i:]))
		switch string(b[i+4 : i+8]) {
		case "acTL":
			h.Animated = i+12 <= len(b) && binary.BigEndian.Uint32(b[i+8:]) > 1
		case "tRNS":
			h.Alpha = true
		case "IDAT":
			return
		}
		if i64 := int64(i) + 12 + n; i64 > int64(len(b)) {
			return
		} else {
			i = int(i64)
		}
	}
}

// secondFrame reports whether a GIF has more than one picture.
func secondFrame(b []byte) bool {
	if len(b) < 13 {
		return false
	}
	table := func(flags byte) int {
		if flags&0x80 == 0 {
			return 0
		}
		return 3 << (flags&7 + 1)
	}
	frames := 0
	for i := 13 + table(b[10]); i < len(b); {
		switch b[i] {
		case 0x21: // an extension
			i += 2
		case 0x2C:
			if frames++; frames > 1 {
				return true
			}
			if i+10 > len(b) {
				return false
			}
			i += 10 + table(b[i+9]) + 1
		default:
			return false
		}
		for i < len(b) && b[i] != 0 {
			i += int(b[i]) + 1
		}
		i++
	}
	return false
}

// tiff looks at the first directory, and whether a second one follows.
func (h *Header) tiff(b []byte, order binary.ByteOrder) {
	if len(b) < 8 {
		return
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return
	}
	h.Channels = grey
	n := int64(order.Uint16(b[at:]))
	for i := range n {
		e := at + 2 + 12*i
		if e+12 > int64(len(b)) {
			return
		}
		const bits, photometric, samples = 258, 262, 277
		v := order.Uint16(b[e+8:])
		switch order.Uint16(b[e:]) {
		case bits:
			if count := order.Uint32(b[e+4:]); count > 2 { // elsewhere
				if p := int64(order.Uint32(b[e+8:])); p+2 <= int64(len(b)) {
					v = order.Uint16(b[p:])
				}
			}
			h.Deep = v == 16
		case photometric:
			switch v {
			case 2, 3, 6:
				h.Channels = colour
			case 5:
				h.Channels, h.CMYK = cmyk, true
			}
		case samples:
			h.Alpha = v == 2 || v == 4 && h.Channels != cmyk
		}
	}
	if next := at + 2 + 12*n; next+4 <= int64(len(b)) {
		h.Animated = order.Uint32(b[next:]) != 0
	}
}
