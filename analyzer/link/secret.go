package link

import (
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/pattern"
)

// secretEnds makes the ends of an argument that takes a secret. What it yields matters to those who refer to it; what it
// takes may be a secret of another, or hold hosts and ids as any text does: of a cluster's secrets one is a whole configuration.
func (g *Graph) secretEnds(n *Node, e End, v model.Value) {
	targets, _ := g.targets(n, e.Path.Block)
	for _, t := range targets {
		if t.Node != n && g.maySecret(t) {
			end := e
			end.Kind, end.Target, end.Attr, end.Via, end.Placed, end.Confidence = catalog.Credential, t.Node, t.Attr, t.Via, t.Node.Placed, Likely
			n.Ends = append(n.Ends, end)
		}
	}
	if text, known := v.Text(); known {
		g.textEnds(n, e, text)
		targets = g.resolveKnown(n, e.Path, text)
	} else {
		g.textEnds(n, e, v.Parted())
	}
	e.Kind = catalog.Flow
	g.targetEnds(n, e, slices.DeleteFunc(targets, g.maySecret))
}

func (g *Graph) yieldsSecret(t Target) bool { return g.cat.Secret(g.Refined(t.Node), t.Attr) }

// maySecret tells whether a target is a secret where only a secret fits.
func (g *Graph) maySecret(t Target) bool {
	return g.yieldsSecret(t) || g.cat.MaySecret(g.Refined(t.Node), t.Attr)
}

// forSecret tells whether an argument is called after a secret: by itself, or by the name beside it where blocks are pairs
// of a name and a value, as the variables of an environment are.
func (n *Node) forSecret(path string) bool {
	i := strings.LastIndexByte(path, '.') + 1
	name := path[i:]
	if name == "value" {
		name, _ = n.Values.Leaf(path[:i] + "name").Text()
	}
	return ForSecret(name)
}

// ForSecret tells whether a name is that of a secret itself, and not that of the name or the address of one.
func ForSecret(name string) bool { return forSecret.Regexp().MatchString(name) }

var forSecret = pattern.New(`(?i)(passw(or)?d|passphrase|pwd|secret|token|credentials?|(private|access|account|api|shared|master)_?key)$`)

// Connections are the parts of a text that give a secret with the place that it opens: connection strings, and URLs with a
// key among their parameters.
func Connections(text string) []string {
	text = Plain(text)
	if !strings.Contains(text, "=") {
		return nil
	}
	var found []string
	for line := range strings.FieldsFuncSeq(text[:min(len(text), mostText)], func(r rune) bool { return strings.ContainsRune("\r\n\"'`", r) }) {
		if givesSecret.Regexp().MatchString(line) {
			found = append(found, line)
			continue
		}
		for word := range strings.FieldsSeq(line) {
			if givesKey.Regexp().MatchString(word) {
				found = append(found, word)
			}
		}
	}
	return found
}

// A secret in a connection string, as one of its pairs, and in the parameters of a URL (`code` is the key of a function of
// Azure); also what App Service takes from a vault by itself. What begins with a sign is what a script or a template replaces.
var (
	givesSecret = pattern.New(`(?i)^@microsoft\.keyvault\(|(?:^|[;,])\s*(?:passw(?:or)?d|pwd|(?:account|sharedaccess|api|shared|secret|access)_?key|sharedaccesssignature|client_?secret|(?:shared)?secret(?:value)?)\s*=\s*[\w+/~` + model.Hole + `-]`)
	givesKey    = pattern.New(`(?i)[?&](?:passw(?:or)?d|pwd|sig|code|(?:api|access|subscription)[_-]?key|client_?secret)=[\w+/~` + model.Hole + `-]`)
)

// SignsIn tells whether a URL has a password in it. What a script or a template puts in the place of one is none.
func SignsIn(url string) bool { return signsIn.Regexp().MatchString(url) }

var signsIn = pattern.New(`://[^/@\s:]+:[^/@\s$%*]+@`)

// Secretive tells whether a text says that it holds a secret.
func Secretive(text string) bool { return secretive.Regexp().MatchString(Plain(text)) }

// secretive is what a text that holds a secret says before it: the words of connection strings, of the documents that
// secrets are kept in, of URLs with a password and of keys in PEM.
var secretive = pattern.New(`(?i)[?&]code=|(passw(or)?d|passphrase|pwd|secret|token|credential|private_?key|(access|account|api|shared|master|primary|secondary)_?key|\bsig)["'\\\s]*[:=]|://[^/@\s]*:[^/@\s]+@|-----BEGIN `)

// opens are the names of attributes that somebody gets in by.
var opens = pattern.New(`passw|secret|token|private_key|access_key|account_key|credential|kube_?config|(^|_)sas`)

// opener is what names a setting that gives the key of what its name goes on with: `fs.azure.account.key.ACCOUNT...`.
var opener = pattern.New(`(?i)\.(key|secret|sas|password|token)\.`)
