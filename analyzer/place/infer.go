package place

import (
	"fmt"
	"slices"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/pattern"
)

// evidence is the partition that a resource's own values speak for, "" where they speak for none.
type evidence func(*model.Resource) (partition string, because Reason)

// location is the partition that a resource says that it is in.
func (s *Sites) location(r *model.Resource) (string, Reason) {
	own := s.own(r)
	if own.at.Partition == "" {
		return "", Reason{}
	}
	return own.at.Partition, own.at.Because[0]
}

// bond is the partition of what a resource can only have from its own: the role that it works as.
func (s *Sites) bond(r *model.Resource) (string, Reason) {
	cloud, ok := s.cat.Cloud(r.Source)
	if !ok || r.Values.Kind != model.Object || r.Mode != addr.Managed {
		return "", Reason{}
	}
	for i := range r.Values.Len() {
		name := r.Values.Name(i)
		text, known := r.Values.Item(i).Text()
		if !known {
			continue
		}
		id, ok := s.cat.Identify(text)
		if !ok || id.Cloud != cloud || id.Partition == "" {
			continue
		}
		if row := s.cat.Link(r.Type, name); row != nil && row.Kind == catalog.Same {
			return id.Partition, Reason{How: Inferred, Text: "the " + idWord(id) + " in its " + name, At: r.Address, Pos: r.Pos}
		}
	}
	return "", Reason{}
}

// inferFromResources places a configuration that says nothing of its partition by its resources: all resources of one
// configuration are in one partition, so that the evidence of one tells the place of all.
func (s *Sites) inferFromResources(in *model.Snapshot, evidence evidence) {
	type proof struct {
		partition string
		at        *model.Resource
		because   Reason
		split     bool
	}
	proofs := map[*model.Provider]*proof{}
	for _, r := range in.Resources {
		if r.Provider == nil || s.providers[r.Provider] == nil || s.providers[r.Provider].Partition != "" {
			continue
		}
		partition, because := evidence(r)
		if partition == "" {
			continue
		}
		have := proofs[r.Provider]
		if have == nil {
			proofs[r.Provider] = &proof{partition: partition, at: r, because: because}
		} else if have.partition != partition {
			have.split = true
		} else if r.Address < have.at.Address { // whatever the order of the input
			have.at, have.because = r, because
		}
	}
	for p, proof := range proofs {
		if proof.split {
			continue // one configuration in two partitions: nothing follows for the others
		}
		at := s.providers[p]
		at.Partition, at.Open = proof.partition, Open{}
		at.Because = append(at.Because, Reason{How: Inferred, At: proof.at.Address,
			Text: fmt.Sprintf("as %s of the same provider configuration is (%s)", proof.at.Address, proof.because.Text)})
	}
}

// inferFromEnvironment uses that configurations of one run share the environment: where one that takes its partition
// from a variable turned out to be somewhere, so are the others that take theirs from the same variable.
func (s *Sites) inferFromEnvironment(in *model.Snapshot) {
	type proof struct {
		side  string
		of    *model.Provider
		split bool
	}
	bySide := map[string]*proof{}
	reads := func(p *model.Provider) []string {
		var names []string
		for _, row := range s.rows(p) {
			if row.Scope == "provider" && row.Gives == catalog.GivesPartition && !absent(p.Values, row.Name) {
				return nil
			}
			if row.Scope == "env" && row.Gives == catalog.GivesPartition {
				names = append(names, row.Name)
			}
		}
		return names
	}
	for _, p := range in.Providers {
		at := s.providers[p]
		if at.Partition == "" || !slices.ContainsFunc(at.Because, func(r Reason) bool { return r.How == Inferred }) {
			continue
		}
		part, _ := s.cat.Partition(at.Partition)
		for _, v := range reads(p) {
			if have := bySide[v]; have == nil {
				bySide[v] = &proof{side: part.Side, of: p}
			} else if have.side != part.Side {
				have.split = true
			}
		}
	}
	for _, p := range in.Providers {
		at := s.providers[p]
		if at.Partition != "" || at.Unknown {
			continue
		}
		for _, v := range reads(p) {
			proof := bySide[v]
			if proof == nil || proof.split {
				continue
			}
			var same []catalog.Partition
			for _, part := range s.cat.Partitions(at.Cloud) {
				if part.Side == proof.side {
					same = append(same, part)
				}
			}
			if len(same) != 1 {
				continue
			}
			at.Partition, at.Open = same[0].ID, Open{}
			at.Because = append(at.Because, Reason{How: Inferred, At: proof.of.Label(),
				Text: fmt.Sprintf("as %s is, which reads %s as well", proof.of.Label(), v)})
			break
		}
	}
}

// inferFromReferences places what is hosted by the resource whose host it uses: the provider of a cluster's workloads is
// where the cluster is. What is called by a host is meant, and not what keeps the text of one.
func (s *Sites) inferFromReferences(in *model.Snapshot) {
	for _, p := range in.Providers {
		at := s.providers[p]
		if at.Partition != "" || at.Host != "" || !at.Unknown && !s.cat.Hosted(at.Cloud) {
			continue
		}
		for _, row := range s.cat.ProviderSites(p.Source) {
			if row.Scope != "provider" || row.Gives != catalog.GivesHost {
				continue
			}
			there, of := s.referred(in, p, p.Args.Arg(row.Name))
			if of == nil || there.Partition == "" && there.Host == "" {
				continue
			}
			at.Site, at.Open, at.Unknown = there.Site, Open{}, false
			at.Because = append(at.Because, Reason{How: Reference, At: p.Label(), Text: fmt.Sprintf("as its %s refers to %s", row.Name, of.Address)})
			break
		}
	}
}

// referred is the one place of all resources that an argument of a provider refers to, and one of them.
func (s *Sites) referred(in *model.Snapshot, p *model.Provider, a *model.Arg) (there Placed, of *model.Resource) {
	if a == nil {
		return there, nil
	}
	for _, r := range in.Resources {
		if !slices.ContainsFunc(a.Origins, func(o model.Origin) bool {
			return o.Type == r.Type && o.Name == r.Name && o.Mode == r.Mode && sameBlocks(o.Module(p.Module), r.Module) && Addressable(o.Attr)
		}) {
			continue
		}
		at := s.resource(r) // nothing is remembered before all configurations are placed
		switch {
		case of == nil:
			there, of = at, r
		case at.Site != there.Site:
			return Placed{}, nil
		}
	}
	return there, of
}

// addressable are the names of attributes that something is called by.
var addressable = pattern.New(`endpoint|host|url|uri|fqdn|domain|dns|address|(^|_)ip(_|$)|connection_string`)

// Addressable tells whether an attribute is one that its resource is called by.
func Addressable(attr string) bool { return addressable.Regexp().MatchString(attr) }

// sameBlocks tells whether two module paths are of the same calls, whatever their keys.
func sameBlocks(a, b addr.Module) bool {
	return slices.EqualFunc(a, b, func(a, b addr.Step) bool { return a.Name == b.Name })
}
