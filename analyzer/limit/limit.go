// Package limit holds what bounds the time and memory of an analysis, and says how each bound is raised.
package limit

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Set is how much is read and evaluated. What is zero has its default.
type Set struct {
	Text   int64 // bytes of one text in a plan or state, or of a line of facts
	Plan   int64 // bytes that a saved plan unpacks to
	Policy int64 // bytes of one policy document
	File   int64 // bytes of one file of sources
	Value  int64 // bytes of one text that sources make
	Steps  int64 // of evaluating one root module
}

// All are the bytes that the files of a root module may have together.
func (s Set) All() int64 { return 16 * s.File }

// Collection is how many elements a collection may have that sources make.
func (s Set) Collection() int { return int(s.Value / 100) }

// Elements is how many elements and instances loops may make in one root module.
func (s Set) Elements() int { return int(s.Steps / 200) }

// bound is one of a set: its name, its default and why it is what it is.
type bound struct {
	name    string
	preset  int64
	counted bool // a number of something, and no bytes
	about   string
	of      func(*Set) *int64
}

// Of texts, Terraform's providers bound what an attribute holds far below. The tools that show a saved plan unpack it into
// memory, and an archive may promise a thousand times what it weighs: a plan of 100,000 resources is about half of the
// bound. A bucket's policy may be 20 kB (Amazon S3 User Guide, "Bucket policies for Amazon S3"); all others have room.
var bounds = []bound{
	{"text", 64 << 20, false, "a text in a plan or state, or a line of facts", func(s *Set) *int64 { return &s.Text }},
	{"plan", 512 << 20, false, "what a saved plan unpacks to", func(s *Set) *int64 { return &s.Plan }},
	{"policy", 256 << 10, false, "a policy document", func(s *Set) *int64 { return &s.Policy }},
	{"file", 4 << 20, false, "a file of sources", func(s *Set) *int64 { return &s.File }},
	{"value", 1 << 20, false, "a value that sources make", func(s *Set) *int64 { return &s.Value }},
	{"steps", 20_000_000, true, "evaluating a root module", func(s *Set) *int64 { return &s.Steps }},
}

// OrDefault is the set with the defaults where nothing is given.
func (s Set) OrDefault() Set {
	for _, b := range bounds {
		if p := b.of(&s); *p == 0 {
			*p = b.preset
		}
	}
	return s
}

// Put raises or lowers the bound that text names: `policy=1MB`.
func (s *Set) Put(text string) error {
	name, amount, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("write NAME=SIZE, such as %s=%s", bounds[2].name, bounds[2].write(1<<20))
	}
	for _, b := range bounds {
		if b.name != name {
			continue
		}
		n, err := b.read(amount)
		*b.of(s) = n
		return err
	}
	return fmt.Errorf("%q is no limit: there are %s", name, names())
}

func names() string {
	var list []string
	for _, b := range bounds {
		list = append(list, b.name)
	}
	return strings.Join(list, ", ")
}

// Help says which bounds there are, with their defaults.
func Help() string {
	var list []string
	for _, b := range bounds {
		list = append(list, fmt.Sprintf("%s=%s (%s)", b.name, b.write(b.preset), b.about))
	}
	return strings.Join(list, ", ")
}

// Raise is the advice for something that is larger than the named bound of s. need is how large it is, 0 where that is
// not known.
func (s Set) Raise(name string, need int64) string {
	for _, b := range bounds {
		if b.name == name {
			n := *b.of(&s)
			for n <= math.MaxInt64/2 {
				if n *= 2; n >= need {
					break
				}
			}
			return "raise the limit: --limit " + name + "=" + b.write(n)
		}
	}
	panic("no limit " + name)
}

var units = []struct {
	name string
	size int64
}{{"GB", 1 << 30}, {"MB", 1 << 20}, {"kB", 1 << 10}}

// Bytes writes a size as a flag takes it, rounded down to three digits or more.
func Bytes(n int64) string {
	for _, u := range units {
		if n >= u.size && (n%u.size == 0 || n >= 100*u.size) {
			return strconv.FormatInt(n/u.size, 10) + u.name
		}
	}
	if n >= 100<<10 {
		return strconv.FormatInt(n>>10, 10) + "kB"
	}
	return strconv.FormatInt(n, 10)
}

func (b bound) write(n int64) string {
	if b.counted {
		return strconv.FormatInt(n, 10)
	}
	return Bytes(n)
}

// read is the number that an amount is. As everywhere in demarc, a megabyte is 1,048,576 bytes.
func (b bound) read(amount string) (int64, error) {
	factor, digits := int64(1), amount
	if !b.counted {
		for _, u := range units {
			if n := len(amount) - len(u.name); n > 0 && strings.EqualFold(amount[n:], u.name) {
				factor, digits = u.size, amount[:n]
			}
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n <= 0 || n > math.MaxInt64/16/factor {
		if b.counted {
			return 0, fmt.Errorf("%s=%s: write a number above 0", b.name, amount)
		}
		return 0, fmt.Errorf("%s=%s: write a size such as 500kB, 64MB or 1GB", b.name, amount)
	}
	return n * factor, nil
}
