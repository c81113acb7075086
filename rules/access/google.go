package access

import (
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// Member is a Google IAM member.
type Member struct {
	Kind string // `user`, `group`, `domain`, `serviceAccount`, `principal`, `principalSet`, `allUsers`...
	Mail string // of users, groups and service accounts
	Host string // the mail's domain, or the domain itself
	Pool string // of principal and principalSet: the workload or workforce identity pool's id
	// Attribute and Value are what those of a pool have whom a principal or principalSet names: `google.subject`,
	// `attribute.repository`. Both are "" where it names all of the pool, or a group.
	Attribute, Value string
	// Universe is of service accounts: the word in front of `.iam.gserviceaccount.com` that a universe other than
	// Google's default has, as in `x@project.s3ns.iam.gserviceaccount.com`.
	Universe string
	Project  string // of service accounts made by users
}

// GoogleMember reads a member string; ok is false where it is none. `deleted:` members hold nothing and are none.
// https://cloud.google.com/iam/docs/principal-identifiers
func GoogleMember(text string) (m Member, ok bool) {
	kind, rest, found := strings.Cut(text, ":")
	m.Kind = kind
	switch kind {
	case "allUsers", "allAuthenticatedUsers":
		return m, !found
	case "user", "group":
		m.Mail = rest
		_, m.Host, ok = strings.Cut(rest, "@")
		m.Host = strings.ToLower(m.Host)
		return m, ok && m.Host != ""
	case "domain":
		m.Host = strings.ToLower(rest)
		return m, rest != ""
	case "serviceAccount":
		m.Mail = rest
		_, host, ok := strings.Cut(rest, "@")
		m.Host = strings.ToLower(host)
		if p, cut := strings.CutSuffix(m.Host, ".iam.gserviceaccount.com"); cut {
			m.Project, m.Universe, _ = strings.Cut(p, ".")
			if strings.Contains(m.Universe, ".") {
				m.Universe = "" // a project of an old organisation, `project.example.com`
			}
			m.Universe = strings.TrimSuffix(m.Universe, "-system")
		}
		return m, ok && m.Host != ""
	case "principal", "principalSet":
		_, pool, found := strings.Cut(rest, "Pools/")
		m.Pool, rest, _ = strings.Cut(pool, "/")
		if name, value, ok := strings.Cut(rest, "/"); ok && strings.HasPrefix(name, "attribute.") {
			m.Attribute, m.Value = strings.ToLower(name), value
		} else if ok && name == "subject" {
			m.Attribute, m.Value = "google.subject", value
		}
		return m, found && m.Pool != ""
	case "projectOwner", "projectEditor", "projectViewer":
		m.Project = rest
		return m, rest != ""
	}
	return m, false
}

// site is where a member is from. A mail address of a user, group or domain says nothing of a cloud: only the policy
// file can give its domain to a side.
func (m Member) site(cat *catalog.Catalog) place.Site {
	switch m.Kind {
	case "user", "group", "domain":
		return place.Site{Host: m.Host}
	case "serviceAccount":
		s := place.Site{Cloud: "google", Account: m.Project}
		if id, ambiguous, ok := cat.Host(m.Host); ok && !ambiguous {
			s.Partition = id.Partition
		}
		switch {
		case m.Universe != "":
			if p, ok := cat.Word("google", m.Universe); ok {
				s.Partition = p
			}
		case m.Project != "" && s.Partition == "":
			s.Partition = "google"
		}
		return s
	case "projectOwner", "projectEditor", "projectViewer":
		return place.Site{Cloud: "google", Account: m.Project}
	}
	return place.Site{}
}

// Binding is one role of a Google policy and who holds it.
type Binding struct {
	Role      string
	Members   List
	Condition string // "" where it holds always, or is not known
}

// GooglePolicy reads a policy's JSON text, as in the `policy_data` of google_*_iam_policy.
func GooglePolicy(text string) ([]Binding, error) {
	var all []Binding
	r := newReader(text)
	err := r.object(func(name string) error {
		if name != "bindings" {
			return r.dec.SkipValue()
		}
		return r.each(func() error {
			var b Binding
			err := r.object(func(name string) error {
				switch name {
				case "role":
					t, err := r.texts()
					b.Role = strings.Join(t, "")
					return err
				case "members":
					return r.values(&b.Members)
				case "condition":
					return r.expression(&b.Condition)
				}
				return r.dec.SkipValue()
			})
			all = append(all, b)
			return err
		})
	})
	return all, r.end(err)
}

// expression reads what a condition's expression says. A binding without a condition may have null for it.
func (r *reader) expression(text *string) error {
	if r.dec.PeekKind() != '{' {
		return r.dec.SkipValue()
	}
	return r.object(func(name string) error {
		if name != "expression" {
			return r.dec.SkipValue()
		}
		t, err := r.texts()
		*text = strings.Join(t, "")
		return err
	})
}

// GoogleData reads the values of a `data "google_iam_policy"`; unknown tells that there may be more bindings.
func GoogleData(values model.Value) (all []Binding, unknown bool) {
	for _, b := range dataBlocks(values.Get("binding")) {
		if b.State == model.Unknown {
			unknown = true
			continue
		}
		role, _ := b.Get("role").Text()
		condition, _ := at(b, "condition.expression").Text()
		all = append(all, Binding{Role: role, Members: dataList(b.Get("members")), Condition: condition})
	}
	return all, unknown
}

// PermissionsRole is the class of a custom role by its permissions, and the escalation set that makes it Full.
func PermissionsRole(cat *catalog.Catalog, cloud string, permissions List) Verdict {
	held := map[string]bool{}
	v := Verdict{Sure: Yes}
	for _, p := range permissions.Values {
		held[strings.ToLower(p)] = true
		v.Class = max(v.Class, cat.ActionClass(cloud, p))
	}
	if permissions.Unknown {
		v.Sure = Maybe
	}
sets:
	for _, e := range cat.Escalations(cloud) {
		for _, a := range e.Actions {
			if !held[strings.ToLower(a)] {
				continue sets
			}
		}
		if len(e.Actions) > 0 {
			v.Class, v.Set = catalog.Full, e.Name
			return v
		}
	}
	return v
}
