package access

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// denial is a rule of Google's deny policies that takes permissions from somebody in a project, whatever his roles say.
// https://cloud.google.com/iam/docs/deny-overview
type denial struct {
	by          *link.Node
	permissions []string // patterns, as roles write permissions
}

// attachmentPoint begins what a deny policy says of the project that it is of, as part of a URL.
const attachmentPoint = "cloudresourcemanager.googleapis.com"

// denials are the rules that hold for the member whom an argument of n names, in the project that n is over. Only rules
// without a condition and without exceptions from their permissions count, since the others leave something.
func (r *Reader) denials(n *link.Node, who *link.End, project string) []denial {
	text, _ := r.text(n, who.Path)
	m, ok := GoogleMember(text)
	if !ok || project == "" {
		return nil
	}
	var all []denial
	for _, p := range r.graph.ByType("google_iam_deny_policy") {
		parent, _ := p.Values.Get("parent").Text()
		parent, _ = url.QueryUnescape(parent)
		if parent != attachmentPoint+"/projects/"+project {
			continue
		}
		for _, rules := range p.Values.Get("rules").Items() {
			for _, rule := range dataBlocks(rules.Get("deny_rule")) {
				denied, excepted := dataList(rule.Get("denied_principals")), dataList(rule.Get("exception_principals"))
				if !slices.ContainsFunc(denied.Values, m.is) || excepted.Unknown || slices.ContainsFunc(excepted.Values, m.is) ||
					rule.Get("denial_condition").Len() > 0 || rule.Get("exception_permissions").Len() > 0 || rule.Get("exception_permissions").State == model.Unknown {
					continue
				}
				d := denial{by: p}
				for _, permission := range dataList(rule.Get("denied_permissions")).Values {
					d.permissions = append(d.permissions, strings.Replace(permission, ".googleapis.com/", ".", 1))
				}
				all = append(all, d)
			}
		}
	}
	return all
}

// is tells whether a principal of a deny rule is the member, or everybody.
// https://cloud.google.com/iam/docs/principal-identifiers
func (m Member) is(principal string) bool {
	if principal == "principalSet://goog/public:all" {
		return true
	}
	switch m.Kind {
	case "user":
		return strings.EqualFold(principal, "principal://goog/subject/"+m.Mail)
	case "group":
		return strings.EqualFold(principal, "principalSet://goog/group/"+m.Mail)
	case "serviceAccount":
		return strings.EqualFold(principal, "principal://iam.googleapis.com/projects/-/serviceAccounts/"+m.Mail)
	}
	return false
}

// left is what denials leave of a role: of a custom one the permissions that they do not name, and of one of Google's own
// nothing where they take its whole service. Those of Compute Engine hold permissions of other services too.
func (r *Reader) left(n *link.Node, role *link.End, denials []denial) Holding {
	text, _ := r.text(n, role.Path)
	service, _, _ := strings.Cut(strings.TrimPrefix(text, "roles/"), ".")
	for _, d := range denials {
		if service != "compute" && service != text && slices.ContainsFunc(d.permissions, func(p string) bool { return p == service+".*" || p == service+".*.*" }) {
			return Holding{Words: "a role whose permissions are denied", Sure: Yes, Related: []*link.Node{d.by}}
		}
	}
	held := r.rolesHeld(n, []*link.End{role})
	for _, d := range held.Related {
		for _, c := range r.cat.Customs(d.TypeName()) {
			permissions := dataList(at(d.Values, c.Attribute))
			if c.Language != catalog.Permissions || permissions.Unknown {
				continue
			}
			permissions.Values = slices.DeleteFunc(slices.Clone(permissions.Values), func(p string) bool {
				return slices.ContainsFunc(denials, func(d denial) bool {
					return slices.ContainsFunc(d.permissions, func(pattern string) bool { return MatchFold(pattern, p) })
				})
			})
			if v := PermissionsRole(r.cat, r.cloudOf(d), permissions); v.Class < held.Class {
				held.Class, held.Words = v.Class, fmt.Sprintf("what is left of %s (%s)", d.Address, because(v))
			}
		}
	}
	return held
}
