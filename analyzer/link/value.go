package link

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/pattern"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// numbered tells what a number may name: accounts of Alibaba and Tencent are numbers in their providers' schemas, and a
// region of Tencent's registries is.
func numbered(by catalog.By) bool {
	switch by {
	case catalog.ByAccount, catalog.ByPrincipal, catalog.ByID, catalog.ByScope, catalog.ByTenant, catalog.ByHub, catalog.ByPartition, catalog.ByRegion:
		return true
	}
	return false
}

// siteOf is the place that an id or a host tells of.
func siteOf(id catalog.Identity) place.Site {
	return place.Site{Cloud: id.Cloud, Partition: id.Partition, Region: id.Region, Account: id.Account, Tenant: id.Tenant, Host: id.Host}
}

// inPart is the place that the beginning of a text tells, or else the end of the host that a URL begins with: `arn:aws-cn:kms:cn-north-1:`
// tells enough, and so does `https://${...}.blob.core.chinacloudapi.cn/`. id says that it is an id.
func (g *Graph) inPart(prefix, ending string) (at place.Placed, id, ok bool) {
	if !strings.Contains(prefix, ":") {
		return place.Placed{}, false, false
	}
	for _, text := range []string{prefix, prefix + ":", prefix + "::", prefix + ":::"} {
		if id, ok := g.cat.Identify(text); ok && id.Partition != "" {
			return place.Placed{Site: siteOf(id), Because: []place.Reason{{How: place.Literal, Text: "by what its id begins with"}}}, true, true
		}
	}
	if _, host, ok := strings.Cut(prefix, "://"); ok && !strings.Contains(host, "/") && strings.HasPrefix(ending, ".") {
		if id, ambiguous, ok := g.cat.Host("https://x" + ending); ok && !ambiguous {
			return place.Placed{Site: place.Site{Cloud: id.Cloud, Partition: id.Partition, Region: id.Region},
				Because: []place.Reason{{How: place.Literal, Text: "by what its host ends with"}}}, false, true
		}
	}
	return place.Placed{}, false, false
}

// byWholeHost places a URL by its beginning, of which the host is known and something behind it is not.
func (g *Graph) byWholeHost(beginning string) (place.Placed, bool) {
	url := WholeHost(beginning)
	if url == "" {
		return place.Placed{}, false
	}
	at, _, ok := g.byHost(url)
	return at, ok && (at.Partition != "" || len(g.cat.Shared(at.Host)) > 0)
}

// valueEnds makes the ends of a known text: by what it says itself, by the resource of the estate that has it as its id
// or address, and by what the configuration refers to. A text that says a partition is believed; what it leaves out
// (the region of a bucket) a resource of that partition may add.
func (g *Graph) valueEnds(n *Node, e End, text string) {
	if e.Row.By == catalog.ByHub {
		if !g.joinEnd(n, e, text) && !g.targetEnds(n, e, g.resolveKnown(n, e.Path, text)) {
			n.Ends = append(n.Ends, e)
		}
		return
	}
	if e.Row.By == catalog.ByAddress {
		if list := Addresses(text); len(list) > 0 {
			for _, one := range list {
				g.valueEnds(n, e, one)
			}
			return
		}
	}
	at, sure, said := g.byValue(n, e.Row.By, cmp.Or(e.Row.Cloud, n.Placed.Cloud), text)
	if part, _ := g.cat.Partition(at.Partition); part.SaaS && e.Row.Kind == catalog.Endpoint {
		return // called from anywhere by design, and no row knows a worse reason
	}
	if said {
		e.Placed, e.Confidence = g.Sites.Share(at), sure
	}
	if said && at.Partition != "" {
		if t := g.meant(n, e.Path, text); t != nil && t.Placed.Partition == at.Partition {
			e.Target = t
			if at.Region == "" {
				at.Region, at.Home = t.Placed.Region, t.Placed.Home
			}
			if at.Account == "" {
				at.Account = t.Placed.Account
			}
			e.Placed = g.Sites.Share(at)
		}
		n.Ends = append(n.Ends, e)
		return
	}
	found := g.joinEnd(n, e, text) || g.targetEnds(n, e, g.resolveKnown(n, e.Path, text))
	if said || !found && open(e) {
		n.Ends = append(n.Ends, e)
	}
}

// meant is the one resource that a known id belongs to or that the argument refers to, or nil.
func (g *Graph) meant(n *Node, at model.Path, text string) *Node {
	h := g.holders[text]
	if whole, _, inside := strings.Cut(text, "/"); h == nil && inside { // `arn:aws:s3:::logs/flow/` is in the bucket
		h = g.holders[whole]
	}
	if len(h) == 1 && h[0] != n {
		return h[0]
	}
	if targets := g.resolveKnown(n, at, text); len(targets) == 1 && targets[0].Node != n {
		return targets[0].Node
	}
	return nil
}

