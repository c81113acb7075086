package place

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/pattern"
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

// Provider is the place of a provider configuration.
func (s *Sites) Provider(p *model.Provider) Placed {
	if at := s.providers[p]; at != nil {
		return *at
	}
	return Placed{}
}

// facts collects what rows tell of one place. The first fact of a sort stands; later ones may only agree.
type facts struct {
	cat     *catalog.Catalog
	cloud   string
	at      Placed
	decided map[catalog.Gives]bool // told, or written and not known: weaker evidence must not fill it
	within  string                 // the organization in which the account has its name
	open    []string               // arguments that are written and whose value is not known
	opaque  []string               // what the open arguments take their values from, as far as the input does not show it
	wide    bool                   // of a service of the whole partition
	hosted  bool                   // of a cloud that is where its hosts are
	service bool                   // what is told is about one service alone
	other   catalog.Identity       // what its host tells, where that is another cloud's than the provider is for
	because Reason                 // where that stands
	strange string                 // a host that no table knows
}

func (f *facts) tell(gives catalog.Gives, value, at string, how Provenance, pos model.Pos) {
	if value == "" {
		return
	}
	because := func(text string) {
		f.at.Because = append(f.at.Because, Reason{How: how, Text: text, At: at, Pos: pos})
	}
	switch gives {
	case catalog.GivesRegion, catalog.GivesZone:
		partition, region, ok := f.cat.Region(f.cloud, value)
		if !ok {
			if f.at.Region == "" && gives == catalog.GivesRegion && RegionLike(value) {
				f.at.Region = strings.ToLower(value)
				because(fmt.Sprintf("region %q, which no table knows", f.at.Region))
			}
			return
		}
		if f.at.Region == "" {
			f.at.Region = region
			if f.partition(partition) {
				because("region " + region)
			}
		}
	case catalog.GivesPartition:
		if p, ok := f.cat.Word(f.cloud, value); ok {
			if f.partition(p) {
				because(fmt.Sprintf("%q", strings.ToLower(value)))
				if part, _ := f.cat.Partition(p); part.Cloud != f.cloud {
					f.cloud, f.at.Cloud = part.Cloud, part.Cloud // its regions are that cloud's
				}
			}
		}
	case catalog.GivesAccount:
		if f.at.Account == "" {
			f.at.Account = value
			if id, ok := f.cat.Identify(value); ok && id.Partition != "" && f.partition(id.Partition) {
				because("its project or account id")
			}
		}
	case catalog.GivesOrganization:
		f.within = value
	case catalog.GivesTenant:
		if f.at.Tenant == "" {
			f.at.Tenant = strings.ToLower(value)
		}
	case catalog.GivesHost, catalog.GivesAuthority:
		id, ambiguous, ok := f.cat.Host(value)
		switch {
		case ambiguous:
		case ok && (id.Cloud == f.cloud || f.hosted):
			if f.partition(id.Partition) {
				because("host " + id.Host)
				f.in(id)
			}
		case !ok && (f.hosted || gives == catalog.GivesAuthority) && f.at.Host == "":
			if f.at.Host = catalog.HostName(value); f.at.Host != "" {
				because("host " + f.at.Host)
			}
		case f.service:
		case ok && f.other.Cloud == "":
			f.other, f.because = id, Reason{How: how, Text: "host " + id.Host, At: at, Pos: pos}
		case !ok && f.strange == "":
			f.strange = catalog.HostName(value)
		}
	case catalog.GivesID:
		id, ok := f.cat.Identify(value)
		if !ok || id.Cloud != f.cloud && !f.hosted {
			return
		}
		if id.Partition != "" && f.partition(id.Partition) {
			because("its " + idWord(id))
			f.in(id)
		}
		if f.at.Account == "" {
			f.at.Account = id.Account
		}
		if f.at.Region == "" {
			f.at.Region = id.Region
		}
	}
}

// choose tells what all choices of a value have in common: it must be a partition, or nothing is told. words name the
// choices that tables know.
func (f *facts) choose(gives catalog.Gives, choices []model.Value, at string, how Provenance, pos model.Pos) (words string, ok bool) {
	var all []Placed
	var names []string
	for _, c := range choices {
		text, _ := c.Text()
		g := &facts{cat: f.cat, cloud: f.cloud, decided: map[catalog.Gives]bool{}}
		g.tell(gives, text, at, how, pos)
		all = append(all, g.at)
		if g.at.Partition != "" {
			names = append(names, cmp.Or(g.at.Region, g.at.Partition))
		}
	}
	if len(names) > 0 {
		words = " (" + strings.Join(slices.Compact(names), " or ") + ")"
	}
	one := all[0]
	for _, other := range all {
		if other.Partition != one.Partition || one.Partition == "" {
			return words, false
		}
		if other.Region != one.Region {
			one.Region = ""
		}
	}
	f.at.Region = cmp.Or(f.at.Region, one.Region)
	if f.partition(one.Partition) {
		f.at.Because = append(f.at.Because, Reason{How: how, Text: strings.Join(slices.Compact(names), " or "), At: at, Pos: pos})
	}
	return words, true
}

