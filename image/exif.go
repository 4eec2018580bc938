package image

import "encoding/binary"

// orientation returns the EXIF orientation, 1…8, in a TIFF structure; 1 if
// there is none or it makes no sense.
func orientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 1
		}
		const tag, short, long = 0x0112, 3, 4
		if order.Uint16(entries) == tag {
			v := 0
			switch order.Uint16(entries[2:]) {
			case short:
				v = int(order.Uint16(entries[8:]))
			case long:
				v = int(order.Uint32(entries[8:]))
			}
			if v < 1 || v > 8 {
				return 1
			}
			return v
		}
		entries = entries[12:]
	}
	return 1
}

// pngEXIF returns the contents of the eXIf chunk of a PNG.
func pngEXIF(data []byte) []byte {
	for i := 8; i+12 <= len(data); {
		n := int64(binary.BigEndian.Uint32(data[i:]))
		if int64(i)+12+n > int64(len(data)) {
			return nil
		}
		if string(data[i+4:i+8]) == "eXIf" {
			return data[i+8 : i+8+int(n)]
		}
		i += 12 + int(n)
	}
	return nil
}

// orient makes dst the picture src turned and flipped as an EXIF orientation
// says: with 1 the first row is at the top and the first column at the left,
// with 6, as most often in portraits, the first row is at the right.
func orient(dst, src *Image, o int) {
	h, w, c := src.Height, src.Width, src.Channels
	across := o >= 5 // rows become columns
	dst.Height, dst.Width, dst.Channels = h, w, c
	if across {
		dst.Height, dst.Width = w, h
	}
	// Pixel (x, y) of dst is the one at from + x·dx + y·dy of src.
	from, dx, dy := 0, 1, w
	if across {
		dx, dy = w, 1
	}
	right := o == 2 || o == 3 || o == 7 || o == 8  // src's columns from the right
	bottom := o == 3 || o == 4 || o == 6 || o == 7 // src's rows from the bottom
	if right {
		from += w - 1
		if across {
			dy = -dy
		} else {
			dx = -dx
		}
	}
	if bottom {
		from += (h - 1) * w
		if across {
			dx = -dx
		} else {
			dy = -dy
		}
	}
	if src.Pix16 != nil {
		dst.Pix, dst.Pix16 = dst.Pix[:0], resized(dst.Pix16, len(src.Pix16))
		pick(dst.Pix16, src.Pix16, dst.Width, c, from, dx, dy)
		return
	}
	dst.Pix16, dst.Pix = nil, resized(dst.Pix, len(src.Pix))
	pick(dst.Pix, src.Pix, dst.Width, c, from, dx, dy)
}

func pick[T uint8 | uint16](dst, src []T, width, c, from, dx, dy int) {
	for y := range len(dst) / (width * c) {
		at := (from + y*dy) * c
		row := dst[y*width*c:][:width*c]
		switch c {
		case 1:
			for x := range row {
				row[x] = src[at]
				at += dx
			}
		case 3:
			for ; len(row) >= 3; row = row[3:] {
				s := src[at : at+3]
				row[0], row[1], row[2] = s[0], s[1], s[2]
				at += 3 * dx
			}
		default:
			for ; len(row) >= c; row = row[c:] {
				copy(row[:c], src[at:])
				at += c * dx
			}
		}
	}
}
