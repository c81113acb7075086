package catalog

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// identities is what the rows about who becomes whom say.
type identities struct {
	becomes    []Become
	principals map[string]Principal
	powers     map[string]map[string]Class
	vendors    map[cloudName]bool
	known      map[string][]Known
	accounts   map[string][]Account
	customs    map[string][]Custom
}

// Become says that every resource of a type makes whoever one of its arguments names become what another one names.
// Itself stands for the resource: as From for those whom it trusts, as To for the identity that it is.
type Become struct {
	Type, From, To string
}

// Itself is the word for the resource of a Become row.
const Itself = "."

// Known says by what others mean a resource of a type, before the cloud has told it.
type Known struct {
	Attribute string // that will have it
	From      string // the attribute that tells it, the same one where that is written in the configuration
	Template  string // with {} for what From says and {partition} for where the resource is
}

// By is what a resource is known by that is in a partition and whose From has a value.
func (k Known) By(value, partition string) string {
	return strings.ReplaceAll(strings.ReplaceAll(k.Template, "{partition}", partition), "{}", value)
}

// Principal says that policy documents name resources of a type as principals, and by what others sign in there.
type Principal struct {
	Type      string
	Kind      PrincipalKind
	Attribute string // of an issuer its address, of metadata the text, of a group its name
	Name      string // the attribute that others may mean the resource by, besides its id; "" where there is none
}

// PrincipalKind is what sort of principal resources of a type are.
type PrincipalKind uint8

// The kinds of principal.
const (
	NoPrincipal PrincipalKind = iota
	AnAccount                 // an identity of an account, or the account
	ByIssuer                  // those for whom an issuer of tokens vouches
	ByMetadata                // those for whom the SAML metadata's owner vouches
	ByService                 // those whom a service lets in for the resource, by the service's name
	AGuest                    // whoever accepts the resource's invitation
	AGroup                    // the members of a group, which others mean by its name
)

// Custom says that resources of a type are roles, and where they say what they give.
type Custom struct {
	Language  Language
	Attribute string
	Name      string // the attribute that others may mean the resource by, besides its id; "" where there is none
}

// Language is how a role says what it gives.
type Language uint8

// The languages of roles.
const (
	NoLanguage  Language = iota
	Named                // the name or id of a built-in role
	Permissions          // a list of actions
	AzureBlocks          // blocks of actions and what is taken out of them
	KubeRules            // blocks of groups, resources and verbs
	Documents            // a policy document of the cloud
)

func (c *Catalog) readCustom(r row) error {
	typ, attribute := r.fields[1], r.fields[3]
	language, err := languageWords.parse("language of roles", r.fields[2])
	if err != nil {
		return err
	}
	if !isType(typ) || !isAttribute(attribute) {
		return fmt.Errorf("%q is not a resource type, or %q not the path of an attribute", typ, attribute)
	}
	custom := Custom{Language: language, Attribute: attribute}
	if len(r.fields) > 4 {
		custom.Name = r.fields[4]
	}
	if slices.Contains(c.identities.customs[typ], custom) {
		return fmt.Errorf("custom %s %s is there twice", typ, attribute)
	}
	c.identities.customs[typ] = append(c.identities.customs[typ], custom)
	return nil
}

// Customs are where resources of a type say what the roles give that they are, in the order of the rows.
func (c *Catalog) Customs(typ string) []Custom { return c.identities.customs[typ] }

// CustomTypes are the types of resources that are roles, by name.
func (c *Catalog) CustomTypes() []string { return slices.Sorted(maps.Keys(c.identities.customs)) }

func (c *Catalog) readBecome(r row) error {
	b := Become{r.fields[1], r.fields[2], r.fields[3]}
	for _, attribute := range r.fields[2:4] {
		if attribute != Itself && !isAttribute(attribute) {
			return fmt.Errorf("%q is neither the path of an attribute nor %s for the resource itself", attribute, Itself)
		}
	}
	if !isType(b.Type) {
		return fmt.Errorf("%q is not a resource type", b.Type)
	}
	for _, other := range c.identities.becomes {
		if other == b {
			return fmt.Errorf("what %s makes of %s is there twice", b.Type, b.From)
		}
	}
	c.identities.becomes = append(c.identities.becomes, b)
	return nil
}

func (c *Catalog) readPrincipal(r row) error {
	p := Principal{Type: r.fields[1]}
	var err error
	if p.Kind, err = principalWords.parse("kind of principal", r.fields[2]); err != nil {
		return err
	}
	if len(r.fields) > 3 {
		p.Attribute = r.fields[3]
	}
	if len(r.fields) > 4 {
		p.Name = r.fields[4]
	}
	if (p.Kind == AnAccount || p.Kind == AGuest) != (p.Attribute == "") {
		return fmt.Errorf("accounts and guests have no attribute, and every other kind of principal has one")
	}
	if _, ok := c.identities.principals[p.Type]; ok {
		return fmt.Errorf("principal %s is there twice", p.Type)
	}
	c.identities.principals[p.Type] = p
	return nil
}

