package catalog

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/pattern"
)

// roles is what the rows about privilege say.
type roles struct {
	classes     map[cloudName]namedRole
	names       map[string][]*pattern.Pattern // by cloud: how a role's name is found in longer spellings
	actions     map[string][]actionRow
	escalations map[string][]Escalation
}

// namedRole is a role's class and its first spelling.
type namedRole struct {
	class Class
	name  string
}

// actionRow is a pattern in lower case, and what its actions amount to.
type actionRow struct {
	pattern string
	class   Class
}

// Escalation is a set of actions that together amount to full administration.
type Escalation struct {
	Name    string
	Actions []string
}

func (c *Catalog) readRole(r row) error {
	cloud, _ := c.uses(r, 1, 0)
	class, err := ParseClass(r.fields[2])
	if err != nil {
		return err
	}
	for _, name := range r.fields[3:] {
		key := cloudName{cloud, strings.ToLower(name)}
		if _, ok := c.roles.classes[key]; ok {
			return fmt.Errorf("role %q of %s is there twice", name, cloud)
		}
		c.roles.classes[key] = namedRole{class, r.fields[3]}
	}
	return nil
}

func (c *Catalog) readRoleName(r row) error {
	cloud, _ := c.uses(r, 1, 0)
	e, err := c.expression(r.fields[2], func(tree *syntax.Regexp) error {
		if tree.MaxCap() != 1 {
			return fmt.Errorf("a rolename has one group, the name, not %d", tree.MaxCap())
		}
		return nil
	})
	c.roles.names[cloud] = append(c.roles.names[cloud], e)
	return err
}

func (c *Catalog) readEscalation(r row) error {
	cloud, _ := c.uses(r, 1, 0)
	e := Escalation{Name: r.fields[2], Actions: slices.Clone(r.fields[3:])}
	for _, other := range c.roles.escalations[cloud] {
		if other.Name == e.Name {
			return fmt.Errorf("escalation %s of %s is there twice", e.Name, cloud)
		}
	}
	c.roles.escalations[cloud] = append(c.roles.escalations[cloud], e)
	return nil
}

func (c *Catalog) readAction(r row) error {
	cloud, _ := c.uses(r, 1, 0)
	class, err := ParseClass(r.fields[2])
	if err != nil {
		return err
	}
	for _, pattern := range r.fields[3:] {
		a := actionRow{strings.ToLower(pattern), class}
		for _, other := range c.roles.actions[cloud] {
			if other.pattern == a.pattern {
				return fmt.Errorf("action %s of %s is there twice", pattern, cloud)
			}
		}
		c.roles.actions[cloud] = append(c.roles.actions[cloud], a)
	}
	return nil
}

// Role is the class and the first spelling of a built-in role or managed policy, by any of its spellings, compared
// without case. Longer spellings, such as an ARN in any partition, are read as the rolename rows say.
func (c *Catalog) Role(cloud, spelling string) (class Class, name string, ok bool) {
	spelling = strings.ToLower(spelling)
	if role, ok := c.roles.classes[cloudName{cloud, spelling}]; ok {
		return role.class, role.name, true
	}
	for _, e := range c.roles.names[cloud] {
		if m := e.Regexp().FindStringSubmatch(spelling); m != nil {
			role, ok := c.roles.classes[cloudName{cloud, m[1]}]
			return role.class, role.name, ok
		}
	}
	return NoClass, "", false
}

// ActionClass is the highest class that an action pattern of a cloud amounts to, compared without case; NoClass where
// the tables know nothing of the cloud's actions.
//
//   - A row that is the pattern, letter for letter, says it.
//   - Else, where a read row covers all that the pattern stands for, it is Read: `ec2:Describe*`, `*:List*`.
//   - Else it is the highest of the rows that the pattern covers (`ec2:*` holds `ec2:CreateVpcPeeringConnection`) and of
//     the one row, with the most letters, that covers the pattern (`kms:*` for `kms:CreateKey`). What is full covers
//     everything, and so says nothing of a part.
//   - Else it is Use.
//
// Patterns that only share some actions say nothing of each other: `*Tags` and `iam:*`.
func (c *Catalog) ActionClass(cloud, pattern string) Class {
	rows := c.roles.actions[cloud]
	if len(rows) == 0 {
		return NoClass
	}
	pattern = strings.ToLower(pattern)
	held, covering, most := Use, Use, -1
	read := false
	for _, row := range rows {
		if row.pattern == pattern {
			return row.class
		}
		if covers(pattern, row.pattern) {
			held = max(held, row.class)
		}
		if row.class != Full && covers(row.pattern, pattern) {
			read = read || row.class == Read
			if n := letters(row.pattern); n > most {
				most, covering = n, row.class
			}
		}
	}
	if read {
		return Read
	}
	return max(held, covering)
}

// HasAction tells whether a row has an action pattern of a cloud, letter for letter but for case.
func (c *Catalog) HasAction(cloud, pattern string) bool {
	return slices.ContainsFunc(c.roles.actions[cloud], func(row actionRow) bool { return strings.EqualFold(row.pattern, pattern) })
}

// covers tells whether every action that the pattern b stands for is one of a's. `*` stands for any text, `?` for a
// letter.
func covers(a, b string) bool {
	// The classic two-pointer match of b as text, in which a star of b is a letter that only a star of a can take.
	i, j, star, from := 0, 0, -1, 0
	for j < len(b) {
		switch {
		case i < len(a) && a[i] == '*':
			star, from = i, j
			i++
		case i < len(a) && b[j] != '*' && (a[i] == b[j] || a[i] == '?'):
			i++
			j++
		case star >= 0:
			from++
			i, j = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(a[i:], "*") == ""
}

// Escalations are the published escalation sets of a cloud.
func (c *Catalog) Escalations(cloud string) []Escalation { return c.roles.escalations[cloud] }
