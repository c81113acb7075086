package place

import (
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
)

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