// byValue reads a known value for the place that it names. Regions and accounts are of cloud.
func (g *Graph) byValue(n *Node, by catalog.By, cloud, text string) (place.Placed, Confidence, bool) {
	if id, ok := g.cat.Identify(text); ok && (id.Partition != "" || id.Account != "" || id.Tenant != "") {
		at := place.Placed{Site: siteOf(id), Because: []place.Reason{byID(id, text)}}
		conf := Certain
		if at.Partition == "" && id.Account != "" {
			if p, why, ok := g.Sites.Account(id.Cloud, id.Account); ok {
				at.Partition = p
				at.Because = []place.Reason{{How: place.Inferred, At: why.At, Input: why.Input, Text: "by its account, which " + why.At + " names"}}
				conf = Likely
			}
		}
		if at.Partition == "" && id.Tenant != "" {
			if p, ok := g.Sites.Tenant(id.Tenant); ok {
				at.Partition = p.Partition
			}
		}
		if at.Partition != "" || at.Tenant != "" || by != catalog.ByHost && by != catalog.ByAddress {
			return at, conf, true
		}
	}
	switch by {
	case catalog.ByRegion, catalog.ByZone:
		if p, region, ok := g.cat.Region(cloud, text); ok && p != "" {
			return place.Placed{Site: place.Site{Cloud: cloud, Partition: p, Region: region},
				Because: []place.Reason{{How: place.Literal}}}, Certain, true
		}
	case catalog.ByPartition:
		if p, ok := g.cat.Word(cloud, text); ok {
			return place.Placed{Site: place.Site{Cloud: cloud, Partition: p},
				Because: []place.Reason{{How: place.Literal}}}, Certain, true
		}
	case catalog.ByAccount:
		text = ofAccount(text)
		if !AccountLike(text) {
			return place.Placed{}, 0, false
		}
		at := place.Placed{Site: place.Site{Cloud: cloud, Account: text}, Because: []place.Reason{{How: place.Literal, Text: "by account " + text}}}
		if part, ok := g.cat.Partition(n.Placed.Partition); ok && cloud == n.Placed.Cloud && !part.Regional {
			at.Partition = part.ID // a cloud knows the accounts of its own partition
		}
		if p, why, ok := g.Sites.Account(cloud, text); ok {
			at.Partition = p
			at.Because = []place.Reason{{How: place.Inferred, At: why.At, Input: why.Input, Text: "by account " + text + ", which " + why.At + " names"}}
		}
		return at, Likely, true
	case catalog.ByTenant:
		at := place.Placed{Site: place.Site{Cloud: n.Placed.Cloud, Tenant: strings.ToLower(text)},
			Because: []place.Reason{{How: place.Literal, Text: "by the tenant"}}}
		if p, ok := g.Sites.Tenant(text); ok {
			at.Cloud, at.Partition = p.Cloud, p.Partition
		} else if id, ambiguous, ok := g.cat.Host(text); ok && !ambiguous {
			at.Cloud, at.Partition = id.Cloud, id.Partition
		}
		return at, Certain, true
	case catalog.ByAddress:
		if a, ok := Address(text); ok {
			return place.Placed{Site: place.Site{Address: a}, Because: []place.Reason{{How: place.Literal, Text: "by the address"}}}, Certain, true
		}
	case catalog.ByPrincipal:
		if i := strings.LastIndexByte(text, '@'); i >= 0 {
			return g.byHost(text[i+1:])
		}
		if bareAccount.Regexp().MatchString(text) {
			return g.byValue(n, catalog.ByAccount, cloud, text)
		}
	}
	if by == catalog.ByHost || by == catalog.ByAddress || by == catalog.BySecret || strings.Contains(text, "://") {
		return g.byHost(text)
	}
	return place.Placed{}, 0, false
}

// byHost places a host or URL. A host that no table knows is still a place: the policy may give it to a side.
func (g *Graph) byHost(text string) (place.Placed, Confidence, bool) {
	id, ambiguous, ok := g.cat.Host(text)
	if ambiguous && len(g.cat.Shared(id.Host)) == 0 {
		return place.Placed{}, 0, false
	}
	if ok || ambiguous {
		why := place.Reason{How: place.Literal}
		if id.Host != "" {
			why.Text = "by its host " + id.Host
		}
		return place.Placed{Site: siteOf(id), Because: []place.Reason{why}}, Certain, true
	}
	if h := catalog.HostName(text); h != "" {
		return place.Placed{Site: place.Site{Host: h}, Because: []place.Reason{{How: place.Literal, Text: "by its host " + h}}}, Certain, true
	}
	return place.Placed{}, 0, false
}

