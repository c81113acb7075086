package boundary

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/agext/levenshtein"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/hashicorp/hcl/v2"
)

// maxProblems bounds the work and the output for a file that is not a policy at all.
const maxProblems = 100

// problems are what is wrong with a file, each with the byte that it is at.
type problems struct {
	lines lines
	found []problem
	more  int
}

type problem struct {
	byte    int
	message string
}

func (p *problems) add(at hcl.Range, format string, args ...any) {
	p.addAt(at.Start.Byte, format, args...)
}

func (p *problems) addAt(offset int, format string, args ...any) {
	if len(p.found) == maxProblems {
		p.more++
		return
	}
	p.found = append(p.found, problem{offset, fmt.Sprintf(format, args...)})
}

// err is nil where there is no problem, else an error with a line `file:line:col: message` for each, in the file's
// order.
func (p *problems) err() error {
	slices.SortStableFunc(p.found, func(a, b problem) int { return cmp.Compare(a.byte, b.byte) })
	var errs []error
	for _, f := range p.found {
		line, column := p.lines.at(f.byte)
		errs = append(errs, fmt.Errorf("%s:%d:%d: %s", p.lines.file, line, column, f.message))
	}
	if p.more > 0 {
		errs = append(errs, fmt.Errorf("%s: %d more problems are not listed", p.lines.file, p.more))
	}
	return errors.Join(errs...)
}

// lines finds the line and column of a byte of a file. Positions are counted here and not by hcl, because hcl reads a
// respaced copy of the file (respace).
type lines struct {
	file   string
	src    []byte
	starts []int // of each line
}

func newLines(file string, src []byte) lines {
	l := lines{file: file, src: src, starts: []int{0}}
	for i, c := range src {
		if c == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

func (l lines) at(offset int) (line, column int) {
	offset = min(offset, len(l.src))
	i, exact := slices.BinarySearch(l.starts, offset)
	if !exact {
		i--
	}
	return i + 1, utf8.RuneCount(l.src[l.starts[i]:offset]) + 1
}

func (l lines) pos(r hcl.Range) model.Pos {
	pos := model.Pos{File: l.file}
	pos.Line, pos.Column = l.at(r.Start.Byte)
	pos.EndLine, pos.EndColumn = l.at(r.End.Byte)
	return pos
}

// where is a position as messages name it, `.demarc.hcl:3`.
func where(pos model.Pos) string { return pos.File + ":" + strconv.Itoa(pos.Line) }

// unknown is the message about a word that is none of known: it names the nearest of them, or all where none is near
// and they are few. It is made when it is printed, because the search takes time and few problems are.
type unknown struct {
	what, word string
	known      []string
}

func (u unknown) String() string {
	known := slices.Compact(slices.Sorted(slices.Values(u.known)))
	best, distance, word := "", 0, strings.ToLower(u.word)
	for _, k := range known {
		if len(word) > 100 {
			break // no typing error, and long to compare
		}
		d := levenshtein.Distance(word, k, nil)
		if best == "" || d < distance || d == distance && sameStart(word, k) > sameStart(word, best) {
			best, distance = k, d
		}
	}
	few := len(known) <= 15
	switch {
	case best != "" && (!few || distance <= max(2, len(u.word)/3)):
		return fmt.Sprintf("unknown %s %s: did you mean %q?", u.what, quoted(u.word), best)
	case few && len(known) > 0:
		return fmt.Sprintf("unknown %s %s: it is one of %s", u.what, quoted(u.word), strings.Join(known, ", "))
	}
	return fmt.Sprintf("unknown %s %s", u.what, quoted(u.word))
}

// sameStart is the number of bytes that two words have in common before they differ.
func sameStart(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// quoted is a word of the file, quoted so that it carries no control characters, and cut where it is long.
func quoted(word string) string {
	const most = 80
	if r := []rune(word); len(r) > most {
		word = string(r[:most]) + "..."
	}
	return strconv.QuoteToGraphic(word)
}
