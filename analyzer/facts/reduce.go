package facts

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/pattern"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// Language is what facts must know of the languages of privilege, which are none of this room's business.
type Language struct {
	// Reads tells whether an attribute of a type is read for what it says of privilege.
	Reads func(typ, attribute string) bool
	// Names tells whether an attribute of a type is the name of an identity or of a policy. Names are told: ids hold them.
	Names func(typ, attribute string) bool
	// Reduce is a text of such an attribute with every word of it that is no vocabulary of its language put through word.
	// element is the attribute's last name, which tells what may stand there.
	Reduce func(element, text string, word func(string) string) string
}

// reducer takes out of values what nothing reads.
type reducer struct {
	graph    *link.Graph
	cat      *catalog.Catalog
	lang     Language
	interest link.Interest
	here     bool // what it makes is not written
}

// subject is what values are reduced for: a resource, provider or backend.
type subject struct {
	node    *link.Node // nil for others than resources
	typ     string     // as tables name it
	refined string     // as link rows do
	refines string     // the attribute that says so, where its type does not
	cloud   string
	args    *model.Args
	places  map[string]catalog.Gives // attributes that place it
	locates map[string]bool          // arguments that say where a state is
	known   map[string]bool          // attributes by which others know it
	plain   []string                 // attributes whose text is told: kinds of backends, and files beside the input
	all     []string                 // attributes under which every text matters for what it equals
}

// value reduces everything under a path. keep is false where nothing is left.
func (r *reducer) value(s *subject, path model.Path, v model.Value) (out model.Value, keep bool) {
	if v.State != model.Known || v.Kind != model.List && v.Kind != model.Object {
		out, keep = r.leaf(s, path, v)
		out.Sensitive = v.Sensitive
		return out, keep
	}
	var names []string
	var items []model.Value
	for i := range v.Len() {
		if v.Kind == model.List {
			item, ok := r.value(s, path.Index(i), v.Item(i))
			if in, may := r.cat.InertBy(s.typ, path.Block+".*"); may && link.DeniesItself(in, v.Item(i)) {
				ok = false
			}
			if !ok {
				item = model.NullValue // its place counts
			}
			items, keep = append(items, item), keep || ok
			continue
		}
		name := v.Name(i)
		if strings.HasPrefix(name, marked) {
			continue // facts could not tell it from a mark
		}
		item, ok := r.value(s, path.Attr(name), v.Item(i))
		if !ok && v.Item(i).State != model.Null && r.interest.Name(name) {
			item, ok = model.StringValue(marked), true
		}
		if ok {
			names, items, keep = append(names, name), append(items, item), true
		}
	}
	if v.Kind == model.List {
		return model.ListValue(items), keep || r.inert(s.typ, path.Block, v)
	}
	return model.ObjectValue(names, items), keep
}

