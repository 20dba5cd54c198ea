package notation

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/vmihailenco/msgpack/v5"
)

// parser reads the notation and writes MessagePack in its shortest forms.
type parser struct {
	text []byte
	at   int
	out  *bytes.Buffer
	enc  *msgpack.Encoder
}

// maxDepth is how deep arrays and maps may be inside each other: what a stored value may have.
const maxDepth = 512

// whole reads all of the text as one object.
func (p *parser) whole() ([]byte, error) {
	p.into(&bytes.Buffer{})
	if err := p.object(0); err != nil {
		return nil, err
	}
	if p.space(); p.at != len(p.text) {
		return nil, p.wrong("something follows")
	}
	return p.out.Bytes(), nil
}

// into makes what is read go to a buffer.
func (p *parser) into(out *bytes.Buffer) { p.out, p.enc = out, msgpack.NewEncoder(out) }

// stored reads {"$stored": ...} as all of the text.
func (p *parser) stored() ([]byte, bool, error) {
	if tag, b, err := p.tagged(); tag == tagStored || err != nil {
		if p.space(); err == nil && p.at != len(p.text) {
			return nil, true, p.wrong("something follows")
		}
		return b, true, err
	}
	p.at = 0
	p.space()
	return nil, false, nil
}

func (p *parser) wrong(what string) error {
	return fmt.Errorf("%s at offset %d: write \"text\", 42, 4.2, true, null, [\"eu\",7], {\"a\":1} or 0x6869", what, p.at)
}

func (p *parser) space() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t' || p.text[p.at] == '\n' || p.text[p.at] == '\r') {
		p.at++
	}
}

