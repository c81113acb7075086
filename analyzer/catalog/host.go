package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/pattern"
)

// hosts are the rows about host names.
type hosts struct {
	literals []hostPattern
	exact    map[string]hostRow
	patterns []hostPattern
	suffixes map[string]hostRow
	pages    map[string]bool
}

// hostRow is where a host is; no partition where that is ambiguous, or where several share it.
type hostRow struct {
	cloud, partition string
	shared           []string
}

type hostPattern struct {
	hostRow
	expression *pattern.Pattern
	endings    []string // one of which a match has at its end, nil for any
}

const ambiguous = "ambiguous"

func (c *Catalog) readHost(r row) error {
	match, pattern := r.fields[1], r.fields[2]
	at := hostRow{cloud: r.fields[3]}
	switch list := strings.Split(r.fields[4], ","); {
	case r.fields[4] == ambiguous:
		c.uses(r, 3, 0)
	case len(list) > 1:
		for _, one := range list {
			c.use(r, at.cloud, one)
		}
		at.shared = list
	default:
		_, at.partition = c.uses(r, 3, 4)
	}
	switch match {
	case "exact":
		return addHost(c.hosts.exact, pattern, at)
	case "suffix":
		return addHost(c.hosts.suffixes, pattern, at)
	case "regexp", "literal":
		e, err := c.expression(pattern, anyExpression)
		p := hostPattern{at, e, endings(pattern)}
		if match == "regexp" {
			c.hosts.patterns = append(c.hosts.patterns, p)
		} else {
			c.hosts.literals = append(c.hosts.literals, p)
		}
		return err
	}
	return unknownWord("kind of host", match, []string{"exact", "suffix", "regexp", "literal"})
}

func addHost(rows map[string]hostRow, host string, at hostRow) error {
	if !isHost(host) {
		return fmt.Errorf("%q is not a host name in lower case", host)
	}
	if _, ok := rows[host]; ok {
		return fmt.Errorf("host %s is there twice", host)
	}
	rows[host] = at
	return nil
}

func (c *Catalog) readPages(r row) error {
	for _, host := range r.fields[1:] {
		if !isHost(host) {
			return fmt.Errorf("%q is not a host name in lower case", host)
		}
		if c.hosts.pages[host] {
			return fmt.Errorf("pages %s is there twice", host)
		}
		c.hosts.pages[host] = true
	}
	return nil
}

// Page tells whether a host is one that people open, as consoles and documentation are.
func (c *Catalog) Page(host string) bool {
	for name := host; name != ""; _, name, _ = strings.Cut(name, ".") {
		if c.hosts.pages[name] {
			return true
		}
	}
	return false
}

// Host finds the partition that a host name or URL belongs to, and the region where a part of the name is one. ambiguous
// tells that the host is known to be no evidence; then only the cloud that it has to do with is told, and ok is false.
//
// It asks the literals about the whole string, then about the host alone: the exact names, the regular expressions in
// their order, and the longest suffix.
func (c *Catalog) Host(hostOrURL string) (id Identity, ambiguous, ok bool) {
	raw := strings.ToLower(hostOrURL)
	host := hostOf(raw)
	row, ok := firstMatch(c.hosts.literals, raw)
	if !ok && host != "" {
		row, ok = c.hostRow(host)
	}
	if !ok {
		return Identity{}, false, false
	}
	id = Identity{Cloud: row.cloud, Partition: row.partition, Host: host}
	if row.partition == "" {
		return id, true, false
	}
	id.Region = c.hostRegion(row, host)
	return id, false, true
}

// Shared are the partitions of which a host is one, where several share it: it is no evidence of any, and of no other.
func (c *Catalog) Shared(host string) []string {
	row, _ := c.hostRow(host)
	return row.shared
}

// Own tells whether a host is one that the user gives to a side: a host of his is as good a place as one of a cloud.
func (c *Catalog) Own(host string) bool {
	if len(c.domains) == 0 {
		return false
	}
	if c.domains[host] {
		return true
	}
	for _, parent, below := strings.Cut(host, "."); below; _, parent, below = strings.Cut(parent, ".") {
		if c.domains["*."+parent] {
			return true
		}
	}
	return false
}

func (c *Catalog) hostRow(host string) (hostRow, bool) {
	if row, ok := c.hosts.exact[host]; ok {
		return row, true
	}
	if row, ok := firstMatch(c.hosts.patterns, host); ok {
		return row, true
	}
	for name := host; name != ""; _, name, _ = strings.Cut(name, ".") {
		if row, ok := c.hosts.suffixes[name]; ok {
			return row, true
		}
	}
	return hostRow{}, false
}

