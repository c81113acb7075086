package place

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/pattern"
)

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

func absent(v model.Value, path string) bool {
	return v.At(strings.Split(path, ".")...).State == model.Absent
}

// attribute reads a possibly dotted attribute.
func attribute(v model.Value, name string) model.Value {
	if !strings.Contains(name, ".") {
		return v.Get(name)
	}
	return v.At(strings.Split(name, ".")...)
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
