package boundary

import (
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// link reads the user's own link rows of a resource type: one for each item of far, which gives an attribute the way in
// which it names the far end. With the kind `-` (looked at, joins nothing) that is `-` too.
func (f *file) link(b *hclsyntax.Block) {
	var kind, direction string
	var far []pair
	good, given := true, map[string]bool{}
	for _, arg := range f.arguments(b, "kind", "far", "direction") {
		given[arg.Name] = true
		if arg.Name == "far" {
			far = f.pairs(arg.Name, arg.Expr)
			continue
		}
		t, ok := f.text(arg.Name, arg.Expr)
		var err error
		switch {
		case !ok:
		case arg.Name == "kind":
			kind = t.value
			_, err = catalog.ParseKind(kind)
		default:
			direction = t.value
			_, err = catalog.ParseDirection(direction)
		}
		if err != nil {
			f.problem(t.at, "%s", err)
		}
		good = good && ok && err == nil
	}
	for _, missing := range []string{"kind", "far"} {
		if !given[missing] {
			f.problem(b.DefRange(), "link %s has no %s", quoted(b.Labels[0]), missing)
			good = false
		}
	}
	if !good {
		return
	}
	for _, item := range far {
		f.linkRow(b.Labels[0], kind, direction, item)
	}
}

func (f *file) linkRow(typ, kind, direction string, item pair) {
	attribute, by := item.name.value, item.value.value
	if kind == catalog.Nothing.String() && by == kind {
		by = ""
	}
	at := where(f.pos(item.name.at))
	row, err := catalog.ParseLink(at, typ, attribute, kind, by, direction)
	if err == nil {
		err = f.policy.cat.CheckLink(row)
	}
	if err != nil {
		f.problem(item.name.at, "%s", strings.TrimPrefix(err.Error(), at+": "))
		return
	}
	if f.unique("link "+typ, item.name) {
		f.policy.links = append(f.policy.links, row)
	}
}
