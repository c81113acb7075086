package report

import (
	"fmt"
	"slices"

	"github.com/demarc-dev/demarc/analyzer"
)

// fresh are the open findings that the baseline does not have: without a baseline, all of them.
func fresh(r *analyzer.Result) []*analyzer.Finding {
	return slices.DeleteFunc(open(r), func(f *analyzer.Finding) bool { return f.Known })
}

// kept are the open findings that the baseline has too.
func kept(r *analyzer.Result) []*analyzer.Finding {
	return slices.DeleteFunc(open(r), func(f *analyzer.Finding) bool { return !f.Known })
}

// change says what has changed since the baseline, what matters most first:
// `adds 1`, ` link between global and china, keeps 2, removes 0`.
func change(r *analyzer.Result) (first, rest string) {
	added := fresh(r)
	between := ""
	if b := common(added); b != (border{}) {
		between = " between " + Terminal(b.a) + " and " + Terminal(b.b)
	}
	noun := " finding"
	if between != "" {
		noun = " link"
	}
	if len(added) != 1 {
		noun += "s"
	}
	rest = fmt.Sprintf("%s%s, keeps %d, removes %d", noun, between, len(kept(r)), len(r.Baseline.Gone))
	if n := r.Baseline.Accepted; n > 0 {
		rest += fmt.Sprintf(", accepts %d", n)
	}
	return fmt.Sprintf("adds %d", len(added)), rest
}

// common is the border that all findings cross, or none.
func common(findings []*analyzer.Finding) border {
	var all border
	for i, f := range findings {
		b := borderOf(f)
		if i > 0 && b != all {
			return border{}
		}
		all = b
	}
	return all
}

// unsure is what a comparison with an incomplete baseline has to be read with, or "".
func unsure(c *analyzer.Comparison) string {
	if !c.Incomplete {
		return ""
	}
	return Terminal(c.Name) + " could not be analysed in full: what is new here may have been there"
}

// earlier names a finding of the baseline in one line.
func earlier(e analyzer.Earlier) string {
	said := Terminal(e.Address)
	if e.Address == "" {
		said = Terminal(e.Root)
	}
	return said + ": " + sentence(e.Message)
}
