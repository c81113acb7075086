package place

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// Options are what the user tells of the world that inputs do not hold.
type Options struct {
	Env      map[string]string            // environment variables that Terraform ran with, as far as the user says
	Defaults map[string]map[string]string // provider local name or cloud -> argument -> value, from the policy
}

// Sites are the places of an estate's provider configurations and resources.
type Sites struct {
	cat       *catalog.Catalog
	opts      Options
	providers map[*model.Provider]*Placed
	accounts  map[account]home
	tenants   map[string]Site

	// Most resources of one provider configuration are in the same place for the same reasons.
	asked map[question]*Placed
	told  map[string]*Placed
	words []byte
}

// question is what the place of a resource depends on.
type question struct {
	provider    *model.Provider
	source, typ string
	values      string // of the attributes that could place it
}

// mostAsked bounds what is remembered of questions and of places: ids and hosts may be all different.
const mostAsked = 1 << 12

type account struct{ cloud, id string }

type home struct {
	partition string
	because   Reason
}

// Estate places every provider configuration of the inputs, and learns which partition each account is in.
func Estate(inputs []*model.Snapshot, cat *catalog.Catalog, opts Options) *Sites {
	s := &Sites{cat: cat, opts: opts, providers: map[*model.Provider]*Placed{}, accounts: map[account]home{}, tenants: map[string]Site{},
		asked: map[question]*Placed{}, told: map[string]*Placed{}}
	inputs = slices.Clone(inputs) // in any order, they say the same
	slices.SortStableFunc(inputs, func(a, b *model.Snapshot) int { return cmp.Compare(a.Name, b.Name) })
	for _, in := range inputs {
		for _, p := range in.Providers {
			s.providers[p] = s.provider(p)
		}
	}
	for _, evidence := range []evidence{s.location, s.bond} {
		for _, in := range inputs {
			s.inferFromResources(in, evidence)
		}
	}
	for _, in := range inputs {
		s.inferFromEnvironment(in)
	}
	for _, in := range inputs {
		s.inferFromReferences(in)
	}
	for _, in := range inputs {
		for _, p := range in.Providers {
			at := s.providers[p]
			if at.Account != "" && at.Partition != "" {
				s.learn(at, p.Label(), in.Name)
			}
			if at.Tenant != "" && at.Partition != "" {
				if have, ok := s.tenants[at.Tenant]; ok && (have.Partition == "" || have.Partition != at.Partition && have.Cloud == at.Cloud) {
					s.tenants[at.Tenant] = Site{} // and stays so, whatever follows
				} else {
					s.tenants[at.Tenant] = Site{Cloud: at.Cloud, Partition: at.Partition, Tenant: at.Tenant}
				}
			}
		}
	}
	return s
}

// learn remembers that an account is in a partition, as something in an input says. Two partitions for one account prove
// nothing, and are forgotten; of several that agree the first stands.
func (s *Sites) learn(at *Placed, by, input string) {
	if part, _ := s.cat.Partition(at.Partition); part.Regional {
		return
	}
	k := account{at.Cloud, strings.ToLower(at.Account)}
	if have, ok := s.accounts[k]; ok {
		if have.partition != at.Partition {
			s.accounts[k] = home{}
		}
		return
	}
	why := Reason{}
	if len(at.Because) > 0 {
		why = at.Because[0]
	}
	why.At, why.Input = by, input
	s.accounts[k] = home{at.Partition, why}
}

// Learn remembers the partition of the account that a placed resource of an input is in, where its own id says
// whose it is, and of the accounts that it names the numbers of. Call it for all resources before Account.
func (s *Sites) Learn(at *Placed, r *model.Resource, input string) {
	if r.Mode == addr.Managed {
		for _, a := range s.cat.Accounts(r.Type) {
			if number, _ := r.Values.Get(a.Attribute).Text(); number != "" {
				s.learn(&Placed{Site: Site{Cloud: a.Cloud, Partition: a.Partition, Account: number}}, r.Address, input)
			}
		}
	}
	if at.Account == "" || s.accounts[account{at.Cloud, at.Account}].partition == at.Partition {
		return
	}
	for _, name := range []string{"arn", "id"} {
		text, _ := r.Values.Get(name).Text()
		if id, ok := s.cat.Identify(text); ok && id.Account == at.Account && (id.Partition == at.Partition || id.Partition == "") {
			s.learn(&Placed{Site: Site{Cloud: at.Cloud, Partition: at.Partition, Account: at.Account}}, r.Address, input)
			return
		}
	}
}