// joinEnd finds the resource of the estate that has a known value as its id or address.
func (g *Graph) joinEnd(n *Node, e End, text string) bool {
	by := e.Row.By
	if by == catalog.ByName || by == catalog.ByRegion || by == catalog.ByZone {
		return false
	}
	key := text
	if by == catalog.ByAddress {
		key, _ = Address(text)
	}
	if g.holders[key] == nil && (by == catalog.ByHost || strings.Contains(text, "://")) {
		key = catalog.HostName(text)
	}
	var found *Node
	for _, h := range g.fewHolders(key) {
		if h == n {
			continue
		}
		if found != nil && found.Placed.Site != h.Placed.Site {
			return false // two places have it: it tells nothing
		}
		found = h
	}
	if found == nil || found.Placed.Partition == "" {
		return false
	}
	e.Target, e.Placed, e.Confidence = found, found.Placed, Certain
	n.Ends = append(n.Ends, e)
	return true
}

// fewHolders are the holders of a key, and of many as many as tell where all are but for any one of them: of up to three
// places the last two each.
func (g *Graph) fewHolders(key string) []*Node {
	all := g.holders[key]
	if len(all) <= 6 {
		return all
	}
	few, ok := g.few[key]
	if !ok {
		times := map[place.Site]int{}
		for i := len(all) - 1; i >= 0 && len(times) < 3; i-- {
			at := all[i].Placed.Site
			if times[at]++; times[at] <= 2 {
				few = append(few, all[i])
			}
		}
		slices.Reverse(few)
		g.few[key] = few
	}
	return few
}

// named is the place that a word says itself, as an id that names it or as the host that it is or has.
func (g *Graph) named(word string) (at place.Placed, id, ok bool) {
	if before, after, parted := model.Around(word); parted {
		if host := WholeHost(before); host != "" {
			return g.named(host)
		}
		return g.inPart(before, after)
	}
	if found, ok := g.cat.Identify(word); ok && found.Partition != "" {
		return place.Placed{Site: siteOf(found), Because: []place.Reason{byID(found, word)}}, true, true
	}
	if !looksLikeHost(word) {
		return place.Placed{}, false, false
	}
	at, _, ok = g.byHost(word)
	return at, false, ok && (at.Partition != "" || g.cat.Own(at.Host))
}

// WholeHost is the beginning of a URL up to the path, or the host before a path, as names of images have it: "" where the
// host is not all there.
func WholeHost(text string) string {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		rest = text
	}
	host, _, whole := strings.Cut(rest, "/")
	switch {
	case !whole:
		return ""
	case ok:
		return scheme + "://" + host + "/"
	case strings.Count(host, ":") > 1 || !looksLikeHost(host): // an ARN has several
		return ""
	}
	return host
}

// owned is the place of an id that tells only whose it is, where the estate shows where that account is.
func (g *Graph) owned(n *Node, word string) (place.Placed, bool) {
	if id, ok := g.cat.Identify(word); !ok || id.Account == "" || strings.Contains(word, model.Hole) {
		return place.Placed{}, false
	}
	at, _, _ := g.byValue(n, catalog.ByID, "", word)
	return at, at.Partition != ""
}

// byID says how an id tells its place. One in the form of a URL tells it by its host.
func byID(id catalog.Identity, text string) place.Reason {
	if id.Host != "" && strings.Contains(text, "://") {
		return place.Reason{How: place.Literal, Text: "by its host " + id.Host}
	}
	return place.Reason{How: place.Literal, Text: "by the id that it names"}
}

// Address reads an IP address or a network, perhaps with a port.
func Address(s string) (string, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.String(), true
	}
	if p, err := netip.ParsePrefix(s); err == nil {
		if p.IsSingleIP() {
			return p.Addr().String(), true
		}
		return p.Masked().String(), true
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().String(), true
	}
	return "", false
}

// Addresses are those in a text that is more than one address: a list of them, or one and what is to be done with it.
func Addresses(text string) []string {
	if _, ok := Address(text); ok {
		return nil
	}
	list := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n,;#", r) })
	return slices.DeleteFunc(list, func(word string) bool {
		_, ok := Address(word)
		return !ok
	})
}

// ofAccount is the account of something that is named within it, ORGANIZATION.ACCOUNT.THING, each in quotes or not.
func ofAccount(text string) string {
	text = strings.ReplaceAll(text, `"`, "")
	if parts := strings.Split(text, "."); len(parts) == 3 && !slices.Contains(parts, "") {
		return parts[0] + "." + parts[1]
	}
	return text
}

// AccountLike tells whether a text can be an account, subscription, project or tenancy id: one word of letters, digits
// and the few signs that they hold.
func AccountLike(s string) bool {
	if len(s) < 4 || len(s) > 128 {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.:/", r))
	}) < 0
}

// bareAccount is an account id that stands for everybody of the account: digits, or Huawei's and IBM's 32 hex digits.
var bareAccount = pattern.New(`^([0-9]{9,20}|[0-9a-f]{32})$`)

// BareAccount tells that a text is such an id.
func BareAccount(text string) bool { return bareAccount.Regexp().MatchString(text) }

// looksLikeHost is a cheap test for a host name or URL in plain text.
func looksLikeHost(s string) bool {
	i := strings.Index(s, "://")
	if i >= 0 {
		return i > 0
	}
	h := catalog.HostName(s)
	return strings.Count(h, ".") >= 2
}