func (r *reducer) leaf(s *subject, path model.Path, v model.Value) (model.Value, bool) {
	secret := v.Sensitive && !r.here
	top, _, _ := strings.Cut(path.Block, ".")
	row := r.cat.Link(s.refined, path.Block)
	if row != nil && row.Kind == catalog.Nothing {
		row = nil
	}
	gives := s.gives(path.Block)
	reads := s.node != nil && r.lang.Reads(s.typ, top)
	refers := s.args.Arg(path.Block)
	referred := refers != nil && len(refers.Origins) > 0
	switch v.State {
	case model.Unknown:
		if gives == catalog.NoGives && !reads && !s.written(path.Block) && !r.interest.Unknown(s.typ, path.Block) {
			return model.Value{}, false
		}
		return r.unknown(s, path, v), true
	case model.Known:
	default:
		return model.Value{}, false
	}
	if v.Kind == model.Bool {
		return v, reads || referred || row != nil || r.inert(s.typ, path.Block, v)
	}
	text, _ := v.Text()
	if in, may := r.cat.InertBy(s.typ, path.Block+".*"); may {
		text = link.Joining(in, text)
	}
	if doc, ok := model.Document(text); ok && r.cat.Inside(s.refined, path.Block) && !secret {
		kept, ok := r.value(s, path, doc)
		return model.StringValue(string(appendValue(nil, kept))), ok
	}
	if p, _ := r.cat.Principal(s.typ); p.Kind == catalog.AGroup && p.Attribute == path.Block && s.cloud == "oci" {
		text = strings.ToLower(text) // sentences have it in any case
	}
	short, ok := "", false
	switch {
	case r.inert(s.typ, path.Block, v):
		short, ok = text, true
	case path.Block == s.refines && !secret:
		short, ok = text, true
	case slices.Contains(s.plain, path.Full), s.node != nil && !secret && (r.lang.Names(s.typ, path.Block) || r.named(s.typ, path.Block)):
		short, ok = text, true
	case gives != catalog.NoGives:
		short, ok = r.placing(gives, s.cloud, text, secret), true
	case r.cat.Beside(s.typ, path.Block) && link.ForSecret(text):
		short, ok = "secret", true
	case slices.Contains(s.all, top), s.locates[path.Block], s.known[path.Block] && row == nil && !reads:
		short, ok = r.name(text, how{secret: secret}), true
	case reads:
		short, ok = r.language(last(path.Block), text, secret), true
	case row != nil:
		short, ok = r.row(s, row, path.Block, text, secret)
	default:
		short, ok = r.parts(text, how{secret: secret}) // of an attribute that no row explains
	}
	switch {
	case ok && v.Kind == model.Number:
		return v, short == text
	case ok:
		return model.StringValue(short), true
	case v.Kind == model.Number:
		return model.NumberValue("0"), referred
	}
	return model.StringValue(marked), referred || row != nil
}

// inert tells whether a value says that the block which it is in joins nothing.
func (r *reducer) inert(typ, block string, v model.Value) bool {
	in, ok := r.cat.InertBy(typ, block)
	return ok && link.Denies(in, v)
}

// named tells whether others mean a resource of a type by what the configuration writes at an attribute.
func (r *reducer) named(typ, block string) bool {
	return slices.ContainsFunc(r.cat.Known(typ), func(k catalog.Known) bool { return k.Attribute == block && k.From == block })
}

// gives is what an attribute tells of the subject's place; in a row's name `*` stands for any member.
func (s *subject) gives(block string) catalog.Gives {
	if g, ok := s.places[block]; ok {
		return g
	}
	for name, g := range s.places {
		if before, after, ok := strings.Cut(name, "*"); ok && strings.HasPrefix(block, before) && strings.HasSuffix(block, after) && len(block) > len(before)+len(after) {
			return g
		}
	}
	return catalog.NoGives
}

// written tells whether the configuration writes an attribute, what it is in, or a part of it.
func (s *subject) written(block string) bool {
	if s.args.Arg(block) != nil {
		return true
	}
	for _, a := range s.args.All() {
		if strings.HasPrefix(a.Block, block+".") {
			return true
		}
	}
	return false
}

// unknown keeps what the beginning and the end of a text, or a part of the document that it encodes, tell.
func (r *reducer) unknown(s *subject, path model.Path, v model.Value) model.Value {
	if choices := v.Choices(); len(choices) > 0 {
		some := make([]model.Value, len(choices))
		for i, c := range choices {
			kept, ok := r.value(s, path, c)
			switch {
			case c.State == model.Null:
				kept = model.NullValue
			case !ok:
				kept = model.StringValue(marked)
			}
			some[i] = kept
		}
		return model.UnknownOf(some)
	}
	if doc, ok := v.Partly(); ok {
		return model.UnknownDocument(r.document("", doc))
	}
	if path.Block == s.refines && !v.Sensitive {
		return model.UnknownText(v.Prefix(), v.Ending(), "")
	}
	prefix, ending := r.ends(v.Prefix(), v.Ending())
	if i := strings.LastIndexByte(v.Ending(), '/'); i >= 0 && ending == "" {
		if name := v.Ending()[i+1:]; name != "" && r.language(last(path.Block), name, false) == name {
			ending = "/" + name // the name of a role of the cloud's own
		}
	}
	return model.UnknownText(prefix, ending, r.parted(s, path.Block, v))
}

