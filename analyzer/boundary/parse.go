package boundary

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Parse reads a policy file. name is what the file is called in messages; rules holds the ids of the rules that there
// are. The error has a line `file:line:col: message` for every problem of the file, and then there is no Policy.
func Parse(name string, src []byte, cat *catalog.Catalog, rules map[string]bool) (*Policy, error) {
	if len(src) > MaxSize {
		return nil, fmt.Errorf("%s: is larger than %d bytes, the most that a policy may have", name, MaxSize)
	}
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	f := &file{
		lines: newLines(name, src),
		rules: slices.Collect(maps.Keys(rules)),
		first: map[[2]string]hcl.Range{},
		policy: &Policy{
			cat:      cat,
			entries:  map[key]entry{},
			settings: map[string]RuleSetting{},
			defaults: map[string]map[string]string{},
		},
	}
	f.problems.lines = f.lines
	for _, part := range cat.Partitions("") {
		f.partitions = append(f.partitions, part.ID)
		if !slices.Contains(f.clouds, part.Cloud) {
			f.clouds = append(f.clouds, part.Cloud)
		}
	}
	if body := f.syntax(src); body != nil {
		f.decode(body)
	}
	if err := f.problems.err(); err != nil {
		return nil, err
	}
	return f.policy, nil
}

// file is a policy file while it is read.
type file struct {
	lines    lines
	first    map[[2]string]hcl.Range // where a kind of thing has a name for the first time
	problems problems
	policy   *Policy
	// What there is to name. The sides are known once the boundaries are.
	rules, partitions, clouds, sides []string
}

func (f *file) problem(at hcl.Range, format string, args ...any) { f.problems.add(at, format, args...) }

func (f *file) pos(r hcl.Range) model.Pos { return f.lines.pos(r) }

// syntax reads the file's blocks, or reports why it cannot.
func (f *file) syntax(src []byte) *hclsyntax.Body {
	if i := invalidUTF8(src); i >= 0 {
		f.problems.addAt(i, "invalid UTF-8: save the file as UTF-8")
		return nil
	}
	tokens, _ := hclsyntax.LexConfig(src, f.lines.file, hcl.InitialPos)
	measure(tokens, &f.problems)
	if len(f.problems.found) > 0 {
		return nil
	}
	parsed, diags := hclsyntax.ParseConfig(respace(src, tokens), f.lines.file, hcl.InitialPos)
	for _, d := range diags {
		at := hcl.Range{}
		if d.Subject != nil {
			at = *d.Subject
		}
		if d.Summary == "Attribute redefined" { // the detail names a line of the respaced copy
			f.problem(at, "the argument is given twice")
			continue
		}
		f.problem(at, "%s: %s", lowerFirst(d.Summary), strings.Join(strings.Fields(d.Detail), " ")) // some are of several paragraphs
	}
	if diags.HasErrors() {
		return nil
	}
	return parsed.Body.(*hclsyntax.Body)
}

// decoder reads a kind of block.
type decoder struct {
	repeats bool // several blocks may have the same label
	read    func(*file, *hclsyntax.Block)
}

var decoders = map[string]decoder{
	"boundary": {read: (*file).boundary},
	"allow":    {read: (*file).allow},
	"stack":    {read: (*file).stack},
	"rule":     {read: (*file).rule},
	"default":  {read: (*file).defaultBlock},
	"link":     {repeats: true, read: (*file).link},
}

func (f *file) decode(body *hclsyntax.Body) {
	kinds := slices.Collect(maps.Keys(decoders))
	for _, a := range byPosition(body.Attributes) {
		f.problem(a.NameRange, "%s is an argument outside of a block: a policy has the blocks %s",
			quoted(a.Name), strings.Join(slices.Sorted(slices.Values(kinds)), ", "))
	}
	var blocks []*hclsyntax.Block
	for _, b := range body.Blocks {
		if _, ok := decoders[b.Type]; !ok {
			f.problem(b.TypeRange, "%s", unknown{"block", b.Type, kinds})
			continue
		}
		if f.labelled(b) {
			blocks = append(blocks, b)
		}
	}
	// Allowances and stacks may name a side before its block.
	for _, b := range blocks {
		if b.Type == "boundary" {
			f.policy.names = append(f.policy.names, b.Labels[0])
		}
	}
	f.sides = f.policy.Sides()
	for _, b := range blocks {
		decoders[b.Type].read(f, b)
	}
	f.policy.sortRegions()
}

// labelled reports a block that has not one good label of its own.
func (f *file) labelled(b *hclsyntax.Block) bool {
	switch {
	case len(b.Labels) == 0:
		f.problem(b.TypeRange, `%s has no name: write %s "NAME" {`, b.Type, b.Type)
		return false
	case len(b.Labels) > 1:
		f.problem(b.LabelRanges[1], "%s has one name, and this is another", b.Type)
		return false
	case strings.TrimSpace(b.Labels[0]) == "":
		f.problem(b.LabelRanges[0], "the name of %s is empty", b.Type)
		return false
	case len(b.Labels[0]) > maxText:
		f.problem(b.LabelRanges[0], "the name of %s is longer than %d bytes", b.Type, maxText)
		return false
	case strings.ContainsFunc(b.Labels[0], func(r rune) bool { return !unicode.IsPrint(r) }):
		f.problem(b.LabelRanges[0], "the name %s has characters that cannot be printed", quoted(b.Labels[0]))
		return false
	}
	return decoders[b.Type].repeats || f.unique(b.Type, text{b.Labels[0], b.LabelRanges[0]})
}

// unique reports a name that a kind of thing already has.
func (f *file) unique(kind string, name text) bool {
	id := [2]string{kind, name.value}
	if first, ok := f.first[id]; ok {
		f.problem(name.at, "%s %s is already at %s: put the two together", kind, quoted(name.value), where(f.pos(first)))
		return false
	}
	f.first[id] = name.at
	return true
}

// arguments are the arguments of a block in the order of the file. Those that are not among words, and blocks, are
// reported and left out.
func (f *file) arguments(b *hclsyntax.Block, words ...string) []*hclsyntax.Attribute {
	for _, inner := range b.Body.Blocks {
		if slices.Contains(words, inner.Type) {
			f.problem(inner.TypeRange, "%s is an argument: write %s = ", inner.Type, inner.Type)
		} else {
			f.problem(inner.TypeRange, "%s", unknown{"argument of " + b.Type, inner.Type, words})
		}
	}
	var out []*hclsyntax.Attribute
	for _, a := range byPosition(b.Body.Attributes) {
		if slices.Contains(words, a.Name) {
			out = append(out, a)
		} else {
			f.problem(a.NameRange, "%s", unknown{"argument of " + b.Type, a.Name, words})
		}
	}
	return out
}

// side reads the name of a side that there is.
func (f *file) side(what string, e hclsyntax.Expression) (string, bool) {
	t, ok := f.text(what, e)
	return t.value, ok && f.known("side", t, f.sides)
}

// known reports a word that is none of words.
func (f *file) known(what string, t text, words []string) bool {
	if slices.Contains(words, t.value) {
		return true
	}
	f.problem(t.at, "%s", unknown{what, t.value, words})
	return false
}

func byPosition(attributes hclsyntax.Attributes) []*hclsyntax.Attribute {
	return slices.SortedFunc(maps.Values(attributes), func(a, b *hclsyntax.Attribute) int {
		return cmp.Compare(a.SrcRange.Start.Byte, b.SrcRange.Start.Byte)
	})
}

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}
