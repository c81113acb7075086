package load

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/demarc-dev/demarc/analyzer/limit"
)

// scanner reads JSON from a stream, as strictly as RFC 7493 has it: no name twice in an object, no invalid UTF-8, no half
// of a surrogate pair. Plans of hundreds of megabytes are mostly skipped, so that what counts is how fast it passes over
// what nobody wants; what it passes over is checked all the same.
type scanner struct {
	in     io.Reader
	limits limit.Set
	buf    []byte
	pos    int // buf[pos:end] is read and not taken yet
	end    int
	before int64 // bytes of the input before buf
	broken error // what ended the input

	levels []level
	// The names of all open objects' members, one after the other, and where each ends.
	names []byte
	ends  []int

	unquoted []byte
}

// level is an open object or array.
type level struct {
	object    bool
	unordered bool // a name came that is not above the one before it: all must be compared
	members   int  // begun so far, or elements
	first     int  // the index in ends of an object's first name
	index     map[string]bool
}

// largeObject is how many members an object has whose names are better looked up than compared.
const largeObject = 32

func newScanner(in io.Reader, l limit.Set) *scanner {
	return &scanner{in: in, limits: l.OrDefault(), buf: buffers.Get().(*buffer)[:]}
}

// buffer is what files are read through. The plans of an estate are often no larger: they use one after the other's.
type buffer [1 << 17]byte

var buffers = sync.Pool{New: func() any { return new(buffer) }}

// release ends the reading. What the scanner gave that was only good for a while is so no longer.
func (s *scanner) release() {
	if len(s.buf) == len(buffer{}) {
		buffers.Put((*buffer)(s.buf))
	}
	s.buf, s.pos, s.end = nil, 0, 0
}

// syntaxError is what is no JSON, or JSON that does not mean one thing.
type syntaxError struct {
	offset  int64
	pointer string
	err     error
}

func (e *syntaxError) Error() string {
	return fmt.Sprintf("byte %d%s: %s", e.offset, within(e.pointer), e.err)
}

func (e *syntaxError) Unwrap() error { return e.err }

// tooLarge is what is larger than demarc reads, and how it is read after all.
type tooLarge struct{ what, raise string }

func (e *tooLarge) Error() string { return e.what }

// fail makes the error of what stands n bytes on.
func (s *scanner) fail(n int, format string, args ...any) error {
	return &syntaxError{s.offset() + int64(n), s.pointer(), fmt.Errorf(format, args...)}
}

// unexpected is the error of a byte that may not stand n bytes on, or of the end.
func (s *scanner) unexpected(n int, where string) error {
	if s.pos+n >= s.end {
		if s.broken != nil && s.broken != io.EOF {
			return s.broken
		}
		return s.fail(n, "%w", io.ErrUnexpectedEOF)
	}
	return s.fail(n, "invalid character %q %s", rune(s.buf[s.pos+n]), where)
}

// offset is how much of the input was taken.
func (s *scanner) offset() int64 { return s.before + int64(s.pos) }

// pointer is where in the document the scanner is, as RFC 6901 writes it.
func (s *scanner) pointer() string {
	var b strings.Builder
	for _, l := range s.levels {
		if l.members == 0 {
			continue
		}
		b.WriteByte('/')
		if !l.object {
			b.WriteString(strconv.Itoa(l.members - 1))
			continue
		}
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(string(s.nameAt(l.first + l.members - 1))))
	}
	return b.String()
}

func (s *scanner) nameAt(i int) []byte {
	if i == 0 {
		return s.names[:s.ends[0]]
	}
	return s.names[s.ends[i-1]:s.ends[i]]
}

// rest is what follows in the input.
func (s *scanner) rest() io.Reader { return io.MultiReader(bytes.NewReader(s.buf[s.pos:s.end]), s.in) }

