package boundary

import (
	"cmp"
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/place"
)

// Side is the side that a place is on, or "" where it cannot be told.
//
// The policy's entries win over the built-in sides of partitions. Among the entries that hold, the narrowest decides:
// the account, the tenant, the network of the address (the smallest), the domain of the host (the longest, and the host
// itself before a pattern), then the region (a name before a pattern, then the pattern with more characters that are no
// wildcards, then the first), then the partition.
//
// A place whose region is not known is on no side where the policy divides the regions of its partition, or of the one that
// it is the directory of.
func (p *Policy) Side(s place.Site) string {
	if e, _, ok := p.given(s); ok {
		return e.side
	}
	if s.Region == "" && s.Home == "" && (p.divides(s.Partition) || p.divides(p.cat.Serves(s.Partition))) {
		return ""
	}
	part, _ := p.cat.Partition(s.Partition)
	return part.Side
}

// Why says which line of the policy puts a place on its side, `account 222222222222 is given to "china" by
// .demarc.hcl:5`; "" where the side is built in or not known.
func (p *Policy) Why(s place.Site) string {
	e, what, ok := p.given(s)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s is given to %q by %s", what, e.side, where(e.pos))
}

// given is the entry of the policy that decides on a place, and what of the place it is about.
func (p *Policy) given(s place.Site) (e entry, what string, ok bool) {
	cloud := s.Cloud
	if cloud == "" {
		part, _ := p.cat.Partition(s.Partition)
		cloud = part.Cloud
	}
	if e, ok := p.entries[accountKey(cloud, s.Account)]; ok {
		return e, "account " + s.Account, true
	}
	if e, ok := p.entries[tenantKey(s.Tenant)]; ok {
		return e, "tenant " + s.Tenant, true
	}
	for _, address := range []string{s.Address, s.Host} {
		if e, ok := p.networkOf(address); ok {
			return e, and("address "+address, e.text, address), true
		}
	}
	for _, host := range []string{s.Host, s.Tenant} {
		if e, ok := p.domainOf(host); ok {
			return e, and("host "+host, e.text, host), true
		}
	}
	for _, region := range []string{s.Region, s.Home} {
		if e, ok := p.regionOf(cloud, region); ok {
			return e.entry, and("region "+region, e.text, cloud+":"+region), true
		}
	}
	e, ok = p.entries[key{"partition", s.Partition}]
	return e, "partition " + s.Partition, ok
}

// and adds the pattern of the entry that matched where it says more than what it matched.
func and(what, pattern, matched string) string {
	if pattern == matched {
		return what
	}
	return what + " (" + pattern + ")"
}

// networkOf is the entry for the smallest network that an address, or all of a range of addresses, is in.
func (p *Policy) networkOf(address string) (entry, bool) {
	if address == "" {
		return entry{}, false
	}
	in, ok := parseRange(address)
	if !ok {
		return entry{}, false
	}
	for bits := in.Bits(); bits >= 0; bits-- {
		if e, ok := p.entries[networkKey(netip.PrefixFrom(in.Addr(), bits).Masked())]; ok {
			return e, true
		}
	}
	return entry{}, false
}

func parseRange(address string) (netip.Prefix, bool) {
	if prefix, err := netip.ParsePrefix(address); err == nil {
		if prefix.Addr().Is4In6() && prefix.Bits() >= 96 {
			prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-96)
		}
		return prefix, true
	}
	a, err := netip.ParseAddr(strings.Trim(address, "[]"))
	if err != nil {
		return netip.Prefix{}, false
	}
	a = a.Unmap().WithZone("")
	return netip.PrefixFrom(a, a.BitLen()), true
}

// domainOf is the entry for a host itself, or else for the longest domain that it is below.
func (p *Policy) domainOf(host string) (entry, bool) {
	host = plainHost(host)
	if e, ok := p.entries[key{"domain", host}]; ok {
		return e, true
	}
	for {
		_, parent, below := strings.Cut(host, ".")
		if !below {
			return entry{}, false
		}
		if e, ok := p.entries[key{"domain", "*." + parent}]; ok {
			return e, true
		}
		host = parent
	}
}

// divides tells whether the policy gives regions of a partition to sides.
func (p *Policy) divides(partition string) bool {
	if len(p.regions) == 0 {
		return false
	}
	part, _ := p.cat.Partition(partition)
	for _, region := range p.cat.Regions(partition) {
		if _, ok := p.regionOf(part.Cloud, region); ok {
			return true
		}
	}
	return false
}

func (p *Policy) regionOf(cloud, region string) (regionEntry, bool) {
	region = plainRegion(region)
	if region == "" {
		return regionEntry{}, false
	}
	for _, e := range p.regions {
		if e.cloud != cloud {
			continue
		}
		if ok, _ := path.Match(e.glob, region); ok {
			return e, true
		}
	}
	return regionEntry{}, false
}

// sortRegions puts the most specific entries first.
func (p *Policy) sortRegions() {
	slices.SortStableFunc(p.regions, func(a, b regionEntry) int {
		return cmp.Or(
			cmp.Compare(wildcards(a.glob), wildcards(b.glob)),
			cmp.Compare(literals(b.glob), literals(a.glob)),
		)
	})
}

// wildcards is 0 for a name and 1 for a pattern.
func wildcards(glob string) int {
	if strings.ContainsAny(glob, `*?[\`) {
		return 1
	}
	return 0
}

// literals counts the characters of a pattern that stand for themselves, roughly: a class counts as its text.
func literals(glob string) int {
	return len(glob) - strings.Count(glob, "*") - strings.Count(glob, "?")
}
