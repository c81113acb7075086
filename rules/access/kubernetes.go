package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// KubernetesRole is what the rules of a role of Kubernetes amount to. The tables write what a rule lets somebody do as
// `VERB GROUP/RESOURCE`, with the group `core` for the one without a name.
// https://kubernetes.io/docs/reference/access-authn-authz/rbac
func KubernetesRole(cat *catalog.Catalog, rules model.Value) Verdict {
	v := Verdict{Sure: Yes}
	for _, rule := range dataBlocks(rules) {
		groups, resources, verbs := dataList(either(rule, "api_groups", "apiGroups")), dataList(rule.Get("resources")), dataList(rule.Get("verbs"))
		if rule.State == model.Unknown || groups.Unknown || resources.Unknown || verbs.Unknown {
			v.Sure = Maybe
		}
		most := catalog.NoClass
		for _, g := range groups.Values {
			if g == "" {
				g = "core"
			}
			for _, resource := range resources.Values {
				for _, verb := range verbs.Values {
					most = max(most, cat.ActionClass("kubernetes", fmt.Sprintf("%s %s/%s", verb, g, resource)))
				}
			}
		}
		if len(dataList(either(rule, "resource_names", "resourceNames")).Values) > 0 && most < catalog.Full {
			most = min(most, catalog.Use) // of single things
		}
		v.Class = max(v.Class, most)
	}
	return v
}

// SignIns are the grants of clusters to identities of AWS: by the aws-auth map, and by access entries that put somebody
// into groups of Kubernetes. What else access entries give, their policies say.
func (r *Reader) SignIns() []Grant { return r.signIns(true) }

// signIns are the grants of clusters. Only those that cross, where crossing is asked for.
func (r *Reader) signIns(crossing bool) []Grant {
	var all []Grant
	for _, typ := range []string{"kubernetes_config_map", "kubernetes_config_map_v1", "kubernetes_config_map_v1_data"} {
		for _, n := range r.graph.ByType(typ) {
			if name, _ := at(n.Values, "metadata.name").Text(); name != "aws-auth" {
				continue
			}
			for _, list := range []string{"mapRoles", "mapUsers"} {
				for _, s := range mapped(n.Values.Get("data").Get(list)) {
					all = append(all, r.signedIn(n, "data", s, crossing)...)
				}
			}
		}
	}
	for _, n := range r.graph.ByType("aws_eks_access_entry") {
		groups, unknown := n.Values.Get("kubernetes_groups").Strings()
		arn, _ := n.Values.Get("principal_arn").Text()
		all = append(all, r.signedIn(n, "principal_arn", signIn{arn, groups, unknown}, crossing)...)
	}
	return all
}

// signedIn are the grants that groups of a cluster make to an identity of AWS: whom its ARN names, or where that is not known
// whom the argument refers to.
func (r *Reader) signedIn(n *link.Node, argument string, s signIn, crossing bool) []Grant {
	h := r.grouped(n, s.groups)
	if h.Words == "" && !s.unknown {
		return nil
	}
	var parties []Party
	if s.arn != "" {
		if who, ok := r.accountParty(n, "aws", s.arn); ok {
			parties = []Party{who}
		}
	} else {
		targets, opaque := r.graph.Resolve(n, argument)
		for _, t := range targets {
			if kind, ok := r.identity(t.Node.Type); !ok || kind != Account {
				continue
			}
			if who, ok := r.partyOf(t.Node); ok {
				if len(targets)+len(opaque) > 1 {
					who.Sure = link.Possible // which of them is in these groups, the input does not tell
				}
				parties = append(parties, who)
			}
		}
	}
	var all []Grant
	for _, who := range parties {
		who = r.near(who, n.Placed.Site)
		if crossing && !r.crosses(who.Placed.Site, n.Placed.Site) {
			continue
		}
		if crossing && s.unknown && h.Class < catalog.Full {
			r.blind(link.Blind{Node: n, Path: argument, Reason: "a principal of another side signs in to the cluster, and in which of its groups is not known before apply"})
		}
		if h.Words == "" {
			continue
		}
		h := h
		if !crossing && who.Sure == link.Possible { // a question to those who may become one of several
			if h.Class < catalog.Billing {
				continue
			}
			h = Holding{Sure: Maybe, Open: n.Address + " gives " + h.Words + " to one of several roles, and the input does not tell to which"}
		}
		all = append(all, Grant{
			Node: n, Attribute: argument, Block: argument, Kind: catalog.Grant, Who: who, Own: *n.Placed, Over: *n.Placed, Holding: h, Confidence: who.Sure,
			Steps: append([]analyzer.Step{step(n, argument, argument+" lets in "+who.Words)}, h.Steps...), Related: slices.Concat(who.Nodes, h.Related),
		})
	}
	return all
}