// regionLike is what can be the name of a region that no table knows yet. Anything else is a value of the input, and not
// for printing.
var regionLike = pattern.New(`^[A-Za-z][A-Za-z0-9 -]{2,23}$`)

// RegionLike tells that a text can be the name of a region that no table knows yet. What is global is in none.
func RegionLike(text string) bool {
	return regionLike.Regexp().MatchString(text) && !strings.EqualFold(text, "global")
}

func idWord(id catalog.Identity) string {
	if id.Service != "" {
		return id.Service + " id"
	}
	return "id"
}

// partition notes a partition, and tells whether it was new. A second, different one contradicts: the first stands,
// because rows and attributes come strongest first, and the contradiction is kept to be said.
func (f *facts) partition(p string) bool {
	if p == "" {
		return false
	}
	if f.at.Partition == "" {
		f.at.Partition = p
		return true
	}
	if f.at.Partition != p && f.at.Conflict == "" {
		f.at.Conflict = p
	}
	return false
}

// in notes that something hosted is in a place of another cloud.
func (f *facts) in(id catalog.Identity) {
	if id.Cloud != f.cloud {
		f.at.Cloud, f.at.Region, f.at.Account = id.Cloud, id.Region, id.Account
	}
}

// provider places a provider configuration by its arguments, then by what the user says of the environment, then by
// what its provider does without. One that no table knows is where the server is that it names, if that is known.
func (s *Sites) provider(p *model.Provider) *Placed {
	cloud, known := s.cat.Cloud(p.Source)
	f := &facts{cat: s.cat, cloud: cloud, hosted: !known || s.cat.Hosted(cloud), decided: map[catalog.Gives]bool{}}
	f.at.Cloud = cloud
	rows := s.rows(p)
	for _, row := range rows {
		if row.Scope != "provider" {
			continue
		}
		names := strings.Split(row.Name, ".")
		if choices := p.Values.At(names...).Choices(); choices != nil {
			f.decided[row.Gives] = true
			if words, ok := f.choose(row.Gives, choices, p.Label(), s.how(p, row.Name), p.Pos); !ok {
				f.notKnown(p, row.Name, words)
			}
			continue
		}
		texts, unknown := collect(p.Values, names)
		if len(texts) > 1 && row.Gives == catalog.GivesAccount {
			continue // several allowed accounts name none
		}
		f.service = len(names) > 1
		for _, t := range texts {
			f.tell(row.Gives, t, p.Label(), s.how(p, row.Name), p.Pos)
			f.decided[row.Gives] = true
		}
		if unknown {
			f.decided[row.Gives] = true
			f.notKnown(p, row.Name, "")
		}
	}
	f.service = false
	s.environment(f, p, rows)
	f.elsewhere()
	if f.within != "" && f.at.Account != "" {
		f.at.Account = f.within + "." + f.at.Account
	}
	if !known && (f.at.Conflict != "" || f.at.Partition == "" && !s.cat.Own(f.at.Host)) {
		return &Placed{Unknown: true}
	}
	if f.at.Partition != "" {
		f.at.Host = "" // it has told what it can
	} else {
		f.at.Open = s.why(f, p, rows)
	}
	return &f.at
}

// notKnown notes an argument of a provider block that is not known; words name what it may be.
func (f *facts) notKnown(p *model.Provider, name, words string) {
	f.open = append(f.open, name+words)
	if a := p.Args.Arg(name); a != nil {
		f.opaque = append(f.opaque, a.Opaque...)
	}
}

// rows are those that place a provider configuration: where a host alone decides, none that give the partition otherwise.
func (s *Sites) rows(p *model.Provider) []catalog.SiteRow {
	rows := s.cat.ProviderSites(p.Source)
	if !slices.ContainsFunc(rows, func(row catalog.SiteRow) bool {
		return row.Gives == catalog.GivesAuthority && (row.Scope == "provider" && written(p.Values, row.Name) || row.Scope == "env" && s.env(p, row.Name) != "")
	}) {
		return rows
	}
	return slices.DeleteFunc(slices.Clone(rows), func(row catalog.SiteRow) bool { return row.Gives == catalog.GivesPartition })
}

// written tells whether an argument may say something.
func written(v model.Value, path string) bool {
	at := v.At(strings.Split(path, ".")...)
	text, known := at.Text()
	return at.State == model.Unknown || known && text != ""
}

// env is what a configuration reads from an environment variable, as far as it or the user says.
func (s *Sites) env(p *model.Provider, name string) string {
	return cmp.Or(p.Env[name], s.opts.Env[name])
}

