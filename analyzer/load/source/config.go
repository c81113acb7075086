package source

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/pattern"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// config is what the files of one directory declare.
type config struct {
	dir       string // absolute
	any       bool   // there is a file at all
	variables map[string]*variable
	locals    map[string]*attr
	outputs   map[string]*block
	outOrder  []string
	resources []*resource
	byName    map[blockName]*resource
	calls     map[string]*call
	callOrder []string
	providers []*provider
	required  map[string]string // local name -> source, normalised
	aliases   map[string]bool   // configuration_aliases: `aws.replica`
	backend   *block
	keys      []*block // of state encryption
	moved     []move
	comments  []model.Comment
	texts     map[string]string // of its files, by the names that positions have
	problems  []string          // what is wrong with its files
}

// Cache keeps what configuration files were parsed to, for several root modules below one path that share modules. It is
// not safe for concurrent use.
type Cache struct{ configs map[string]*config }

// NewCache makes an empty cache.
func NewCache() *Cache { return &Cache{configs: map[string]*config{}} }

// body is a block's contents in the order in which it is written.
type body struct {
	attrs   []*attr
	blocks  []*block
	byName  map[string]*attr // of attrs, as far as indexed, where there are more than few
	indexed int
}

type attr struct {
	name string
	expr hclsyntax.Expression
	at   hcl.Range
}

type block struct {
	typ    string
	labels []string
	body   *body
	at     hcl.Range
}

type blockName struct {
	mode      addr.Mode
	typ, name string
}

type resource struct {
	blockName
	body        *body
	at          hcl.Range
	count, each *attr
	provider    *attr
	disabled    hclsyntax.Expression // lifecycle { enabled = }, of OpenTofu
	implicit    string               // the local name of the provider that the type's name implies
}

type call struct {
	name        string
	body        *body
	at          hcl.Range
	source      *attr
	count, each *attr
	providers   map[string]hclsyntax.Expression // child's name -> expression in the caller
	args        map[string]*attr
	enabled     hclsyntax.Expression
}

type provider struct {
	name, alias string
	body        *body
	each        *attr
	at          hcl.Range
}

type variable struct {
	name                string
	typ, def            *attr
	sensitive, nullable bool
	ephemeral           bool
	at                  hcl.Range
	constraint          *constraint
}

// attr is the first argument of a name, nil where there is none.
func (b *body) attr(name string) *attr {
	if len(b.attrs) <= few {
		for _, a := range b.attrs {
			if a.name == name {
				return a
			}
		}
		return nil
	}
	if b.byName == nil || b.indexed > len(b.attrs) {
		b.byName, b.indexed = make(map[string]*attr, len(b.attrs)), 0
	}
	for _, a := range b.attrs[b.indexed:] {
		if b.byName[a.name] == nil {
			b.byName[a.name] = a
		}
	}
	b.indexed = len(b.attrs)
	return b.byName[name]
}

// configFile tells whether a file name is one of a configuration.
func configFile(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") || strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#") {
		return false
	}
	return baseName(name) != ""
}

var extensions = []string{".tf.json", ".tofu.json", ".tf", ".tofu"}

// baseName is a configuration file's name without its extension, "" for other files.
func baseName(name string) string {
	for _, e := range extensions {
		if s, ok := strings.CutSuffix(name, e); ok {
			return s
		}
	}
	return ""
}

func isOverride(name string) bool {
	b := baseName(name)
	return b == "override" || strings.HasSuffix(b, "_override")
}

// files are the configuration files of a directory: those of OpenTofu shadow Terraform's of the same name.
func (r *run) files(dir string) (primary, override []string, err error) {
	entries, err := r.disk.list(dir)
	if err != nil {
		return nil, nil, err
	}
	var names []string
	shadowed := map[string]bool{}
	for _, e := range entries {
		if e.IsDir() || !configFile(e.Name()) {
			continue
		}
		names = append(names, e.Name())
		if s, ok := strings.CutSuffix(e.Name(), ".tofu"); ok {
			shadowed[s+".tf"] = true
		} else if s, ok := strings.CutSuffix(e.Name(), ".tofu.json"); ok {
			shadowed[s+".tf.json"] = true
		}
	}
	slices.Sort(names)
	for _, n := range names {
		switch {
		case shadowed[n]:
		case isOverride(n):
			override = append(override, n)
		default:
			primary = append(primary, n)
		}
	}
	return primary, override, nil
}