// fill reads more after what is not taken yet. It is false at the end.
func (s *scanner) fill() bool {
	if s.broken != nil {
		return false
	}
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.before += int64(s.pos)
		s.pos, s.end = 0, s.end-s.pos
	}
	if s.end == len(s.buf) {
		if int64(len(s.buf)) >= s.limits.Text {
			s.broken = &syntaxError{s.offset(), s.pointer(), &tooLarge{"a text of more than " + limit.Bytes(s.limits.Text), s.limits.Raise("text", 0)}}
			return false
		}
		s.buf = append(s.buf, make([]byte, min(int64(len(s.buf)), s.limits.Text-int64(len(s.buf))))...)
	}
	for range 100 {
		n, err := s.in.Read(s.buf[s.end:])
		s.end += n
		s.broken = err
		if n > 0 || err != nil {
			return n > 0
		}
	}
	s.broken = io.ErrNoProgress
	return false
}

// more is everything that is not taken yet once more of it has been read. It is false at the end.
func (s *scanner) more() (b []byte, ok bool) {
	ok = s.fill()
	return s.buf[s.pos:s.end], ok
}

// peek is the byte that the next token begins with, 0 at the end.
func (s *scanner) peek() byte {
	for {
		for s.pos < s.end {
			switch c := s.buf[s.pos]; c {
			case ' ', '\t', '\r', '\n':
				s.pos++
			default:
				return c
			}
		}
		if !s.fill() {
			return 0
		}
	}
}

// enter takes the byte that opens an object or array.
func (s *scanner) enter(object bool) {
	s.pos++
	s.levels = append(s.levels, level{object: object, first: len(s.ends)})
}

// leave takes the byte that closes the innermost object or array.
func (s *scanner) leave() {
	s.pos++
	l := len(s.levels) - 1
	if n := s.levels[l].first; n < len(s.ends) {
		s.ends = s.ends[:n]
		s.names = s.names[:0]
		if n > 0 {
			s.names = s.names[:s.ends[n-1]]
		}
	}
	s.levels = s.levels[:l]
}

// member goes on to the value of an object's next member. more is false where the object ends, which is then left. The
// name is good until then.
func (s *scanner) member() (name []byte, more bool, err error) {
	if name, ok := s.quickMember(); ok {
		return name, true, nil
	}
	c := s.peek()
	if c == '}' {
		s.leave()
		return nil, false, nil
	}
	if s.levels[len(s.levels)-1].members > 0 {
		if c != ',' {
			return nil, false, s.unexpected(0, "after an object's member")
		}
		s.pos++
		c = s.peek()
	}
	if c != '"' {
		return nil, false, s.unexpected(0, "where an object's member should begin")
	}
	at := s.offset()
	text, err := s.text()
	if err != nil {
		return nil, false, err
	}
	if !s.name(text) {
		return nil, false, &syntaxError{at, s.pointer(), errors.New("duplicate object member name")}
	}
	if s.peek() != ':' {
		return nil, false, s.unexpected(0, "after an object's name")
	}
	s.pos++
	return s.nameAt(len(s.ends) - 1), true, nil
}

// quickMember is member for what nearly all members look like: without blanks, without escapes, and in the buffer. It takes
// nothing where ok is false.
func (s *scanner) quickMember() (name []byte, ok bool) {
	b := s.buf[s.pos:s.end]
	i := 1
	if s.levels[len(s.levels)-1].members > 0 {
		i = 2
	}
	if len(b) < 8 || b[i-1] != '"' || i == 2 && b[0] != ',' {
		return nil, false
	}
	n := ordinary(b, i)
	if n+1 >= len(b) || b[n] != '"' || b[n+1] != ':' || !s.name(b[i:n]) {
		return nil, false
	}
	s.pos += n + 2
	return s.nameAt(len(s.ends) - 1), true
}

// quickValue passes over what most values look like: null, true, false, an empty object or array, a string without
// escapes. It takes nothing where ok is false.
func (s *scanner) quickValue() (ok bool) {
	b := s.buf[s.pos:s.end]
	if len(b) < 8 {
		return false
	}
	n := 0
	switch b[0] {
	case '"':
		if n = ordinary(b, 1) + 1; n > len(b) || b[n-1] != '"' {
			return false
		}
	case 'n':
		if string(b[:4]) == "null" {
			n = 4
		}
	case 't':
		if string(b[:4]) == "true" {
			n = 4
		}
	case 'f':
		if string(b[:5]) == "false" {
			n = 5
		}
	case '[':
		if b[1] == ']' {
			n = 2
		}
	case '{':
		if b[1] == '}' {
			n = 2
		}
	}
	if n == 0 || b[0] != '"' && b[0] != '[' && b[0] != '{' && isScalar[b[n]] {
		return false
	}
	s.pos += n
	return true
}