func (p *parser) peek() byte {
	p.space()
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

// accept takes a byte if it comes next.
func (p *parser) accept(c byte) bool {
	if p.peek() != c {
		return false
	}
	p.at++
	return true
}

func (p *parser) object(depth int) error {
	if depth > maxDepth {
		return p.wrong("more than 512 arrays and maps inside each other")
	}
	switch c := p.peek(); {
	case c == '"':
		text, err := p.string()
		if err != nil {
			return err
		}
		return p.enc.EncodeString(text)
	case c == '[':
		return p.array(depth)
	case c == '{':
		return p.table(depth)
	case bytes.HasPrefix(p.text[p.at:], []byte("0x")):
		return p.hex()
	case c == '-' || (c >= '0' && c <= '9'):
		return p.number()
	}
	for _, word := range [...]struct {
		text string
		is   any
	}{{"null", nil}, {"true", true}, {"false", false}} {
		if bytes.HasPrefix(p.text[p.at:], []byte(word.text)) {
			p.at += len(word.text)
			return p.enc.Encode(word.is)
		}
	}
	return p.wrong("no value")
}

// string reads a text in quotes.
func (p *parser) string() (string, error) {
	if p.peek() != '"' {
		return "", p.wrong("no text in quotes")
	}
	end := p.at + 1
	for ; end < len(p.text) && p.text[end] != '"'; end++ {
		if p.text[end] == '\\' {
			end++
		}
	}
	if end >= len(p.text) {
		return "", p.wrong("a text without an end")
	}
	var text string
	if err := json.Unmarshal(p.text[p.at:end+1], &text); err != nil {
		return "", p.wrong(err.Error())
	}
	p.at = end + 1
	return text, nil
}

func (p *parser) hex() error {
	start := p.at + 2
	for p.at = start; p.at < len(p.text) && bytes.IndexByte([]byte("0123456789abcdefABCDEF"), p.text[p.at]) >= 0; {
		p.at++
	}
	b := make([]byte, (p.at-start)/2)
	if _, err := hex.Decode(b, p.text[start:p.at]); err != nil {
		return p.wrong("bytes have two digits each")
	}
	return p.enc.EncodeBytes(b)
}

func (p *parser) number() error {
	token := p.numberToken()
	if bytes.ContainsAny(token, ".eE") {
		f, err := strconv.ParseFloat(string(token), 64)
		if err != nil {
			return p.wrong("no float of 64 bits")
		}
		return p.enc.EncodeFloat64(f)
	}
	if n, err := strconv.ParseInt(string(token), 10, 64); err == nil {
		return p.enc.EncodeInt(n)
	}
	n, err := strconv.ParseUint(string(token), 10, 64)
	if err != nil {
		return p.wrong("no integer from -2^63 to 2^64-1")
	}
	return p.enc.EncodeUint(n)
}

func (p *parser) numberToken() []byte {
	start := p.at
	for p.at < len(p.text) && bytes.IndexByte([]byte("+-.0123456789eE"), p.text[p.at]) >= 0 {
		p.at++
	}
	return p.text[start:p.at]
}

func (p *parser) array(depth int) error {
	p.at++
	var items [][]byte
	outer := p.out
	for !p.accept(']') {
		if len(items) > 0 && !p.accept(',') {
			return p.wrong("no comma")
		}
		item, err := p.apart(depth)
		if err != nil {
			return err
		}
		items = append(items, item)
	}
	p.into(outer)
	return p.join(items, func(enc *msgpack.Encoder) error { return enc.EncodeArrayLen(len(items)) })
}

// apart reads an object into memory of its own, since how many there are is written before them.
func (p *parser) apart(depth int) ([]byte, error) {
	p.into(&bytes.Buffer{})
	err := p.object(depth + 1)
	return p.out.Bytes(), err
}

func (p *parser) join(items [][]byte, head func(*msgpack.Encoder) error) error {
	if err := head(p.enc); err != nil {
		return err
	}
	for _, item := range items {
		p.out.Write(item)
	}
	return nil
}

func (p *parser) table(depth int) error {
	start := p.at
	if tag, b, err := p.tagged(); err != nil {
		return err
	} else if tag != "" {
		return p.encodeTag(tag, b)
	}
	p.at = start + 1
	var items [][]byte
	outer := p.out
	for !p.accept('}') {
		if len(items) > 0 && !p.accept(',') {
			return p.wrong("no comma")
		}
		if p.peek() != '"' {
			return p.wrong("a map's key is a text in quotes")
		}
		key, err := p.apart(depth)
		if err != nil {
			return err
		}
		if !p.accept(':') {
			return p.wrong("no colon")
		}
		value, err := p.apart(depth)
		if err != nil {
			return err
		}
		items = append(items, key, value)
	}
	p.into(outer)
	return p.join(items, func(enc *msgpack.Encoder) error { return enc.EncodeMapLen(len(items) / 2) })
}

// tagged reads {"$tag": ...}; the tag is empty if there is something else.
func (p *parser) tagged() (tag string, body []byte, err error) {
	if !p.accept('{') || p.peek() != '"' {
		return "", nil, nil
	}
	if tag, err = p.string(); err != nil || !p.accept(':') {
		return "", nil, err
	}
	switch tag {
	case tagBytes, tagStored:
		if p.peek() != '"' {
			return "", nil, nil
		}
		text, err := p.string()
		if err != nil || p.peek() != '}' {
			return "", nil, err
		}
		if body, err = base64.StdEncoding.Strict().DecodeString(text); err != nil {
			return "", nil, p.wrong("no base64")
		}
	case tagFloat:
		if p.peek() != '"' {
			return "", nil, nil
		}
		text, err := p.string()
		if err != nil || p.peek() != '}' {
			return "", nil, err
		}
		body = []byte(text)
	case tagF32:
		p.space()
		body = bytes.Clone(p.numberToken())
	default:
		return "", nil, nil
	}
	if !p.accept('}') {
		return "", nil, nil
	}
	return tag, body, nil
}

func (p *parser) encodeTag(tag string, body []byte) error {
	switch tag {
	case tagBytes:
		return p.enc.EncodeBytes(body)
	case tagF32:
		f, err := strconv.ParseFloat(string(body), 32)
		if err != nil {
			return p.wrong("no float of 32 bits")
		}
		return p.enc.EncodeFloat32(float32(f))
	case tagFloat:
		for text, f := range map[string]float64{"nan": math.NaN(), "inf": math.Inf(1), "-inf": math.Inf(-1)} {
			if string(body) == text {
				return p.enc.EncodeFloat64(f)
			}
		}
		return p.wrong(`a float is "nan", "inf" or "-inf" here`)
	}
	return p.wrong("what is stored stands for a whole key or value, and not inside of one")
}