// config reads the configuration in a directory, once. It is nil where the directory cannot be read.
func (r *run) config(dir string) *config {
	if c, ok := r.configs[dir]; ok {
		return c
	}
	c, ok := r.cache.configs[dir]
	if !ok {
		c = r.parse(dir)
		r.cache.configs[dir] = c
	}
	r.configs[dir] = c
	if c != nil {
		for _, p := range c.problems {
			r.say(&r.incomplete, p)
		}
		r.comments = append(r.comments, c.comments...)
		maps.Copy(r.texts, c.texts)
	}
	return c
}

// parse reads the files of a directory and applies its override files.
func (r *run) parse(dir string) *config {
	primary, override, err := r.files(dir)
	if err != nil {
		return nil
	}
	c := &config{dir: dir, variables: map[string]*variable{}, locals: map[string]*attr{}, outputs: map[string]*block{},
		calls: map[string]*call{}, required: map[string]string{}, aliases: map[string]bool{}, texts: map[string]string{}}
	var blocks []*block
	for _, name := range primary {
		if b, ok := c.parseFile(r, filepath.Join(dir, name)); ok {
			c.any = true
			blocks = append(blocks, b...)
		}
	}
	for _, name := range override {
		if b, ok := c.parseFile(r, filepath.Join(dir, name)); ok {
			c.any = true
			blocks = overrideAll(blocks, b)
		}
	}
	c.byName = make(map[blockName]*resource, len(blocks))
	for _, b := range blocks {
		c.declare(b)
	}
	return c
}

// parseFile reads one configuration file. Of one that does not parse nothing is used: what hclsyntax recovers may mean
// something else than was written.
func (c *config) parseFile(r *run, path string) ([]*block, bool) {
	src, err := r.disk.file(path)
	if err != nil {
		if err.Error() == "is a directory" {
			return nil, false
		}
		c.problems = append(c.problems, fmt.Sprintf("%s: %v", r.show(path), err))
		return nil, true
	}
	shown := r.show(path)
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")) || !utf8.Valid(src) {
		c.problems = append(c.problems, shown+": is not UTF-8 text: save it as UTF-8")
		return nil, true
	}
	text := string(src)
	c.texts[shown] = text
	if strings.HasSuffix(path, ".json") {
		b, d := parseJSON(src, shown)
		if d != nil {
			c.problems = append(c.problems, describe(d, src))
			return nil, true
		}
		return b, true
	}
	b, d := parse(text, shown)
	if d != nil {
		c.problems = append(c.problems, describe(d, src))
		return nil, true
	}
	c.comments = append(c.comments, findComments(src, shown)...)
	return b.blocks, true
}

// parse reads the native syntax. Of what is wrong it tells the first: what follows is mostly of the same cause.
func parse(src, file string) (*body, *hcl.Diagnostic) {
	if d := guard(src, file); d != nil {
		return nil, d
	}
	if b, ok := quickly(src, file); ok {
		return b, nil
	}
	f, diags := hclsyntax.ParseConfig([]byte(src), file, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, firstError(diags)
	}
	return convertBody(f.Body.(*hclsyntax.Body)), nil
}

func firstError(diags hcl.Diagnostics) *hcl.Diagnostic {
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			return d
		}
	}
	return diags[0]
}

// diagnose tells what is wrong with a file.
func (r *run) diagnose(d *hcl.Diagnostic, src []byte) { r.say(&r.incomplete, describe(d, src)) }

// describe puts a diagnostic into words, with the line where it is.
func describe(d *hcl.Diagnostic, src []byte) string {
	text := d.Summary
	if detail, _, _ := strings.Cut(d.Detail, ". "); detail != "" && !strings.Contains(detail, "\n") {
		text += ": " + strings.TrimSuffix(detail, ".")
	}
	if d.Subject == nil {
		return text
	}
	at := d.Subject.Start
	msg := fmt.Sprintf("%s:%d:%d: %s", d.Subject.Filename, at.Line, at.Column, text)
	if line := excerpt(src, at.Line); line != "" {
		msg += "; in `" + line + "`"
	}
	return msg
}