// name keeps the name of a member, and tells whether it is the first of that name in the object. Terraform writes most
// objects in order, where only the last name can be the same.
func (s *scanner) name(text []byte) (first bool) {
	l := &s.levels[len(s.levels)-1]
	if l.members > 0 && !l.unordered {
		l.unordered = bytes.Compare(s.nameAt(len(s.ends)-1), text) >= 0
	}
	first = !l.unordered || !s.taken(l, text)
	if l.index != nil {
		l.index[string(text)] = true
	}
	l.members++
	s.names = append(s.names, text...)
	s.ends = append(s.ends, len(s.names))
	return first
}

func (s *scanner) taken(l *level, name []byte) bool {
	if l.members < largeObject {
		for i := l.first; i < len(s.ends); i++ {
			if bytes.Equal(s.nameAt(i), name) {
				return true
			}
		}
		return false
	}
	if l.index == nil {
		l.index = map[string]bool{}
		for i := l.first; i < len(s.ends); i++ {
			l.index[string(s.nameAt(i))] = true
		}
	}
	return l.index[string(name)]
}

// element goes on to an array's next element. more is false where the array ends, which is then left.
func (s *scanner) element() (more bool, err error) {
	c := s.peek()
	if c == ']' {
		s.leave()
		return false, nil
	}
	l := &s.levels[len(s.levels)-1]
	if l.members > 0 {
		if c != ',' {
			return false, s.unexpected(0, "after an array's element")
		}
		s.pos++
	}
	l.members++
	return true, nil
}

// text takes a string. It is good until the next call of any method.
func (s *scanner) text() ([]byte, error) {
	if b := s.buf[s.pos:s.end]; len(b) > 0 {
		if n := ordinary(b, 1); n < len(b) && b[n] == '"' {
			s.pos += n + 1
			return b[1:n], nil
		}
	}
	n, plain, err := s.string()
	if err != nil {
		return nil, err
	}
	b := s.buf[s.pos+1 : s.pos+n-1]
	s.pos += n
	if !plain {
		s.unquoted = unquote(s.unquoted[:0], b)
		b = s.unquoted
	}
	return b, nil
}

// string measures the string that begins here, quotes included. plain is false where it holds escapes.
func (s *scanner) string() (n int, plain bool, err error) {
	plain = true
	b, ok := s.buf[s.pos:s.end], true
	for n = 1; ; {
		n = ordinary(b, n)
		if n == len(b) {
			if b, ok = s.more(); !ok {
				return 0, false, s.unexpected(n, "")
			}
			continue
		}
		switch c := b[n]; {
		case c == '"':
			return n + 1, plain, nil
		case c == '\\':
			for ok && len(b) < n+12 { // a pair of surrogates, at most
				b, ok = s.more()
			}
			plain = false
			size := escape(b[n:])
			if size == 0 {
				if s.broken != nil && len(b) < n+12 && !bytes.ContainsRune(b[n+1:], '"') {
					return 0, false, s.unexpected(len(b), "")
				}
				if len(b) > n+1 && b[n+1] == 'u' {
					return 0, false, s.fail(n, "invalid surrogate pair or escape in a string")
				}
				return 0, false, s.fail(n, "invalid escape in a string")
			}
			n += size
		case c < ' ':
			return 0, false, s.unexpected(n, "in a string")
		default:
			r, size := utf8.DecodeRune(b[n:])
			if r == utf8.RuneError && size == 1 {
				if !utf8.FullRune(b[n:]) {
					if b, ok = s.more(); ok {
						continue
					}
					return 0, false, s.unexpected(len(b), "")
				}
				return 0, false, s.fail(n, "invalid UTF-8")
			}
			n += size
		}
	}
}