func (c *Catalog) readPower(r row) error {
	class, err := ParseClass(r.fields[3])
	if err != nil {
		return err
	}
	typ, attribute := r.fields[1], r.fields[2]
	if _, ok := c.identities.powers[typ][attribute]; ok {
		return fmt.Errorf("power %s %s is there twice", typ, attribute)
	}
	if c.identities.powers[typ] == nil {
		c.identities.powers[typ] = map[string]Class{}
	}
	c.identities.powers[typ][attribute] = class
	return nil
}

// from finds the attribute in a template.
var from = regexp.MustCompile(`\{([a-z0-9_.]*)\}`)

func (c *Catalog) readKnown(r row) error {
	typ, k := r.fields[1], Known{Attribute: r.fields[2], From: r.fields[2], Template: r.fields[3]}
	if !isType(typ) || !isAttribute(k.Attribute) {
		return fmt.Errorf("%q is not a resource type, or %q not the path of an attribute", typ, k.Attribute)
	}
	found := 0
	k.Template = from.ReplaceAllStringFunc(k.Template, func(part string) string {
		switch name := part[1 : len(part)-1]; name {
		case "partition":
			return part
		case "":
		default:
			k.From = name
		}
		found++
		return "{}"
	})
	if found != 1 {
		return fmt.Errorf("%q names %d attributes, not one", r.fields[3], found)
	}
	if slices.Contains(c.identities.known[typ], k) {
		return fmt.Errorf("what %s is known by is there twice", typ)
	}
	c.identities.known[typ] = append(c.identities.known[typ], k)
	return nil
}

// Known is what others mean resources of a type by.
func (c *Catalog) Known(typ string) []Known { return c.identities.known[typ] }

// Account says that an attribute of a type is the number of an account, and in which partition that is.
type Account struct {
	Attribute, Cloud, Partition string
}

func (c *Catalog) readAccount(r row) error {
	typ, a := r.fields[1], Account{Attribute: r.fields[2]}
	if !isType(typ) || !isAttribute(a.Attribute) {
		return fmt.Errorf("%q is not a resource type, or %q not the path of an attribute", typ, a.Attribute)
	}
	p, ok := c.Partition(r.fields[3])
	if !ok {
		return fmt.Errorf("there is no partition %q", r.fields[3])
	}
	a.Cloud, a.Partition = p.Cloud, p.ID
	if slices.Contains(c.identities.accounts[typ], a) {
		return fmt.Errorf("account %s %s is there twice", typ, a.Attribute)
	}
	c.identities.accounts[typ] = append(c.identities.accounts[typ], a)
	return nil
}

// Accounts are the attributes of a type that are numbers of accounts.
func (c *Catalog) Accounts(typ string) []Account { return c.identities.accounts[typ] }

func (c *Catalog) readVendor(r row) error {
	cloud, _ := c.uses(r, 1, 0)
	for _, account := range r.fields[2:] {
		key := cloudName{cloud, account}
		if c.identities.vendors[key] {
			return fmt.Errorf("vendor account %s of %s is there twice", account, cloud)
		}
		c.identities.vendors[key] = true
	}
	return nil
}

// Vendor tells whether an account is one of the cloud's own, in which its services work for every customer.
func (c *Catalog) Vendor(cloud, account string) bool {
	return c.identities.vendors[cloudName{cloud, account}]
}

// Becomes are all rows about who becomes whom.
func (c *Catalog) Becomes() []Become { return c.identities.becomes }

// Principal tells what sort of principal resources of a type are.
func (c *Catalog) Principal(typ string) (Principal, bool) {
	p, ok := c.identities.principals[typ]
	return p, ok
}

// Principals are all types whose resources are principals of a kind, by name.
func (c *Catalog) Principals(kind PrincipalKind) []Principal {
	var all []Principal
	for _, p := range c.identities.principals {
		if p.Kind == kind {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b Principal) int { return strings.Compare(a.Type, b.Type) })
	return all
}

// Power is the class of what an argument gives to those whom it names.
func (c *Catalog) Power(typ, attribute string) (Class, bool) {
	class, ok := c.identities.powers[typ][attribute]
	return class, ok
}

// IdentityTypes are the resource types that rows about identities name.
func (c *Catalog) IdentityTypes() []string {
	var all []string
	for _, b := range c.identities.becomes {
		all = append(all, b.Type)
	}
	for typ := range c.identities.principals {
		all = append(all, typ)
	}
	for typ := range c.identities.powers {
		all = append(all, typ)
	}
	for typ := range c.identities.customs {
		all = append(all, typ)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