// excerpt is a line of a configuration without what may be secret in it: names and punctuation stay, texts and numbers
// do not.
func excerpt(src []byte, line int) string {
	lines := bytes.SplitN(src, []byte("\n"), line+1)
	if line < 1 || line > len(lines) {
		return ""
	}
	text := strings.TrimSpace(string(lines[line-1]))
	m := named.Regexp().FindStringIndex(text)
	if m == nil || len(text) > 400 {
		return ""
	}
	out := text[:m[1]]
	for rest := text[m[1]:]; rest != ""; {
		i := strings.IndexAny(rest, "\"0123456789")
		if i < 0 {
			out += rest
			break
		}
		out += rest[:i] + "..."
		if rest[i] == '"' {
			j := strings.IndexByte(rest[i+1:], '"')
			if j < 0 {
				break
			}
			rest = rest[i+j+2:]
		} else {
			rest = strings.TrimLeft(rest[i:], "0123456789.")
		}
	}
	return out
}

// named is the beginning of a line that gives an argument or opens a block.
var named = pattern.New(`^[A-Za-z_][A-Za-z0-9_-]*(\s*=|\s+[A-Za-z_"{]|\s*\{)`)

func convertBody(b *hclsyntax.Body) *body {
	out := &body{attrs: make([]*attr, 0, len(b.Attributes)), blocks: make([]*block, 0, len(b.Blocks))}
	for _, a := range b.Attributes {
		out.attrs = append(out.attrs, &attr{a.Name, a.Expr, a.SrcRange})
	}
	slices.SortFunc(out.attrs, func(a, b *attr) int { return a.at.Start.Byte - b.at.Start.Byte })
	for _, n := range b.Blocks {
		out.blocks = append(out.blocks, &block{n.Type, n.Labels, convertBody(n.Body), n.DefRange()})
	}
	return out
}

// overrideAll applies the blocks of an override file: what is already declared is changed argument by argument, and
// nested blocks of one type are replaced together.
func overrideAll(base, over []*block) []*block {
	for _, o := range over {
		found := false
		for i, b := range base {
			if b.typ == o.typ && slices.Equal(b.labels, o.labels) && sameAlias(b, o) && o.typ != "terraform" && o.typ != "locals" {
				base[i] = &block{b.typ, b.labels, mergeBody(b.body, o.body), b.at}
				found = true
			}
		}
		if !found {
			base = append(base, o)
		}
	}
	return base
}

func sameAlias(a, b *block) bool {
	return a.typ != "provider" || literalOf(a.body.attr("alias")) == literalOf(b.body.attr("alias"))
}

func mergeBody(base, over *body) *body {
	out := &body{}
	replaced := map[string]bool{}
	for _, b := range over.blocks {
		replaced[nestedType(b)] = true
	}
	for _, a := range base.attrs {
		if o := over.attr(a.name); o != nil {
			a = o
		}
		if !replaced[a.name] { // JSON writes blocks as arguments
			out.attrs = append(out.attrs, a)
		}
	}
	for _, o := range over.attrs {
		if base.attr(o.name) == nil {
			out.attrs = append(out.attrs, o)
		}
	}
	for _, b := range base.blocks {
		if b.typ == "lifecycle" { // the only nested block that merges
			for _, o := range over.blocks {
				if o.typ == "lifecycle" {
					b = &block{b.typ, b.labels, mergeBody(b.body, o.body), b.at}
				}
			}
		} else if replaced[nestedType(b)] || over.attr(b.typ) != nil {
			continue
		}
		out.blocks = append(out.blocks, b)
	}
	for _, b := range over.blocks {
		if b.typ != "lifecycle" || !slices.ContainsFunc(base.blocks, func(b *block) bool { return b.typ == "lifecycle" }) {
			out.blocks = append(out.blocks, b)
		}
	}
	return out
}

// nestedType is the type of a nested block, which a dynamic block has as its label.
func nestedType(b *block) string {
	if b.typ == "dynamic" && len(b.labels) == 1 {
		return b.labels[0]
	}
	return b.typ
}

