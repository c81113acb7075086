package catalog

import (
	"fmt"
	"slices"
)

// RoleType is a type of resources that are roles, in the clouds whose roles are given policies: who may become one, and what
// gives it privilege.
type RoleType struct {
	Type, Cloud string
	Names       []string // the attributes by which other resources name a role
	Trust       []string // the arguments with the document of who may become it, none where others say that
	Managed     string   // the argument that names policies which it has
	Inline      string   // and the one with a document of its own, within a block where there is a dot
	Boundary    string   // and the one that names the policy which bounds it

	Attachments []Attachment
	Policies    []PolicyType
}

// Attachment is a type of resources that give roles a policy: one that Managed names, or the document in Inline.
type Attachment struct {
	Type            string
	Role            string // the argument that names the roles
	Managed, Inline string // one of them is ""
}

// PolicyType is a type of resources that are policies.
type PolicyType struct {
	Type      string
	Names     []string // the attributes by which roles and attachments name a policy
	Documents []string // the arguments that hold the document, of which one is written
}

// Pool is a type of identity pools, the type of the providers whom a pool trusts, and the argument by which both know it.
type Pool struct{ Type, Provider, ID string }

// roleTypes is what the rows about roles with policies say.
type roleTypes struct {
	all    []*RoleType
	pools  []Pool
	makers map[string]string
}

func (c *Catalog) readRoleType(r row) error {
	typ := r.fields[1]
	if !isType(typ) {
		return fmt.Errorf("%q is not a resource type", typ)
	}
	if c.RoleType(typ) != nil {
		return fmt.Errorf("roletype %s is there twice", typ)
	}
	cloud, _ := c.uses(r, 2, 0)
	names, err := attributes(r.fields[3:])
	c.roleTypes.all = append(c.roleTypes.all, &RoleType{Type: typ, Cloud: cloud, Names: names})
	return err
}

// roleType is the role type that a row names, which stands above it.
func (c *Catalog) roleType(typ string) (*RoleType, error) {
	if t := c.RoleType(typ); t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("no roletype row above names %q", typ)
}

func (c *Catalog) readRoleTrust(r row) error {
	t, err := c.roleType(r.fields[1])
	if err != nil {
		return err
	}
	if t.Trust != nil {
		return fmt.Errorf("roletrust %s is there twice", t.Type)
	}
	t.Trust, err = attributes(r.fields[2:])
	return err
}

func (c *Catalog) readRolePolicy(r row) error {
	t, err := c.roleType(r.fields[1])
	if err != nil {
		return err
	}
	what, attribute := r.fields[2], r.fields[3]
	into := map[string]*string{"managed": &t.Managed, "inline": &t.Inline, "boundary": &t.Boundary}[what]
	switch {
	case into == nil:
		return unknownWord("way to have a policy", what, []string{"boundary", "inline", "managed"})
	case *into != "":
		return fmt.Errorf("the %s policies of %s are there twice", what, t.Type)
	case !isAttribute(attribute):
		return fmt.Errorf("%q is not the path of an attribute", attribute)
	}
	*into = attribute
	return nil
}

func (c *Catalog) readAttach(r row) error {
	t, err := c.roleType(r.fields[2])
	if err != nil {
		return err
	}
	a := Attachment{Type: r.fields[1], Role: r.fields[3]}
	switch r.fields[4] {
	case "managed":
		a.Managed = r.fields[5]
	case "inline":
		a.Inline = r.fields[5]
	default:
		return unknownWord("way to give a policy", r.fields[4], []string{"inline", "managed"})
	}
	if !isType(a.Type) || !isAttribute(a.Role) || !isAttribute(r.fields[5]) {
		return fmt.Errorf("%q is not a resource type, or %q or %q not the path of an attribute", a.Type, a.Role, r.fields[5])
	}
	if slices.Contains(t.Attachments, a) {
		return fmt.Errorf("attach %s %s is there twice", a.Type, t.Type)
	}
	t.Attachments = append(t.Attachments, a)
	return nil
}

func (c *Catalog) readPolicyType(r row) error {
	t, err := c.roleType(r.fields[2])
	if err != nil {
		return err
	}
	p := PolicyType{Type: r.fields[1]}
	if !isType(p.Type) {
		return fmt.Errorf("%q is not a resource type", p.Type)
	}
	if p.Documents, err = attributes(r.fields[3:4]); err != nil {
		return err
	}
	if p.Names, err = attributes(r.fields[4:]); err != nil {
		return err
	}
	i := slices.IndexFunc(t.Policies, func(o PolicyType) bool { return o.Type == p.Type })
	if i < 0 {
		t.Policies = append(t.Policies, p)
		return nil
	}
	have := &t.Policies[i]
	if slices.Contains(have.Documents, p.Documents[0]) || !slices.Equal(have.Names, p.Names) {
		return fmt.Errorf("policytype %s %s is there twice, or has other names", p.Type, t.Type)
	}
	have.Documents = append(have.Documents, p.Documents...)
	return nil
}

func (c *Catalog) readPool(r row) error {
	p := Pool{r.fields[1], r.fields[2], r.fields[3]}
	if !isType(p.Type) || !isType(p.Provider) || !isAttribute(p.ID) {
		return fmt.Errorf("%q or %q is not a resource type, or %q not the path of an attribute", p.Type, p.Provider, p.ID)
	}
	if slices.Contains(c.roleTypes.pools, p) {
		return fmt.Errorf("pool %s is there twice", p.Type)
	}
	c.roleTypes.pools = append(c.roleTypes.pools, p)
	return nil
}

func (c *Catalog) readStatements(r row) error {
	typ, attribute := r.fields[1], r.fields[2]
	if !isType(typ) || !isAttribute(attribute) {
		return fmt.Errorf("%q is not a resource type, or %q not the path of an attribute", typ, attribute)
	}
	if c.roleTypes.makers[typ] != "" {
		return fmt.Errorf("statements %s is there twice", typ)
	}
	c.roleTypes.makers[typ] = attribute
	return nil
}

// attributes are paths of attributes, or the error of the first that is none. They are a copy.
func attributes(list []string) ([]string, error) {
	for _, a := range list {
		if !isAttribute(a) {
			return nil, fmt.Errorf("%q is not the path of an attribute", a)
		}
	}
	return slices.Clone(list), nil
}

// RoleTypes are the types of resources that are roles with policies, in the order of the rows.
func (c *Catalog) RoleTypes() []*RoleType { return c.roleTypes.all }

// RoleType is what makes resources of a type roles with policies, nil where they are none.
func (c *Catalog) RoleType(typ string) *RoleType {
	for _, t := range c.roleTypes.all {
		if t.Type == typ {
			return t
		}
	}
	return nil
}

// Pools are the types of identity pools.
func (c *Catalog) Pools() []Pool { return c.roleTypes.pools }

// Statements is the attribute with the policy document that resources of a type (`data.TYPE` for data sources) make of their
// statement blocks, "" where they make none.
func (c *Catalog) Statements(typ string) string { return c.roleTypes.makers[typ] }