// parted keeps of what is known of a text what its row is about.
func (r *reducer) parted(s *subject, block string, v model.Value) string {
	known := v.Parted()
	if known == "" {
		return ""
	}
	secret := v.Sensitive && !r.here
	short := ""
	switch row := r.cat.Link(s.refined, block); {
	case row == nil:
		short, _ = r.parts(known, how{secret: secret})
	case row.By == catalog.BySecret || row.By == catalog.ByText:
		short, _ = r.row(s, row, block, known, secret)
	}
	return short
}

// ends are what the beginning and the end of a text tell of a place.
func (r *reducer) ends(prefix, ending string) (string, string) {
	scheme, host, ok := strings.Cut(prefix, "://")
	switch {
	case ok && !strings.Contains(host, "/") && strings.HasPrefix(ending, ".") && r.hosted("https://x"+ending):
		return scheme + "://", strings.TrimPrefix(catalog.HostName("https://x"+ending), "x")
	case !r.begins(prefix):
		return "", ""
	}
	return prefix, ""
}

// inPart is what is told of a word of which only the beginning and the end are known.
func (r *reducer) inPart(before, after string, h how) (string, bool) {
	if host := link.WholeHost(before); host != "" {
		return r.token(host, h)
	}
	before, after = r.ends(before, after)
	return before + model.Hole + after, before != ""
}

// begins tells whether a text is the beginning of an id.
func (r *reducer) begins(prefix string) bool {
	for _, tail := range []string{"", ":", "::", ":::"} {
		if _, ok := r.cat.Identify(prefix + tail); ok && strings.Contains(prefix, ":") && plain(prefix) {
			return true
		}
	}
	return false
}

func (r *reducer) document(element string, v model.Value) model.Value {
	switch {
	case v.State == model.Unknown && v.Kind != model.Choice:
		if doc, ok := v.Partly(); ok {
			return model.UnknownDocument(r.document(element, doc))
		}
		return model.UnknownText(v.Prefix(), v.Ending(), r.words(v.Parted(), how{secret: v.Sensitive && !r.here, anyHost: true}))
	case v.State != model.Known:
		return v
	case v.Kind == model.List:
		items := make([]model.Value, v.Len())
		for i := range items {
			items[i] = r.document(element, v.Item(i))
		}
		return model.ListValue(items)
	case v.Kind == model.Object:
		var names []string
		var items []model.Value
		for i := range v.Len() {
			names, items = append(names, strings.TrimLeft(v.Name(i), marked)), append(items, r.document(v.Name(i), v.Item(i)))
		}
		return model.ObjectValue(names, items)
	case v.Kind == model.String:
		text, _ := v.Text()
		return model.StringValue(r.language(element, text, v.Sensitive && !r.here))
	}
	return v
}

func (r *reducer) language(element, text string, secret bool) string {
	if secret {
		return r.name(text, how{secret: true, anyHost: true})
	}
	// Issuers of identities are known by their whole URLs.
	return r.lang.Reduce(element, link.Plain(text), func(word string) string { return r.name(word, how{anyHost: true, paths: true}) })
}