// how tells whether an argument is a literal in the provider block or comes from a variable, local or data source.
func (s *Sites) how(p *model.Provider, name string) Provenance {
	if a := p.Args.Arg(name); a != nil && a.Constant.State == model.Absent {
		return Variable
	}
	return Provider
}

func (s *Sites) environment(f *facts, p *model.Provider, rows []catalog.SiteRow) {
	for _, row := range rows {
		if row.Scope != "env" || f.decided[row.Gives] {
			continue
		}
		if v := s.env(p, row.Name); v != "" {
			f.tell(row.Gives, v, row.Name, Environment, model.Pos{})
			f.decided[row.Gives] = true
		}
	}
	for _, key := range []string{p.Name, f.cloud} {
		defaults := s.opts.Defaults[key]
		for _, name := range slices.Sorted(maps.Keys(defaults)) {
			if g := argumentGives(rows, name); g != catalog.NoGives && !f.decided[g] {
				f.tell(g, defaults[name], "the policy's default", Environment, model.Pos{})
				f.decided[g] = true
			}
		}
	}
	if f.at.Partition == "" {
		f.without(p, rows)
	}
}

// without places a configuration where its provider goes by itself. Where the cloud has several partitions, nothing may be
// written that could name another, and a variable that the user does not tell still could.
func (f *facts) without(p *model.Provider, rows []catalog.SiteRow) {
	partition := ""
	var variables []string
	for _, row := range rows {
		switch {
		case row.Scope == "default":
			partition = row.Name
		case row.Gives != catalog.GivesPartition && row.Gives != catalog.GivesHost && row.Gives != catalog.GivesAuthority:
		case f.decided[row.Gives] && len(f.cat.Partitions(f.cloud)) > 1:
			return
		case row.Scope == "env":
			variables = append(variables, row.Name)
		}
	}
	if partition == "" {
		return
	}
	text := "the only partition that a configuration without the argument can mean"
	if len(variables) > 0 && len(f.cat.Partitions(f.cloud)) > 1 {
		text = "where its provider goes by itself, unless " + strings.Join(variables, " or ") + " says otherwise"
	}
	f.at.Partition = partition
	f.at.Because = append(f.at.Because, Reason{How: Table, Text: text, At: p.Label(), Pos: p.Pos})
}

// argumentGives is what an argument of a provider's block tells, by its last name.
func argumentGives(rows []catalog.SiteRow, name string) catalog.Gives {
	for _, row := range rows {
		if row.Scope == "provider" && row.Name == name {
			return row.Gives
		}
	}
	return catalog.NoGives
}

// strange is a host that nobody knows.
func strange(p *model.Provider, host string) Open {
	return Open{Reason: fmt.Sprintf("%s: no table knows where the host %s is", p.Label(), host),
		Settle: "give it to a side in .demarc.hcl: boundary \"...\" { domains = [...] }, or networks"}
}

// elsewhere places a configuration that signs in at another cloud than its provider is for: one that is built as that, with
// regions of its own. Of a host that no table knows, the policy may know where it is.
func (f *facts) elsewhere() {
	if f.at.Partition != "" {
		return
	}
	if f.other.Partition == "" {
		f.at.Host = cmp.Or(f.at.Host, f.strange)
		return
	}
	f.at.Cloud, f.at.Partition, f.cloud = f.other.Cloud, f.other.Partition, f.other.Cloud
	region := cmp.Or(f.other.Region, f.at.Region)
	f.at.Region = ""
	if part, known, ok := f.cat.Region(f.cloud, region); ok && part == f.at.Partition {
		f.at.Region = known
	}
	f.at.Because = []Reason{f.because}
}