// grouped is what members of groups of a cluster may do: what the groups are for Kubernetes itself, and the roles that
// bindings of the same input give them. Without words it is nothing that is known.
func (r *Reader) grouped(n *link.Node, groups []string) Holding {
	h := Holding{Sure: Yes}
	for _, g := range groups {
		if class, word, ok := BuiltIn(r.cat, "kubernetes", g); ok {
			h.better(Holding{Class: class, Words: fmt.Sprintf("%s (%s)", word, class), Sure: Yes,
				Steps: []analyzer.Step{step(n, "", fmt.Sprintf("the group %s amounts to %s", word, privilege(class)))}})
			continue
		}
		for _, typ := range []string{"kubernetes_cluster_role_binding", "kubernetes_cluster_role_binding_v1", "kubernetes_manifest", "kubernetes_role_binding", "kubernetes_role_binding_v1"} {
			for _, b := range r.graph.ByType(typ) {
				p := grantParts(b)
				if b.Input == n.Input && slices.ContainsFunc(p.who, func(e *link.End) bool { name, _ := r.text(b, e.Path); return name == g }) {
					held := r.rolesHeld(b, p.role)
					held.Related = append(held.Related, b)
					h.better(held)
				}
			}
		}
	}
	return h
}

// signIn is somebody of AWS whom a cluster knows, and the groups of Kubernetes that he is in there.
type signIn struct {
	arn     string // "" where it is not known
	groups  []string
	unknown bool // he may be in other groups too
}

// mapped are those whom a list of a cluster's aws-auth map lets in, as far as it is known.
func mapped(list model.Value) []signIn {
	const hole = "?"
	if text, ok := list.Text(); ok {
		return listedSignIns(text)
	}
	if doc, ok := list.Partly(); ok {
		return signInsOf(doc)
	}
	if list.State != model.Unknown {
		return nil
	}
	all := listedSignIns(list.Prefix() + hole + list.Ending())
	for i := range all {
		if all[i].arn == hole {
			all[i].arn = ""
		}
	}
	if len(all) == 0 {
		return []signIn{{unknown: true}}
	}
	return all
}

// signInsOf reads a list of a cluster's aws-auth map that sources build with yamlencode or jsonencode, of which some leaves
// are not known.
func signInsOf(list model.Value) []signIn {
	var all []signIn
	for _, item := range list.Items() {
		var s signIn
		if s.arn, _ = item.Get("rolearn").Text(); s.arn == "" {
			s.arn, _ = item.Get("userarn").Text()
		}
		s.groups, s.unknown = item.Get("groups").Strings()
		all = append(all, s)
	}
	return all
}

// listedSignIns reads the lists of a cluster's aws-auth map, in YAML or JSON: items with `rolearn` or `userarn`, and `groups`.
// https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html
func listedSignIns(text string) []signIn {
	const item = "-"
	words := strings.FieldsFunc(strings.ReplaceAll(text, "{", " "+item+" "), func(c rune) bool { return strings.ContainsRune(" \t\r\n\"'[]},", c) })
	isKey := func(i int) bool {
		return i < len(words) && (strings.HasSuffix(words[i], ":") || i+1 < len(words) && words[i+1] == ":") // quoted ones stand apart from it
	}
	var all []signIn
	key := ""
	for i, word := range words {
		switch {
		case word == item && isKey(i+1):
			all = append(all, signIn{})
		case word == item, word == ":", len(all) == 0:
		case isKey(i):
			key = strings.Trim(word, ":")
		case key == "rolearn", key == "userarn":
			all[len(all)-1].arn = word
		case key == "groups":
			all[len(all)-1].groups = append(all[len(all)-1].groups, word)
		}
	}
	return all
}
