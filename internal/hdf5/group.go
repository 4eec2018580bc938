package hdf5

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Limits of what a file may hold.
const (
	maxLinks   = 1 << 20 // of all groups
	maxHops    = 16      // soft links on the way to one object
	maxTree    = 32      // levels
	maxPath    = 256     // groups inside each other
	maxRank    = 32
	maxFilters = 32
)

// A Group holds objects by name: groups and datasets.
type Group struct {
	object
	links map[string]link
}

// An object is what groups and datasets share: a place in the file, and
// attributes.
type object struct {
	f    *File
	path string
	h    *header
	attr map[string]*Attribute
}

// Path is the object's name in the file: /model_weights/dense.
func (o *object) Path() string { return o.path }

type link struct {
	addr     int64
	soft     string // a path; addr is undefined then
	external bool
}

// Root returns the outermost group.
func (f *File) Root() (*Group, error) { return f.group("/", f.root) }

func (f *File) group(path string, addr int64) (*Group, error) {
	h, err := f.header(addr)
	if err != nil {
		return nil, in(path, err)
	}
	if !h.isGroup() {
		return nil, in(path, at(addr, "want a group; it is something else"))
	}
	g := &Group{object: object{f: f, path: path, h: h}, links: f.links[addr]}
	if g.links == nil {
		g.links = map[string]link{}
		if err := g.readLinks(); err != nil {
			return nil, in(path, err)
		}
		f.links[addr] = g.links
	}
	return g, nil
}

func (h *header) isGroup() bool {
	for _, kind := range []int{msgSymbolTable, msgLinkInfo, msgLink} {
		if _, ok := h.find(kind); ok {
			return true
		}
	}
	return false
}

func (g *Group) add(name string, l link) error {
	if name == "" || name == "." || name == ".." || strings.ContainsRune(name, '/') {
		return fmt.Errorf("an object is called %.40q", name)
	}
	if _, ok := g.links[name]; ok {
		return fmt.Errorf("two objects are called %q", name)
	}
	// A link takes more than 8 bytes, so there are no more in the whole file.
	if g.f.linkCount++; g.f.linkCount > min(maxLinks, 16+g.f.size/8) {
		return fmt.Errorf("the groups of the file have more than %d objects", g.f.linkCount-1)
	}
	g.links[name] = l
	return nil
}

func (g *Group) readLinks() error {
	for _, m := range g.h.messages {
		var err error
		switch m.kind {
		case msgSymbolTable:
			err = g.symbolTable(m)
		case msgLink:
			err = g.link(g.f.cursor(m))
		case msgLinkInfo:
			err = g.denseLinks(m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// link reads one link message.
func (g *Group) link(c *cursor) error {
	c.version("the link", 1, 1)
	flags, kind := c.u8(), 0
	if flags&8 != 0 {
		kind = c.u8()
	}
	if flags&4 != 0 {
		c.skip(8) // order of creation
	}
	if flags&16 != 0 {
		c.skip(1) // character set
	}
	n := c.uint(1 << (flags & 3))
	if n > uint64(c.left()) {
		c.fail("a name of %d bytes in a link of %d", n, len(c.b))
	}
	name := string(c.take(int(n)))
	l := link{addr: undefined}
	switch {
	case kind == 0:
		l.addr = c.address()
	case kind == 1:
		l.soft = string(c.take(c.u16()))
	case kind >= 64:
		l.external = true
	default:
		c.fail("link %q is of the unknown type %d", name, kind)
	}
	if c.err != nil {
		return c.err
	}
	return g.add(name, l)
}

// Names returns the names in the group, sorted.
func (g *Group) Names() []string { return slices.Sorted(maps.Keys(g.links)) }

// Has reports whether there is an object with a name in the group.
func (g *Group) Has(name string) bool {
	_, ok := g.links[name]
	return ok
}

// find follows a path: names with / between them.
func (g *Group) find(path string) (addr int64, full string, err error) {
	hops := 0
	at, rest := g, path
	if strings.HasPrefix(path, "/") {
		if at, err = g.f.Root(); err != nil {
			return 0, "", err
		}
	}
	for depth := 0; ; depth++ {
		rest = strings.TrimLeft(rest, "/")
		if rest == "" || rest == "." {
			return at.h.addr, at.path, nil
		}
		if depth > maxPath {
			return 0, "", in(g.path, fmt.Errorf("%.60q is more than %d groups deep", path, maxPath))
		}
		name, after, more := strings.Cut(rest, "/")
		if name == "." {
			rest = after
			continue
		}
		l, ok := at.links[name]
		full = strings.TrimSuffix(at.path, "/") + "/" + name
		switch {
		case !ok:
			return 0, "", in(full, fmt.Errorf("%w; the group %s has %d objects%s", ErrNotFound, at.path, len(at.links), some(at.Names())))
		case l.external:
			return 0, "", in(full, errors.New("it is in another file; links to other files are not followed"))
		case l.addr == undefined:
			if hops++; hops > maxHops {
				return 0, "", in(full, fmt.Errorf("soft links go on and on: more than %d", maxHops))
			}
			rest = l.soft + "/" + after
			if strings.HasPrefix(rest, "/") {
				if at, err = g.f.Root(); err != nil {
					return 0, "", err
				}
			}
			continue
		case !more || strings.Trim(after, "/") == "":
			return l.addr, full, nil
		}
		if at, err = g.f.group(full, l.addr); err != nil {
			return 0, "", err
		}
		rest = after
	}
}

// some lists the first few names.
func some(names []string) string {
	switch {
	case len(names) == 0:
		return ""
	case len(names) > 8:
		return fmt.Sprintf(": %q, …", names[:8])
	}
	return fmt.Sprintf(": %q", names)
}

// IsGroup reports whether there is a group at a path.
func (g *Group) IsGroup(path string) (bool, error) {
	addr, full, err := g.find(path)
	if err != nil {
		return false, err
	}
	h, err := g.f.header(addr)
	if err != nil {
		return false, in(full, err)
	}
	return h.isGroup(), nil
}

// Group opens the group at a path; one that begins with / starts at the root.
func (g *Group) Group(path string) (*Group, error) {
	addr, full, err := g.find(path)
	if err != nil {
		return nil, err
	}
	return g.f.group(full, addr)
}

// Dataset opens the dataset at a path.
func (g *Group) Dataset(path string) (*Dataset, error) {
	addr, full, err := g.find(path)
	if err != nil {
		return nil, err
	}
	h, err := g.f.header(addr)
	if err != nil {
		return nil, in(full, err)
	}
	d := &Dataset{object: object{f: g.f, path: full, h: h}}
	return d, in(full, d.describe())
}
