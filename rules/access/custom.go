package access

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// customRoles are what the roles give that the estate defines and the grant names.
func (r *Reader) customRoles(n *link.Node, e *link.End, text string) []Holding {
	var nodes []*link.Node
	var all []Holding
	targets, _ := r.graph.Resolve(n, e.Path.Block)
	for _, t := range targets {
		_, key, _ := strings.Cut(t.Attr, ".")
		if class, word, ok := BuiltIn(r.cat, r.cloudOf(n), key); ok {
			all = append(all, r.builtInRole(n, e, class, word)) // one of a map of roles by their names
			continue
		}
		nodes = append(nodes, t.Node)
	}
	if e.Target != nil && len(targets) == 0 {
		nodes = append(nodes, e.Target)
	} else if text != "" && len(targets) == 0 {
		nodes = r.graph.Holders(text)
	}
	if len(nodes) == 0 && text != "" {
		nodes = r.rolesCalled(n, text)
	}
	for _, d := range nodes {
		all = append(all, r.defined(d)...)
	}
	return all
}

// rolesCalled are the roles of the estate that a grant may mean by a name.
func (r *Reader) rolesCalled(n *link.Node, name string) []*link.Node {
	var all []*link.Node
	for _, typ := range r.cat.CustomTypes() {
		for _, c := range r.cat.Customs(typ) {
			if c.Name == "" {
				continue
			}
			for _, d := range r.having(typ, []string{c.Name}, name) {
				if r.cloudOf(d) == r.cloudOf(n) && together(d.Placed.Site, n.Placed.Site) {
					all = append(all, d)
				}
			}
		}
	}
	return all
}

// defined is what a role gives that a resource defines or looks up, by the table's `custom` rows or by what is attached.
func (r *Reader) defined(d *link.Node) []Holding {
	if t := r.roleType(d); t != nil {
		return []Holding{r.holding(t, d)}
	}
	var all []Holding
	called := "" // by what it looks up, where that is none of the cloud's own
	for _, c := range r.cat.Customs(d.TypeName()) {
		v := at(d.Values, c.Attribute)
		if v.State == model.Absent || v.State == model.Null {
			continue
		}
		if c.Language == catalog.Named {
			name, known := v.Text()
			if class, word, ok := BuiltIn(r.cat, r.cloudOf(d), name); ok {
				return []Holding{r.builtInRole(d, &link.End{Path: model.Path{Full: c.Attribute, Block: c.Attribute}}, class, word)}
			}
			if known {
				called = cmp.Or(called, name)
			}
			continue
		}
		all = append(all, r.definition(d, c, v))
	}
	if called == "" {
		return all
	}
	for _, other := range r.rolesCalled(d, called) {
		all = append(all, r.defined(other)...)
	}
	if len(all) == 0 {
		all = append(all, unexplained(d.Address))
	}
	return all
}

// definition is what a role gives by what its definition says.
func (r *Reader) definition(d *link.Node, c catalog.Custom, v model.Value) Holding {
	var verdict Verdict
	switch c.Language {
	case catalog.AzureBlocks:
		verdict = AzureRole(r.cat, v)
	case catalog.KubeRules:
		verdict = KubernetesRole(r.cat, v)
	case catalog.Documents:
		verdict = r.classesOf(d.Placed.Cloud).Of([]Document{r.document(d, c.Attribute, v).doc})
	case catalog.Permissions:
		verdict = PermissionsRole(r.cat, r.cloudOf(d), dataList(v))
	}
	h := Holding{Class: verdict.Class, Words: fmt.Sprintf("%s (%s)", d.Address, because(verdict)), Sure: verdict.Sure, Related: []*link.Node{d},
		Steps: []analyzer.Step{step(d, "", fmt.Sprintf("%s amounts to %s", d.Address, because(verdict)))}}
	if verdict.Sure == Maybe {
		h.Open = "the actions of " + d.Address + " are not known before apply"
	}
	return h
}