// hostRegion is the region of the host's partition that one of its labels names.
func (c *Catalog) hostRegion(at hostRow, host string) string {
	for label := range strings.SplitSeq(host, ".") {
		if row, ok := c.clouds.regions[cloudName{at.cloud, label}]; ok && row.partition == at.partition {
			return row.region
		}
	}
	return ""
}

func firstMatch(patterns []hostPattern, s string) (hostRow, bool) {
	for i := range patterns {
		p := &patterns[i]
		if p.mayMatch(s) && p.expression.Regexp().MatchString(s) {
			return p.hostRow, true
		}
	}
	return hostRow{}, false
}

// mayMatch spares most hosts most expressions, which is what makes asking about every value of a plan cheap.
func (p *hostPattern) mayMatch(s string) bool {
	return p.endings == nil || slices.ContainsFunc(p.endings, func(end string) bool { return strings.HasSuffix(s, end) })
}

// endings are literals of which every match of an expression has one at its end, nil where that cannot be told from its
// text: what ends in `$` ends in the letters before that, or in those of each branch of a group.
func endings(expression string) []string {
	anchored, ok := strings.CutSuffix(expression, "$")
	if !ok || !plainGroups(anchored) || len(branches(anchored)) > 1 {
		return nil
	}
	return literalEndings(anchored)
}

// plainGroups tells that every bracket and bar of an expression is what it looks like, and that case matters.
func plainGroups(expression string) bool {
	for i := 0; i < len(expression); i++ {
		rest := expression[i+1:]
		switch expression[i] {
		case '\\':
			if rest == "" || strings.ContainsRune("()|[]Q", rune(rest[0])) {
				return false
			}
			i++
		case '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 || strings.ContainsAny(rest[:end], "()|[\\") {
				return false
			}
			i += end
		case '(':
			if strings.HasPrefix(rest, "?") && !strings.HasPrefix(rest, "?:") && !strings.HasPrefix(rest, "?P<") {
				return false
			}
		}
	}
	return true
}

func literalEndings(expression string) []string {
	if group, ok := strings.CutSuffix(expression, ")"); ok {
		var all []string
		for _, branch := range branches(group[opening(group)+1:]) {
			of := literalEndings(branch)
			if of == nil {
				return nil
			}
			all = append(all, of...)
		}
		return all
	}
	from := len(expression)
	for from > 0 {
		b := expression[from-1]
		escaped := from > 1 && expression[from-2] == '\\'
		if escaped && b == '.' {
			from -= 2
		} else if !escaped && (isLetter(b) || isDigit(b) || b == '-') {
			from--
		} else {
			break
		}
	}
	if from == len(expression) {
		return nil
	}
	return []string{strings.ReplaceAll(expression[from:], `\.`, ".")}
}

// branches are the alternatives of an expression.
func branches(expression string) []string {
	var all []string
	depth, from := 0, 0
	for i := range len(expression) {
		switch expression[i] {
		case '(':
			depth++
		case ')':
			depth--
		case '|':
			if depth == 0 {
				all = append(all, expression[from:i])
				from = i + 1
			}
		}
	}
	return append(all, expression[from:])
}

// opening is where the group begins that an expression leaves open, -1 where none is.
func opening(expression string) int {
	depth := 0
	for i := len(expression) - 1; i >= 0; i-- {
		switch expression[i] {
		case ')':
			depth++
		case '(':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return -1
}

// HostName is the host of a host name, host:port or URL in lower case, "" where there is none with a dot in it.
func HostName(hostOrURL string) string { return hostOf(strings.ToLower(hostOrURL)) }

// hostOf takes the scheme, user, port and path from a URL in lower case; "" where that leaves no host name with a dot.
func hostOf(s string) string {
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	s = strings.TrimPrefix(s, "tcp:") // as connection strings of SQL Server have it, before HOST,PORT
	if i := strings.IndexAny(s, "/?#\\;,"); i >= 0 {
		s = s[:i]
	}
	s = s[strings.LastIndexByte(s, '@')+1:]
	if i := strings.IndexByte(s, ':'); i >= 0 {
		for _, b := range []byte(s[i+1:]) {
			if !isDigit(b) {
				return ""
			}
		}
		s = s[:i]
	}
	s = strings.TrimPrefix(strings.TrimSuffix(s, "."), "*.")
	if !isHost(s) || !strings.Contains(s, ".") {
		return ""
	}
	return s
}

func isHost(s string) bool {
	for i := 0; i < len(s); i++ {
		if b := s[i]; !isLetter(b) && !isDigit(b) && b != '-' && b != '.' && b != '_' {
			return false
		}
	}
	return s != "" && s[0] != '.' && !strings.Contains(s, "..")
}