// literalOf is the text of a literal argument, or "".
func literalOf(a *attr) string {
	if a == nil {
		return ""
	}
	v, ok := literal(a.expr)
	if !ok || v.IsNull() || !v.Type().Equals(cty.String) {
		return ""
	}
	return v.AsString()
}

// declare takes in one block of a configuration file. Blocks of unknown kinds are left alone: Terraform adds new ones.
func (c *config) declare(b *block) {
	switch {
	case b.typ == "variable" && len(b.labels) == 1:
		v := &variable{name: b.labels[0], at: b.at, nullable: true}
		v.typ, v.def = b.body.attr("type"), b.body.attr("default")
		v.sensitive, v.ephemeral = isTrue(b.body.attr("sensitive")), isTrue(b.body.attr("ephemeral"))
		if n := b.body.attr("nullable"); n != nil {
			v.nullable = isTrue(n)
		}
		c.variables[v.name] = v
	case b.typ == "locals":
		for _, a := range b.body.attrs {
			c.locals[a.name] = a
		}
	case b.typ == "output" && len(b.labels) == 1:
		if c.outputs[b.labels[0]] == nil {
			c.outOrder = append(c.outOrder, b.labels[0])
		}
		c.outputs[b.labels[0]] = b
	case (b.typ == "resource" || b.typ == "data" || b.typ == "ephemeral") && len(b.labels) == 2:
		c.declareResource(b)
	case b.typ == "check":
		for _, n := range b.body.blocks {
			if n.typ == "data" && len(n.labels) == 2 {
				c.declareResource(n)
			}
		}
	case b.typ == "module" && len(b.labels) == 1:
		c.declareCall(b)
	case b.typ == "provider" && len(b.labels) == 1:
		c.providers = append(c.providers, &provider{name: b.labels[0], alias: literalOf(b.body.attr("alias")), body: b.body, each: b.body.attr("for_each"), at: b.at})
	case b.typ == "moved":
		if m, ok := readMove(b); ok {
			c.moved = append(c.moved, m)
		}
	case b.typ == "terraform":
		for _, n := range b.body.blocks {
			switch n.typ {
			case "required_providers":
				for _, a := range n.body.attrs {
					c.require(a)
				}
			case "backend", "cloud":
				c.backend = n
			case "encryption":
				for _, k := range n.body.blocks {
					if k.typ == "key_provider" && len(k.labels) == 2 {
						c.keys = append(c.keys, k)
					}
				}
			}
		}
	}
}

// require reads `aws = { source = "...", configuration_aliases = [...] }`; a bare version has the default source.
func (c *config) require(a *attr) {
	c.required[a.name] = "hashicorp/" + strings.ToLower(a.name)
	o, ok := a.expr.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return
	}
	for _, item := range o.Items {
		switch hcl.ExprAsKeyword(item.KeyExpr) {
		case "source":
			if v, ok := literal(item.ValueExpr); ok && v.Type() == cty.String && !v.IsNull() {
				c.required[a.name] = normalSource(v.AsString())
			}
		case "configuration_aliases":
			if list, ok := item.ValueExpr.(*hclsyntax.TupleConsExpr); ok {
				for _, e := range list.Exprs {
					if t := traversalOf(e); len(t) == 2 {
						c.aliases[t.RootName()+"."+stepName(t[1])] = true
					}
				}
			}
		}
	}
}

// normalSource drops the host of a provider's source and folds its case: a mirror serves what the registry does.
func normalSource(s string) string {
	parts := strings.Split(strings.ToLower(s), "/")
	switch {
	case len(parts) == 1:
		return "hashicorp/" + parts[0]
	case len(parts) > 2:
		parts = parts[len(parts)-2:]
	}
	return strings.Join(parts, "/")
}

// sourceOf is the provider that a local name of the configuration means.
func (c *config) sourceOf(local string) string {
	if s, ok := c.required[local]; ok {
		return s
	}
	if local == "terraform" {
		return "builtin/terraform"
	}
	return "hashicorp/" + strings.ToLower(local)
}

