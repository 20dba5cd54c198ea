package codec

// Page reads a page: one MessagePack array of keys, or of keys and values (or a map of these), whose objects the Wires of a database read one
// after the other.
type Page struct {
	bytes []byte
	at    int
	left  uint64
}

// ReadPage reads the head of a page. Its errors wrap ErrInvalidPage, as those of Page do that are about the page itself.
func ReadPage(page []byte) (Page, error) {
	h := readHead(page)
	if h.kind != kindArray {
		return Page{}, failure(ErrInvalidPage, "it begins with %s, and must be one MessagePack array", h.kind)
	}
	return readPage(page, h)
}

// ReadEntries is ReadPage for keys and values, which may be a map as well.
func ReadEntries(page []byte) (Page, error) {
	h := readHead(page)
	switch h.kind {
	case kindMap:
		h.number *= 2
	case kindArray:
	default:
		return Page{}, failure(ErrInvalidPage, "it begins with %s, and must be one MessagePack array or map", h.kind)
	}
	return readPage(page, h)
}

func readPage(page []byte, h head) (Page, error) {
	if h.number > uint64(len(page)-h.size) { // an object has a byte at least
		return Page{}, failure(ErrInvalidPage, "%s of %d objects cannot have only %d bytes", h.kind, h.number, len(page))
	}
	return Page{bytes: page, at: h.size, left: h.number}, nil
}

// Len is how many objects there are left.
func (p *Page) Len() int { return int(p.left) }

// Rest is what has not been read.
func (p *Page) Rest() []byte { return p.bytes[p.at:] }

// Next reads the next object by a Wire: what is stored for it is a part of the page, or appended to *memory. There must be
// one left.
func (p *Page) Next(w Wire, memory *[]byte) (stored []byte, err error) {
	stored, *memory, p.at, err = w.ReadObject(*memory, p.bytes, p.at)
	p.left--
	return stored, err
}

// End checks that nothing follows the last object.
func (p *Page) End() error {
	if n := len(p.bytes) - p.at; n != 0 {
		return failure(ErrInvalidPage, "%d bytes follow the array, which ends at offset %d", n, p.at)
	}
	return nil
}

// appended is the part of memory that was appended to it since it had a length.
func appended(memory []byte, length int) []byte { return memory[length:len(memory):len(memory)] }