// Account is the partition that some provider configuration of the estate shows an account to be in.
func (s *Sites) Account(cloud, id string) (partition string, because Reason, ok bool) {
	a := s.accounts[account{cloud, strings.ToLower(id)}]
	return a.partition, a.because, a.partition != ""
}

// Tenant is the place of the provider configuration of the estate that names an Entra tenant.
func (s *Sites) Tenant(id string) (Site, bool) {
	at, ok := s.tenants[strings.ToLower(id)]
	return at, ok && at.Partition != ""
}

// own is what a resource's own values tell of its place.
func (s *Sites) own(r *model.Resource) *facts {
	cloud, _ := s.cat.Cloud(r.Source)
	f := &facts{cat: s.cat, cloud: cloud}
	f.at.Cloud = cloud
	typ := r.Type
	for _, row := range s.cat.ResourceSites(r.Source, typ) {
		switch row.Gives {
		case catalog.GivesNowhere:
			f.at.Nowhere = true
			continue
		case catalog.GivesWide:
			f.wide = true
			continue
		}
		if s.elsewhere(typ, row) {
			continue
		}
		v := attribute(r.Values, row.Name)
		if t, ok := v.Text(); ok {
			f.tell(row.Gives, t, row.Name, Literal, model.Pos{})
		} else if choices := v.Choices(); choices != nil {
			if words, ok := f.choose(row.Gives, choices, row.Name, Literal, model.Pos{}); !ok && f.at.Region == "" && leftOpen(r, row, v) {
				f.open = append(f.open, row.Name+words)
			}
		} else if f.at.Region == "" && leftOpen(r, row, v) {
			f.open = append(f.open, row.Name)
		}
	}
	return f
}

// elsewhere tells whether a link row says that the region in an attribute is a far end's: the place of a replica, or of a
// fabric whose vault is elsewhere, is what such a resource joins its own to.
func (s *Sites) elsewhere(typ string, at catalog.SiteRow) bool {
	if at.Gives != catalog.GivesRegion && at.Gives != catalog.GivesZone {
		return false
	}
	row := s.cat.Link(typ, at.Name)
	return row != nil && row.Kind != catalog.Nothing && row.Kind != catalog.Same && (row.By == catalog.ByRegion || row.By == catalog.ByZone)
}

// leftOpen tells whether the configuration gives a resource a region that is not known.
func leftOpen(r *model.Resource, row catalog.SiteRow, v model.Value) bool {
	return v.State == model.Unknown && row.Gives == catalog.GivesRegion && r.Args.Arg(row.Name) != nil
}

// Resource places a resource instance. What comes back is shared with others that are in the same place.
func (s *Sites) Resource(r *model.Resource) *Placed {
	if len(r.Candidates) > 0 {
		return s.Share(s.resource(r))
	}
	s.words = s.words[:0]
	for _, row := range s.cat.ResourceSites(r.Source, r.Type) {
		if row.Name == "-" {
			continue
		}
		v := attribute(r.Values, row.Name)
		if t, ok := v.Text(); ok {
			s.words = append(append(s.words, '='), t...)
		} else if choices := v.Choices(); choices != nil {
			for _, c := range choices {
				t, _ := c.Text()
				s.words = append(append(s.words, '|'), t...)
			}
		} else if leftOpen(r, row, v) {
			s.words = append(s.words, '?')
		}
		s.words = append(s.words, 0)
	}
	if at, ok := s.asked[question{r.Provider, r.Source, r.Type, string(s.words)}]; ok {
		return at
	}
	q := question{r.Provider, r.Source, r.Type, string(s.words)}
	at := s.Share(s.resource(r))
	if len(s.asked) < mostAsked {
		s.asked[q] = at
	}
	return at
}

// Share is the one that stands for all that are like at: it is not to be changed.
func (s *Sites) Share(at Placed) *Placed {
	s.words = s.words[:0]
	add := func(texts ...string) {
		for _, t := range texts {
			s.words = append(append(s.words, t...), 0)
		}
	}
	add(at.Cloud, at.Partition, at.Region, at.Home, at.Account, at.Tenant, at.Host, at.Address, at.Open.Reason, at.Open.Settle, at.Conflict)
	s.words = append(s.words, flag(at.Nowhere), flag(at.Unknown))
	for _, b := range at.Because {
		s.words = append(s.words, byte(b.How))
		add(b.Text, b.At, b.Input, b.Pos.File)
		s.words = append(strconv.AppendInt(s.words, int64(b.Pos.Line), 10), 0)
	}
	if one, ok := s.told[string(s.words)]; ok {
		return one
	}
	own := at
	if len(s.told) < mostAsked {
		s.told[string(s.words)] = &own
	}
	return &own
}

