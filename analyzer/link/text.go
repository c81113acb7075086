package link

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/pattern"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// A word that names a place has one of the signs, and is not longer.
const (
	signs   = ":./"
	longest = 2048
)

// Parts are the words of a text of which nothing is known that may name a place: the text itself where it is a single one.
func Parts(cat *catalog.Catalog, text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !strings.ContainsAny(text, signs) {
			return
		}
		id := func() bool { _, ok := cat.Identify(text); return ok }
		if !strings.ContainsAny(text, separators) || !strings.ContainsAny(text, between) && id() {
			if len(text) <= longest {
				yield(text)
			}
			return
		}
		for _, word := range Words(text) {
			if strings.ContainsAny(word, signs) && !yield(word) {
				return
			}
		}
	}
}

// What separates the words of a text, and what no id has in it.
const (
	separators = between + "<>(){}[]|\\="
	between    = " \t\r\n\"'`,;"
)

// HostInName is the host that the name of a map's element ends in, "" where it names no place: Spark has the accounts that
// it reads in the names of its settings, `spark.hadoop.fs.azure.account.key.ACCOUNT.dfs.core.windows.net`.
func HostInName(cat *catalog.Catalog, name string) string {
	if strings.Count(name, ".") < 2 || strings.Contains(name, "/") {
		return ""
	}
	host := name[strings.LastIndexByte(name, ':')+1:]
	if id, _, ok := cat.Host(host); !ok || id.Partition == "" {
		return ""
	}
	return host
}

// nameEnd makes the end of the host in a name, which may be that of what the element's value opens.
func (g *Graph) nameEnd(n *Node, s *shape, way []step) {
	at, _, ok := g.named(s.host)
	if p, _ := g.cat.Partition(at.Partition); !ok || p.SaaS || g.cat.Page(at.Host) {
		return
	}
	e := End{Path: model.Path{Full: full(way, s.block), Block: s.block}, Kind: catalog.Endpoint, Confidence: Possible, Placed: g.Sites.Share(at)}
	if opener.Regexp().MatchString(s.host) {
		e.Kind, e.Confidence = catalog.Credential, Likely
	}
	n.Ends = append(n.Ends, e)
}

// textEnds finds the ids and hosts in a text.
func (g *Graph) textEnds(n *Node, e End, text string) {
	type touched struct {
		site place.Site
		kind catalog.Kind
	}
	seen := map[touched]bool{}
	if len(text) > mostText {
		g.Blind = append(g.Blind, Blind{Node: n, Path: e.Path.Full, Reason: "is a text of more than 1 MB, of which only the beginning is read for the places that it names"})
	}
	means := sync.OnceValue(func() catalog.Kind { // asked of what names a place: most texts do not
		if e.Kind == catalog.Credential && !Secretive(text) {
			return catalog.Endpoint // it says where to sign in, and not by what
		}
		return e.Kind
	})
	opened := sync.OnceValue(func() map[string]bool { // by secrets beside them
		words := map[string]bool{}
		for _, c := range Connections(text) {
			for _, w := range Words(c) {
				words[w] = true
			}
		}
		return words
	})
	shared := "" // an issuer at a host of several partitions, which tells little where another says more
	for _, word := range Words(text) {
		at, id, ok := g.named(word)
		if !id && looksLikeHost(word) {
			e.Kind = means()
			if g.joinEnd(n, e, word) {
				n.Ends[len(n.Ends)-1].Confidence = Likely
				continue
			}
		}
		named := ok
		if !named {
			at, ok = g.owned(n, word)
		}
		if !ok {
			if shared == "" && e.Kind == catalog.Trust && len(g.cat.Shared(catalog.HostName(word))) > 0 {
				shared = word
			}
			continue
		}
		e.Kind = means()
		kind := e.Kind
		switch {
		case named && (SignsIn(word) || opened()[word]):
			kind = catalog.Credential
		case !named && (kind == catalog.Endpoint || kind == catalog.Credential):
			kind = catalog.Flow // an id calls nothing, and opens nothing
		}
		p, _ := g.cat.Partition(at.Partition)
		if !id && e.Kind == catalog.Endpoint && (p.SaaS || g.cat.Page(at.Host)) || seen[touched{at.Site, kind}] {
			continue
		}
		seen[touched{at.Site, kind}] = true
		end := e
		end.Kind, end.Placed, end.Confidence = kind, g.Sites.Share(at), Likely
		n.Ends = append(n.Ends, end)
	}
	if shared != "" && len(seen) == 0 {
		g.valueEnds(n, e, shared)
	}
}

// padding is what a password in base64 ends in, before the host.
var padding = pattern.New(`=+@`)

// Words are the parts of a text that may be ids or hosts. Comments and descriptions in it are for people.
func Words(text string) []string {
	text = Plain(text)
	if strings.Contains(text, "=@") {
		text = padding.Regexp().ReplaceAllString(text, "@")
	}
	text = text[:min(len(text), mostText)]
	if slices.ContainsFunc([]string{"#", "// ", "escription", "omment"}, func(sign string) bool { return strings.Contains(text, sign) }) {
		text = remark.Regexp().ReplaceAllLiteralString(text, " ")
	}
	words := strings.FieldsFunc(text, func(r rune) bool {
		return strings.ContainsRune(separators, r)
	})
	for i := range words {
		words[i] = strings.TrimPrefix(words[i], "tcp:") // as connection strings of SQL Server have it before the host
	}
	return slices.DeleteFunc(words, func(w string) bool { return len(w) < 6 || len(w) > longest })
}

// remark is what a script, a template or a document says to its readers: a line that is a comment, and what is called a
// description in JSON or YAML. `#include` is none: cloud-init fetches what follows.
var remark = pattern.New(`(?m)^[ \t]*(?:#(?:[^i\n].*)?|//[ \t].*)$|"(?:[dD]escription|[cC]omment)"\s*:\s*"(?:[^"\\]|\\.)*"|^[ \t-]*(?:[dD]escription|[cC]omment):.*$`)

// mostText is how much of a text is read.
const mostText = 1 << 20

// Plain is a text as its reader will see it: what machines are given to run at their start is handed over in base64,
// and often compressed; some clouds take the metadata of identity providers so.
func Plain(text string) string {
	if len(text) < 16 || len(text) > 2*mostText || strings.ContainsAny(text, " .:") {
		return text
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return text
	}
	if z, err := gzip.NewReader(bytes.NewReader(raw)); err == nil {
		raw, _ = io.ReadAll(io.LimitReader(z, mostText)) // the beginning of what is damaged is still something
	}
	if !utf8.Valid(raw) {
		return text
	}
	return string(raw)
}