func (c *config) declareResource(b *block) {
	res := &resource{blockName: blockName{addr.Managed, b.labels[0], b.labels[1]}, body: &body{}, at: b.at}
	switch b.typ {
	case "data":
		res.mode = addr.Data
	case "ephemeral":
		res.mode = addr.Ephemeral
	}
	res.implicit, _, _ = strings.Cut(res.typ, "_")
	for _, a := range b.body.attrs {
		switch a.name {
		case "count":
			res.count = a
		case "for_each":
			res.each = a
		case "provider":
			res.provider = a
		case "depends_on":
		default:
			res.body.attrs = append(res.body.attrs, a)
		}
	}
	for _, n := range b.body.blocks {
		switch n.typ {
		case "lifecycle":
			if a := n.body.attr("enabled"); a != nil {
				res.disabled = a.expr
			}
		case "connection":
		case "provisioner":
			n.body.attrs = slices.DeleteFunc(n.body.attrs, func(a *attr) bool { return a.name == "when" || a.name == "on_failure" }) // keywords
			fallthrough
		default:
			res.body.blocks = append(res.body.blocks, n)
		}
	}
	if c.byName[res.blockName] == nil {
		c.resources = append(c.resources, res)
	}
	c.byName[res.blockName] = res
}

func (c *config) declareCall(b *block) {
	k := &call{name: b.labels[0], body: b.body, at: b.at, providers: map[string]hclsyntax.Expression{}, args: map[string]*attr{}}
	for _, a := range b.body.attrs {
		switch a.name {
		case "source":
			k.source = a
		case "count":
			k.count = a
		case "for_each":
			k.each = a
		case "providers":
			if o, ok := a.expr.(*hclsyntax.ObjectConsExpr); ok {
				for _, item := range o.Items {
					if t := traversalOf(item.KeyExpr); len(t) > 0 && len(t) <= 2 {
						name := t.RootName()
						if len(t) == 2 {
							name += "." + stepName(t[1])
						}
						k.providers[name] = item.ValueExpr
					}
				}
			}
		case "version", "depends_on":
		default:
			k.args[a.name] = a
		}
	}
	for _, n := range b.body.blocks {
		if n.typ == "lifecycle" {
			if a := n.body.attr("enabled"); a != nil {
				k.enabled = a.expr
			}
		}
	}
	if c.calls[k.name] == nil {
		c.callOrder = append(c.callOrder, k.name)
	}
	c.calls[k.name] = k
}

func isTrue(a *attr) bool {
	if a == nil {
		return false
	}
	v, ok := literal(a.expr)
	return ok && !v.IsNull() && v.Type() == cty.Bool && v.True()
}

// literal is the value of an expression that is a literal.
func literal(e hclsyntax.Expression) (v cty.Value, ok bool) {
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		return e.Val, true
	case *hclsyntax.TemplateExpr:
		if len(e.Parts) == 1 {
			return literal(e.Parts[0])
		}
		if len(e.Parts) == 0 {
			return cty.StringVal(""), true
		}
	case *hclsyntax.ParenthesesExpr:
		return literal(e.Expression)
	}
	return cty.Value{}, false
}

// literalText is an expression for a text.
func literalText(s string) hclsyntax.Expression {
	return &hclsyntax.LiteralValueExpr{Val: cty.StringVal(s)}
}

// traversalOf reads an expression as a traversal; JSON writes them as text.
func traversalOf(e hclsyntax.Expression) hcl.Traversal {
	if k, ok := e.(*hclsyntax.ObjectConsKeyExpr); ok {
		e = k.Wrapped
	}
	if v, ok := literal(e); ok && !v.IsNull() && v.Type() == cty.String {
		s := v.AsString()
		if len(s) > 1000 {
			return nil
		}
		t, diags := hclsyntax.ParseTraversalAbs([]byte(s), "", hcl.InitialPos)
		if diags.HasErrors() {
			return nil
		}
		return t
	}
	t, diags := hcl.AbsTraversalForExpr(e)
	if diags.HasErrors() {
		return nil
	}
	return t
}

func stepName(s hcl.Traverser) string {
	if a, ok := s.(hcl.TraverseAttr); ok {
		return a.Name
	}
	return ""
}
