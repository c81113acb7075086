package boundary

import (
	"net/netip"
	"path"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// key is what an entry of a boundary says, in the one spelling that it is compared in.
type key struct {
	noun string // `account`, `tenant`, `network`, `domain`, `region` or `partition`
	text string // `aws:222222222222`, `203.0.113.0/24`, `*.example.cn`, `alicloud:cn-*`
}

// entry gives what its key says to a side.
type entry struct {
	key
	side string
	pos  model.Pos
}

// regionEntry is an entry for the regions of a cloud.
type regionEntry struct {
	entry
	cloud, glob string
}

// boundary reads a block that gives places to a side.
func (f *file) boundary(b *hclsyntax.Block) {
	side := b.Labels[0]
	for _, a := range f.arguments(b, "partitions", "regions", "accounts", "tenants", "domains", "networks") {
		for _, t := range f.texts(a.Name, a.Expr) {
			switch a.Name {
			case "partitions":
				f.partition(side, t)
			case "regions":
				f.region(side, t)
			case "accounts":
				f.account(side, t)
			case "tenants":
				f.tenant(side, t)
			case "domains":
				f.domain(side, t)
			case "networks":
				f.network(side, t)
			}
		}
	}
}

func (f *file) partition(side string, t text) {
	if f.known("partition", t, f.partitions) {
		f.give(side, t, key{"partition", t.value})
	}
}

func (f *file) region(side string, t text) {
	cloud, glob, ok := f.cloudAnd("region", t)
	if !ok {
		return
	}
	glob = plainRegion(glob)
	if _, err := path.Match(glob, ""); err != nil {
		f.problem(t.at, "%s is no pattern: a bracket is not closed", quoted(t.value))
		return
	}
	if e, ok := f.give(side, t, key{"region", cloud + ":" + glob}); ok {
		f.policy.regions = append(f.policy.regions, regionEntry{e, cloud, glob})
	}
}

// account reads `cloud:id`. An id may have colons of its own, as Google's domain-scoped projects have.
func (f *file) account(side string, t text) {
	cloud, id, ok := f.cloudAnd("account", t)
	switch {
	case !ok:
	case strings.ContainsAny(id, "*? \t"):
		f.problem(t.at, "%s is no account: it is one id, not a pattern", quoted(t.value))
	default:
		f.give(side, t, accountKey(cloud, id))
	}
}

func (f *file) tenant(side string, t text) {
	if !isGUID(t.value) && !(strings.Contains(t.value, ".") && isHost(t.value)) {
		f.problem(t.at, "%s is no tenant: it is a GUID or a domain", quoted(t.value))
		return
	}
	f.give(side, t, tenantKey(t.value))
}

func (f *file) domain(side string, t text) {
	host := plainHost(t.value)
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		f.problem(t.at, "%s is an address: it belongs in networks", quoted(t.value))
		return
	}
	if !isHost(strings.TrimPrefix(host, "*.")) {
		f.problem(t.at, "%s is no domain: it is a host or a mail domain without scheme, port and path, or `*.` and a domain for all below it",
			quoted(t.value))
		return
	}
	f.give(side, t, key{"domain", host})
}

func (f *file) network(side string, t text) {
	prefix, err := netip.ParsePrefix(t.value)
	if err != nil {
		hint := "it is in CIDR form, as 203.0.113.0/24 is"
		if a, err := netip.ParseAddr(t.value); err == nil && a.Zone() == "" {
			hint = "write " + netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()).String()
		}
		f.problem(t.at, "%s is no network: %s", quoted(t.value), hint)
		return
	}
	if prefix.Addr().Is4In6() {
		f.problem(t.at, "%s is no network: write it as IPv4", quoted(t.value))
		return
	}
	if prefix != prefix.Masked() {
		f.problem(t.at, "%s has bits beyond its length: write %s", quoted(t.value), prefix.Masked())
		return
	}
	f.give(side, t, networkKey(prefix))
}

// cloudAnd reads `cloud:rest` and reports a cloud that there is not.
func (f *file) cloudAnd(noun string, t text) (cloud, rest string, ok bool) {
	cloud, rest, colon := strings.Cut(t.value, ":")
	rest = strings.TrimSpace(rest)
	if !colon || cloud == "" || rest == "" {
		f.problem(t.at, "%s is no %s: it begins with a cloud and a colon, as aws: does", quoted(t.value), noun)
		return "", "", false
	}
	return cloud, rest, f.known("cloud", text{cloud, t.at}, f.clouds)
}

// give adds an entry, unless there is one like it.
func (f *file) give(side string, t text, k key) (entry, bool) {
	e := entry{k, side, f.pos(t.at)}
	if first, ok := f.policy.entries[k]; ok {
		f.problem(t.at, "%s %s is already given to %s at %s", k.noun, quoted(t.value), quoted(first.side), where(first.pos))
		return entry{}, false
	}
	f.policy.entries[k] = e
	return e, true
}

// The spellings that entries and sites are compared in. Azure's and Microsoft's ids are compared without case, and no
// cloud has two ids that differ in case alone.

func accountKey(cloud, id string) key { return key{"account", cloud + ":" + strings.ToLower(id)} }

func tenantKey(tenant string) key { return key{"tenant", plainHost(tenant)} }

func networkKey(n netip.Prefix) key { return key{"network", n.String()} }

func plainHost(host string) string { return strings.TrimSuffix(strings.ToLower(host), ".") }

// plainRegion is a region in the spelling of the tables: `China North 3` is chinanorth3.
func plainRegion(region string) string { return strings.ReplaceAll(strings.ToLower(region), " ", "") }

// isHost tells whether s is labels with dots between them.
func isHost(s string) bool {
	for label := range strings.SplitSeq(plainHost(s), ".") {
		if label == "" || strings.ContainsAny(label, "*/:@?#[]\\ \t\r\n") {
			return false
		}
	}
	return true
}

func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range []byte(s) {
		switch hyphen := i == 8 || i == 13 || i == 18 || i == 23; {
		case hyphen != (c == '-'):
			return false
		case !hyphen && !strings.ContainsRune("0123456789abcdefABCDEF", rune(c)):
			return false
		}
	}
	return true
}
