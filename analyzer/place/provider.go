package place

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// Provider is the place of a provider configuration.
func (s *Sites) Provider(p *model.Provider) Placed {
	if at := s.providers[p]; at != nil {
		return *at
	}
	return Placed{}
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