// ordinary is the index of the first byte from i on that is not just a letter of a string: a quote, a backslash, a control
// character, or what is beyond ASCII. It looks at eight bytes at a time: of each test the lowest bit that is set is right.
func ordinary(b []byte, i int) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		quote, backslash := x^('"'*ones), x^('\\'*ones)
		if m := ((quote-ones)&^quote | (backslash-ones)&^backslash | (x-' '*ones)&^x | x) & highs; m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= ' ' && b[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// escape measures the escape that b begins with, 0 where it is none or is cut off.
func escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	}
	r := hexRune(b)
	switch {
	case r < 0:
		return 0
	case !utf16.IsSurrogate(r):
		return 6
	case utf16.DecodeRune(r, hexRune(b[6:])) != utf8.RuneError:
		return 12
	}
	return 0
}

// hexRune reads `\uXXXX`; it is negative where b does not begin with one.
func hexRune(b []byte) rune {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return -1
	}
	var r rune
	for _, c := range b[2:6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// unquote appends the text that b writes; its escapes are known to be right.
func unquote(out, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, '\\')
		if i < 0 {
			return append(out, b...)
		}
		out = append(out, b[:i]...)
		b = b[i:]
		size := 2
		switch c := b[1]; c {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			size = escape(b)
			r := hexRune(b)
			if size == 12 {
				r = utf16.DecodeRune(r, hexRune(b[6:]))
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, c)
		}
		b = b[size:]
	}
}

// scalar takes a number, true, false or null, and gives its letters, which are good until the next call of any method.
func (s *scanner) scalar() ([]byte, error) {
	n := 0
	b, ok := s.buf[s.pos:s.end], true
	for ok {
		for n < len(b) && isScalar[b[n]] {
			n++
		}
		if n < len(b) {
			break
		}
		b, ok = s.more()
	}
	word := b[:n]
	if n == 0 {
		return nil, s.unexpected(0, "where a value should begin")
	}
	good := n
	switch word[0] {
	case 't':
		good = common(word, "true")
	case 'f':
		good = common(word, "false")
	case 'n':
		good = common(word, "null")
	default:
		good = number(word)
	}
	if good != n {
		return nil, s.unexpected(max(good, ^good), "in a value")
	}
	s.pos += n
	return word, nil
}

// isScalar are the letters of numbers, true, false and null.
var isScalar = func() (is [256]bool) {
	for _, c := range []byte("+-.0123456789Etruefalsn") {
		is[c] = true
	}
	return is
}()

// common is the length of a word that is as it should be, or the complement of how far it is.
func common(word []byte, want string) int {
	i := 0
	for i < len(word) && i < len(want) && word[i] == want[i] {
		i++
	}
	if i < len(want) {
		return ^i
	}
	return i
}

// number is the length of the number that b begins with, or the complement of how far b is like one.
func number(b []byte) int {
	i := 0
	digits := func() bool {
		from := i
		for i < len(b) && '0' <= b[i] && b[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(b) && b[i] == '-' {
		i++
	}
	if i < len(b) && b[i] == '0' {
		i++
	} else if !digits() {
		return ^i
	}
	if i < len(b) && b[i] == '.' {
		i++
		if !digits() {
			return ^i
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if !digits() {
			return ^i
		}
	}
	return i
}

// skip passes over a value, which it checks, down to a depth.
func (s *scanner) skip(depth int) error {
	above := len(s.levels)
	for {
		switch c := s.peek(); {
		case s.quickValue():
		case c == '{' || c == '[':
			s.enter(c == '{')
			if len(s.levels) > depth {
				return s.fail(0, "nested more than %d levels deep, which Terraform does not write", depth)
			}
		case c == '"':
			n, _, err := s.string()
			if err != nil {
				return err
			}
			s.pos += n
		default:
			if _, err := s.scalar(); err != nil {
				return err
			}
		}
		for more := false; !more; { // on to the next value: up, where objects and arrays end
			if len(s.levels) == above {
				return nil
			}
			var err error
			if s.levels[len(s.levels)-1].object {
				_, more, err = s.member()
			} else {
				more, err = s.element()
			}
			if err != nil {
				return err
			}
		}
	}
}