func flag(set bool) byte {
	if set {
		return 1
	}
	return 0
}

// resource places a resource instance: by its own values, and by its provider configuration for what those leave open.
func (s *Sites) resource(r *model.Resource) Placed {
	f := s.own(r)
	at := f.at
	from, open := s.configured(r)
	if f.cloud == "" && from.Partition == "" && from.Host == "" {
		return Placed{Unknown: true}
	}
	if from.Cloud != "" && at.Partition == "" {
		at.Cloud = from.Cloud // of something hosted, that of its host
	}
	if at.Nowhere && at.Partition == "" {
		at.Account, at.Tenant = cmp.Or(at.Account, from.Account), from.Tenant
		return at
	}
	at.Nowhere = false // it says itself where it is
	if at.Partition == "" {
		if len(f.open) > 0 && from.Region != "" && at.Region == "" {
			// It lives in another region than its provider's, which may be another partition's.
			at.Open = Open{Reason: fmt.Sprintf("%s is not known before apply", strings.Join(f.open, ", "))}
			from = Placed{}
		} else {
			at.Because = append(at.Because, from.Because...)
			at.Open, at.Conflict = open, from.Conflict
		}
		at.Partition, at.Host = from.Partition, from.Host
	} else if from.Partition != "" && from.Partition != at.Partition && !s.regional(from.Partition, at.Partition) {
		at.Conflict = from.Partition
	}
	if at.Region == "" && len(f.open) == 0 && !f.wide && !f.at.Nowhere && from.Partition == at.Partition {
		at.Region = from.Region
	}
	if at.Region == "" && f.wide {
		at.Home = from.Region
	}
	at.Account, at.Tenant = cmp.Or(at.Account, from.Account), from.Tenant
	return at
}

// regional tells whether partitions differ by region alone, so that a resource may be in another than its provider
// configuration is for.
func (s *Sites) regional(partitions ...string) bool {
	return !slices.ContainsFunc(partitions, func(id string) bool {
		p, _ := s.cat.Partition(id)
		return !p.Regional
	})
}

// configured is the place of a resource's provider configuration; of several that may be meant, what they agree on.
func (s *Sites) configured(r *model.Resource) (Placed, Open) {
	if r.Provider != nil {
		at := s.Provider(r.Provider)
		return at, at.Open
	}
	if len(r.Candidates) == 0 {
		return Placed{}, Open{Reason: "the input does not say which provider configuration it uses"}
	}
	at := s.Provider(r.Candidates[0])
	var labels []string
	for _, p := range r.Candidates {
		c := s.Provider(p)
		labels = append(labels, p.Label())
		if c.Partition != at.Partition {
			at.Partition = ""
		}
		if c.Region != at.Region {
			at.Region = ""
		}
		if c.Account != at.Account {
			at.Account = ""
		}
		if c.Tenant != at.Tenant {
			at.Tenant = ""
		}
		if c.Host != at.Host {
			at.Host = ""
		}
	}
	if at.Partition == "" {
		return Placed{}, Open{Reason: "a plan does not tell which provider configuration reaches this module: " + strings.Join(labels, " or "),
			Settle: "scan its sources as well"}
	}
	return at, Open{}
}

// Data tells what an attribute of a data source is by its provider configuration alone, as far as the tables say so:
// the region of an aws_region, the account of a google_client_config.
func Data(cat *catalog.Catalog, opts Options) func(p *model.Provider, typ, attr string) (string, bool) {
	s := &Sites{cat: cat, opts: opts}
	return func(p *model.Provider, typ, attr string) (string, bool) {
		for _, row := range cat.Data(typ) {
			if row.Attribute != attr {
				continue
			}
			at := s.provider(p)
			value := ""
			switch row.Gives {
			case catalog.GivesRegion:
				value = at.Region
			case catalog.GivesPartition:
				value = at.Partition
			case catalog.GivesAccount:
				value = at.Account
			case catalog.GivesTenant:
				value = at.Tenant
			}
			return value, value != ""
		}
		return "", false
	}
}