// why says what is missing to place a provider configuration.
func (s *Sites) why(f *facts, p *model.Provider, rows []catalog.SiteRow) Open {
	if f.at.Host != "" {
		return strange(p, f.at.Host)
	}
	if settle := model.Missing(f.opaque); settle != "" {
		return Open{Reason: fmt.Sprintf("%s: %s takes its value from %s", p.Label(), strings.Join(f.open, ", "), strings.Join(f.opaque, ", ")), Settle: settle}
	}
	if len(f.open) > 0 {
		return Open{Reason: fmt.Sprintf("%s: the value of %s is not known before apply, or not told by a plan", p.Label(), strings.Join(f.open, ", ")),
			Settle: defaultLine(p, rows)}
	}
	for _, row := range rows {
		text, ok := p.Values.At(strings.Split(row.Name, ".")...).Text()
		if row.Scope != "provider" || row.Gives != catalog.GivesRegion && row.Gives != catalog.GivesPartition || !ok || text == "" {
			continue
		}
		if a := p.Args.Arg(row.Name); p.Pos.File == "" && a != nil && a.Constant.State == model.Absent {
			return Open{Reason: fmt.Sprintf("%s: %s is made of what is %q, and a plan does not tell how", p.Label(), row.Name, text),
				Settle: strings.TrimSuffix("scan the sources as well: --source DIR, or "+defaultLine(p, rows), ", or ")}
		}
		return Open{Reason: fmt.Sprintf("%s: %s is %q, which names no place that is known", p.Label(), row.Name, text), Settle: defaultLine(p, rows)}
	}
	var env []string
	for _, row := range rows {
		if row.Scope == "env" && (row.Gives == catalog.GivesRegion || row.Gives == catalog.GivesPartition || row.Gives == catalog.GivesHost || row.Gives == catalog.GivesAuthority) {
			env = append(env, row.Name)
		}
	}
	if len(env) == 0 {
		return Open{Reason: p.Label() + ": nothing in it says where it is", Settle: defaultLine(p, rows)}
	}
	return Open{Reason: fmt.Sprintf("%s takes its place from the environment (%s)", p.Label(), env[0]),
		Settle: strings.TrimSuffix("--env "+env[0]+"=..., or "+defaultLine(p, rows), ", or ")}
}

func defaultLine(p *model.Provider, rows []catalog.SiteRow) string {
	for _, gives := range []catalog.Gives{catalog.GivesRegion, catalog.GivesPartition, catalog.GivesHost} {
		for _, row := range rows {
			if row.Scope == "provider" && row.Gives == gives && !strings.ContainsAny(row.Name, ".*") {
				return fmt.Sprintf("default %q { %s = \"...\" } in .demarc.hcl", p.Name, row.Name)
			}
		}
	}
	return ""
}

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

func absent(v model.Value, path string) bool {
	return v.At(strings.Split(path, ".")...).State == model.Absent
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

// attribute reads a possibly dotted attribute.
func attribute(v model.Value, name string) model.Value {
	if !strings.Contains(name, ".") {
		return v.Get(name)
	}
	return v.At(strings.Split(name, ".")...)
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

// collect finds the texts at a path that may hold `*`, and whether any of them is unknown.
func collect(v model.Value, names []string) (texts []string, unknown bool) {
	if v.State == model.Unknown {
		return nil, true
	}
	if len(names) == 0 {
		return v.Strings()
	}
	switch v.Kind {
	case model.List:
		for i := range v.Len() {
			t, u := collect(v.Item(i), names)
			texts, unknown = append(texts, t...), unknown || u
		}
	case model.Object:
		for i := range v.Len() {
			if names[0] == "*" || names[0] == v.Name(i) {
				t, u := collect(v.Item(i), names[1:])
				texts, unknown = append(texts, t...), unknown || u
			}
		}
	}
	return texts, unknown
}

// StateSource is how tables know a type of state backend, or of a key provider of state encryption: as a provider named
// `backend/TYPE-state`, where a source may have no `_`.
func StateSource(kind string) string {
	return "backend/" + strings.ReplaceAll(kind, "_", "-") + "-state"
}

// Backend is the place of a state backend, or of a key provider of state encryption, by its arguments.
// A host that is written is where the state is, whatever the rest says: stores that speak the protocol of another cloud are
// given that cloud's backend, and a region that it accepts.
func (s *Sites) Backend(b model.Backend) Placed {
	p := &model.Provider{Source: StateSource(b.Type), Name: "backend " + b.Type, Values: b.Values, Pos: b.Pos}
	if b.Name != "" {
		p.Name, p.Alias = b.Type, b.Name
	}
	at := *s.provider(p)
	for _, row := range s.cat.ProviderSites(p.Source) {
		if row.Scope != "provider" || row.Gives != catalog.GivesHost && row.Gives != catalog.GivesAuthority {
			continue
		}
		texts, _ := collect(b.Values, strings.Split(row.Name, "."))
		for _, t := range texts {
			id, ambiguous, _ := s.cat.Host(t)
			host := catalog.HostName(t)
			if host == "" || ambiguous || id.Cloud == at.Cloud {
				continue
			}
			out := Placed{Site: Site{Cloud: id.Cloud, Partition: id.Partition, Region: id.Region, Host: host},
				Because: []Reason{{How: Literal, Text: "by its host " + host}}}
			if id.Partition == "" {
				out.Open = strange(p, host)
			}
			return out
		}
	}
	return at
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

// Env are those of the environment variables that the user tells which a provider configuration reads.
func (s *Sites) Env(p *model.Provider) map[string]string {
	env := maps.Clone(p.Env)
	for _, row := range s.cat.ProviderSites(p.Source) {
		if v := s.opts.Env[row.Name]; row.Scope == "env" && v != "" && env[row.Name] == "" {
			if env == nil {
				env = map[string]string{}
			}
			env[row.Name] = v
		}
	}
	return env
}