// row keeps of a text what its row is about.
func (r *reducer) row(s *subject, row *catalog.Link, block, text string, secret bool) (string, bool) {
	cloud := cmp.Or(row.Cloud, s.cloud)
	switch row.By {
	case catalog.BySecret:
		words := r.words(text, how{secret: true}) // a part of a password may look like a host
		return words, words != ""
	case catalog.ByText:
		return r.words(text, how{secret: secret, anyHost: true}), true
	case catalog.ByPolicy, catalog.ByRole, catalog.ByPrincipal:
		return r.language(last(block), text, secret), true
	case catalog.ByRegion, catalog.ByZone:
		return r.placing(catalog.GivesZone, cloud, text, secret), true
	case catalog.ByPartition:
		return r.placing(catalog.GivesPartition, cloud, text, secret), true
	case catalog.ByAccount:
		return r.placing(catalog.GivesAccount, cloud, text, secret), true
	case catalog.ByTenant:
		return r.placing(catalog.GivesTenant, cloud, text, secret), true
	case catalog.ByAddress:
		if list := link.Addresses(text); len(list) > 0 {
			for i, one := range list {
				list[i] = r.name(one, how{secret: secret, anyHost: true})
			}
			return strings.Join(list, ","), true
		}
	}
	return r.name(text, how{secret: secret, anyHost: row.By == catalog.ByHost || row.By == catalog.ByAddress || strings.Contains(text, "://")}), true
}

// placing keeps what can be a part of a place.
func (r *reducer) placing(gives catalog.Gives, cloud, text string, secret bool) string {
	switch gives {
	case catalog.GivesRegion, catalog.GivesZone:
		if _, _, ok := r.cat.Region(cloud, text); ok || place.RegionLike(text) {
			return text
		}
	case catalog.GivesPartition:
		if _, ok := r.cat.Word(cloud, text); ok {
			return text
		}
	case catalog.GivesAccount, catalog.GivesTenant, catalog.GivesOrganization:
		if plain(text) && len(text) <= 128 {
			return text
		}
	}
	return r.name(text, how{secret: secret, anyHost: gives == catalog.GivesHost || gives == catalog.GivesAuthority})
}

// words are the ids and hosts in a text.
func (r *reducer) words(text string, h how) string {
	var kept []string
	if link.Secretive(text) {
		kept = append(kept, "pwd:") // which says so, and names nothing
	}
	keep := func(text string) {
		for _, word := range link.Words(text) {
			if told, ok := r.token(word, how{secret: h.secret || strings.Contains(word, "://"), anyHost: h.anyHost}); ok && !slices.Contains(kept, told) {
				kept = append(kept, told)
			}
		}
	}
	for _, c := range link.Connections(text) {
		kept = append(kept, "\npwd="+marked+";") // and that it opens what follows
		keep(c)
		kept = append(kept, "\n")
	}
	keep(text)
	return strings.Join(kept, " ")
}

// parts are the tokens of a text of which nothing is known.
func (r *reducer) parts(text string, h how) (string, bool) {
	var kept []string
	alone := false
	for word := range link.Parts(r.cat, text) {
		alone = len(word) == len(text)
		if told, ok := r.token(word, h); ok {
			kept = append(kept, told)
		}
	}
	if len(kept) > 0 && !alone {
		kept = append([]string{marked}, kept...) // there was more
	}
	return strings.Join(kept, " "), len(kept) > 0
}

// opaque are forms of ids that clouds give out and that say no more: `vpc-0123456789abcdef0`, GUIDs, numbers, hex.
var opaque = pattern.New(`^(?i:(?:[a-z][a-z0-9]*[-_])*[0-9a-f]{8,40}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{6,20}|o-[a-z0-9]{10,32})$`)

// told are the marks and hashes of facts that were read: the facts of facts are the facts.
var told = pattern.New(`^~(?:[A-Za-z0-9_-]{5}|[A-Za-z0-9_-]{22})?$`)

// how says what is told of a text.
type how struct {
	secret  bool // no more than its place
	anyHost bool // hosts that no table knows too: the policy may
	paths   bool // of URLs as they are
}

// name is a text that matters for what it equals: a token, an opaque id, or a hash.
func (r *reducer) name(text string, h how) string {
	if told.Regexp().MatchString(text) {
		return text
	}
	if _, ok := r.cat.Identify(text); !ok {
		// Of a mail address it is hashed whose it is.
		if who, host, ok := strings.Cut(text, "@"); ok && !strings.Contains(who, "/") && plain(text) && catalog.HostName(host) == strings.ToLower(host) && host != "" {
			if h.secret {
				return marked + "@" + host
			}
			return r.name(who, how{}) + "@" + host
		}
	}
	if short, ok := r.token(text, h); ok {
		return short
	}
	switch {
	case h.secret:
		return marked
	case text == "" || opaque.Regexp().MatchString(text):
		return text
	}
	return hash(text)
}

