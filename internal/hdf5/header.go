package hdf5

// Types of messages of an object header.
const (
	msgDataspace    = 0x01
	msgLinkInfo     = 0x02
	msgDatatype     = 0x03
	msgFill         = 0x05
	msgLink         = 0x06
	msgExternal     = 0x07
	msgLayout       = 0x08
	msgFilters      = 0x0b
	msgAttribute    = 0x0c
	msgContinuation = 0x10
	msgSymbolTable  = 0x11
	msgAttrInfo     = 0x15
)

// A header is what describes an object: messages.
type header struct {
	addr     int64
	messages []message
}

type message struct {
	kind   int
	shared bool // the body says where the message is
	body   []byte
	at     int64
}

func (f *File) cursor(m message) *cursor { return &cursor{f: f, b: m.body, at: m.at} }

// find returns the first message of a kind.
func (h *header) find(kind int) (message, bool) {
	for _, m := range h.messages {
		if m.kind == kind {
			return m, true
		}
	}
	return message{}, false
}

// header reads the header at an address.
func (f *File) header(addr int64) (*header, error) {
	if h := f.headers[addr]; h != nil {
		return h, nil
	}
	w := f.walk()
	start := w.read(addr, 4)
	if start.err != nil {
		return nil, start.err
	}
	h := &header{addr: addr}
	var err error
	if string(start.b) == "OHDR" {
		err = h.new(w, addr)
	} else {
		err = h.old(w, addr)
	}
	if err != nil {
		return nil, err
	}
	f.headers[addr] = h
	return h, nil
}

// block is a part of a header.
type block struct {
	addr   int64
	length uint64
}

// old reads a header of version 1.
func (h *header) old(w *walk, addr int64) error {
	c := w.read(addr, 16)
	c.version("the object header", 1, 1)
	c.skip(1)
	count := c.u16()
	c.skip(4)
	size := c.u32()
	if c.err != nil {
		return c.err
	}
	blocks := []block{{addr + 16, uint64(size)}}
	for len(blocks) > 0 {
		b := blocks[0]
		blocks = blocks[1:]
		c := w.block(b)
		for c.err == nil && c.left() >= 8 && count > 0 {
			count--
			kind, n, flags := c.u16(), c.u16(), c.u8()
			c.skip(3)
			m := message{kind: kind, shared: flags&2 != 0, at: c.pos(), body: c.take(n)}
			if err := h.add(w.f, m, &blocks); err != nil {
				return err
			}
		}
		if c.err != nil {
			return c.err
		}
	}
	return nil
}

// block reads a part of a header whose length the file states.
func (w *walk) block(b block) *cursor {
	if b.length > uint64(w.f.size) {
		return w.read(b.addr, int(w.f.size)+1) // says that it is too long
	}
	return w.read(b.addr, int(b.length))
}

// new reads a header of version 2.
func (h *header) new(w *walk, addr int64) error {
	c := w.read(addr, int(min(w.f.size-addr, 34)))
	c.signature("OHDR")
	c.version("the object header", 2, 2)
	flags := c.u8()
	if flags&0x20 != 0 {
		c.skip(16) // times
	}
	if flags&0x10 != 0 {
		c.skip(4) // when attributes become dense
	}
	size := c.uint(1 << (flags & 3))
	if c.err != nil {
		return c.err
	}
	start := c.p
	if size > uint64(w.f.size) {
		return at(c.pos(), "an object header of %d bytes; the file has %d", size, w.f.size)
	}
	c = w.read(addr, start+int(size)+4)
	c.skip(start)
	blocks := []block{}
	for {
		if err := h.newBlock(c, flags, &blocks); err != nil {
			return err
		}
		if len(blocks) == 0 {
			return nil
		}
		c = w.block(blocks[0])
		blocks = blocks[1:]
		c.signature("OCHK")
	}
}

// newBlock reads the messages of one block, and its checksum.
func (h *header) newBlock(c *cursor, flags int, blocks *[]block) error {
	least := 4 // bytes of a message
	if flags&4 != 0 {
		least = 6
	}
	if c.err == nil && c.left() < 4 {
		c.fail("the block has no room for a checksum")
	}
	if c.err != nil {
		return c.err
	}
	sum := *c
	sum.p = len(c.b) - 4
	if sum.checksum(); sum.err != nil {
		return sum.err
	}
	c.b = c.b[:len(c.b)-4]
	for c.err == nil && c.left() >= least {
		kind, n, mflags := c.u8(), c.u16(), c.u8()
		c.skip(least - 4)
		m := message{kind: kind, shared: mflags&2 != 0, at: c.pos(), body: c.take(n)}
		if c.err != nil {
			break
		}
		if err := h.add(c.f, m, blocks); err != nil {
			return err
		}
	}
	return c.err
}

// add keeps a message; that of a continuation names another block.
func (h *header) add(f *File, m message, blocks *[]block) error {
	if m.kind != msgContinuation {
		if m.kind != 0 {
			h.messages = append(h.messages, m)
		}
		return nil
	}
	c := f.cursor(m)
	*blocks = append(*blocks, block{c.address(), c.length()})
	return c.err
}

// resolve follows a message that is kept elsewhere, as that of a named type is.
func (f *File) resolve(m message) (message, error) {
	if !m.shared {
		return m, nil
	}
	c := f.cursor(m)
	v, kind := c.version("the shared message", 1, 3), c.u8()
	if v == 1 {
		c.skip(6)
	}
	if v == 3 && kind == 1 {
		c.fail("the message is in the file's table of shared messages; such files are not read")
	}
	addr := c.address()
	if c.err != nil {
		return m, c.err
	}
	h, err := f.header(addr)
	if err != nil {
		return m, err
	}
	there, ok := h.find(m.kind)
	if !ok || there.shared {
		return m, at(addr, "the shared message of type %#x is not here", m.kind)
	}
	return there, nil
}