// token is a text that is wholly a token, or that is cut down to one.
func (r *reducer) token(text string, h how) (string, bool) {
	if text == "" || len(text) > 2048 {
		return "", false
	}
	if before, after, parted := model.Around(text); parted {
		return r.inPart(before, after, h)
	}
	if _, ok := link.Address(text); ok {
		return text, true
	}
	id, identified := r.cat.Identify(text)
	if strings.Contains(text, "://") {
		return r.url(text, id, identified, h)
	}
	if identified && plain(text) {
		if h.secret {
			return r.begin(text, id), true
		}
		return text, true
	}
	host := catalog.HostName(text)
	if host == "" || !plain(text) || !h.anyHost && !r.hosted(text) {
		return "", false
	}
	if before, path, ok := strings.Cut(text, "/"); ok && !strings.ContainsAny(before, "?#@;,\\") && !h.secret {
		return before + "/" + segments(path), true
	}
	if strings.ContainsAny(text, "/?#@;,\\") {
		return host, true
	}
	return text, true
}

// hosted tells that tables know the host of a text, or that the policy gives it to a side.
func (r *reducer) hosted(text string) bool {
	_, _, ok := r.cat.Host(text)
	return ok || r.cat.Own(catalog.HostName(text))
}

// begin is as much of an id as its place follows from, with a mark in place of the rest.
func (r *reducer) begin(text string, id catalog.Identity) string {
	for i, c := range text {
		if c != ':' && c != '/' && c != '.' {
			continue
		}
		short := text[:i+1] + marked
		if same, ok := r.cat.Identify(short); ok && same == id {
			return short
		}
	}
	return text
}

// url cuts a URL down to what places it, and to what tells it from others.
func (r *reducer) url(text string, id catalog.Identity, identified bool, h how) (string, bool) {
	u, err := url.Parse(text)
	host := catalog.HostName(text)
	if err == nil && identified && host == "" {
		return r.query(u, id)
	}
	if err != nil || !strings.EqualFold(u.Hostname(), host) {
		return host, host != ""
	}
	short := u.Scheme + "://" + u.Host
	if link.SignsIn(text) {
		short = u.Scheme + "://" + marked + ":" + marked + "@" + u.Host // which says so, and tells nothing
	}
	path := strings.TrimPrefix(u.EscapedPath(), "/")
	key := ""
	if len(link.Connections(text)) > 0 {
		key = "?sig=" + marked // and that it has one
	}
	switch {
	case !h.anyHost && !identified && !r.hosted(text):
		return "", false
	case identified && u.User == nil && h.secret:
		return r.begin(text, id), true
	case identified || h.paths && !h.secret:
		return short + "/" + path + key, true // an id in the form of a URL
	case h.secret:
		return short + key, true
	}
	return short + "/" + segments(path) + key, true
}

// query keeps of a URL without a host the parameter that its place follows from.
func (r *reducer) query(u *url.URL, id catalog.Identity) (string, bool) {
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		short := u.Scheme + "://" + marked + "?" + part
		if same, ok := r.cat.Identify(short); ok && same == id && plain(part) {
			return short, true
		}
	}
	return "", false
}

// segments are those of a path, hashed one by one.
func segments(path string) string {
	list := strings.Split(path, "/")
	for i, s := range list {
		if s != "" && !opaque.Regexp().MatchString(s) && !told.Regexp().MatchString(s) {
			list[i] = hash(s)
		}
	}
	return strings.Join(list, "/")
}

// last is the last name of a path.
func last(block string) string { return block[strings.LastIndexByte(block, '.')+1:] }

// plain tells that a text is of one piece.
func plain(text string) bool {
	return strings.IndexFunc(text, func(c rune) bool { return c <= ' ' || c == 0x7f || c > 0x7e }) < 0
}
