package source

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// read evaluates the functions that read files, inside of what may be read alone. ok is false for any other function.
func (r *run) read(name string, a []cty.Value, s *scope) (v cty.Value, ok bool) {
	switch name {
	case "file", "filebase64", "fileexists", "filemd5", "filesha1", "filesha256", "filesha512", "filebase64sha256", "filebase64sha512",
		"fileset", "templatefile", "templatestring", "abspath", "pathexpand":
	default:
		return cty.NilVal, false
	}
	nothing := len(a) == 0
	for _, v := range a {
		u, _ := v.Unmark()
		nothing = nothing || u.IsKnown() && u.IsNull()
	}
	if s.bare || nothing {
		return r.fail(broken), true
	}
	if name == "abspath" || name == "pathexpand" {
		if len(a) == 1 && name == "pathexpand" {
			if u, m := a[0].Unmark(); u.IsKnown() && !u.IsNull() && u.Type() == cty.String && !strings.HasPrefix(u.AsString(), "~") {
				return u.WithMarks(m), true
			}
		}
		return unmarkedUnknown(a).Mark(opaque{"the function " + name}), true
	}
	if name == "fileset" && len(a) != 2 || strings.HasPrefix(name, "template") && len(a) != 2 {
		return r.fail(broken), true
	}
	u, marks := a[0].Unmark()
	if !u.IsKnown() || u.Type() != cty.String {
		return cty.DynamicVal.WithMarks(withoutDocuments(deepAll(a))), true
	}
	if name == "templatestring" {
		return r.render(a[1], s, func() (hclsyntax.Expression, string) { return parseTemplate([]byte(u.AsString()), "a template") }), true
	}
	file := u.AsString()
	if name == "fileset" {
		return r.fileset(file, a[1]), true
	}
	src, err := r.readFile(file)
	if name == "fileexists" {
		if errors.Is(err, errOutside) {
			return unknown("a file outside the repository"), true
		}
		return cty.BoolVal(err == nil), true
	}
	if err != nil {
		reason := "a file that cannot be read"
		if !errors.Is(err, fs.ErrNotExist) {
			r.say(&r.notes, "a function reads a file that "+err.Error()+": its value is taken as not known")
			reason = "a file that " + err.Error()
		}
		r.failures++
		return cty.UnknownVal(cty.String).WithMarks(marks).Mark(opaque{reason}), true
	}
	out := ""
	switch name {
	case "file":
		if !utf8.Valid(src) {
			return r.fail(broken), true
		}
		out = string(src)
	case "filebase64":
		out = base64.StdEncoding.EncodeToString(src)
	case "filemd5":
		out = sum(md5.New, hex.EncodeToString, src)
	case "filesha1":
		out = sum(sha1.New, hex.EncodeToString, src)
	case "filesha256":
		out = sum(sha256.New, hex.EncodeToString, src)
	case "filesha512":
		out = sum(sha512.New, hex.EncodeToString, src)
	case "filebase64sha256":
		out = sum(sha256.New, base64.StdEncoding.EncodeToString, src)
	case "filebase64sha512":
		out = sum(sha512.New, base64.StdEncoding.EncodeToString, src)
	case "templatefile":
		return r.render(a[1], s, func() (hclsyntax.Expression, string) { return r.templateFile(r.resolve(file), src) }), true
	}
	return cty.StringVal(out).WithMarks(marks), true
}

// resolve finds a path of a configuration: Terraform reads it from the root module's directory.
func (r *run) resolve(p string) string {
	p = filepath.FromSlash(p)
	if !filepath.IsAbs(p) {
		p = filepath.Join(r.dir, p)
	}
	return filepath.Clean(p)
}

func (r *run) readFile(p string) ([]byte, error) {
	abs := r.resolve(p)
	if _, _, err := r.disk.find(abs); err != nil {
		return nil, err
	}
	src, err := r.disk.file(abs)
	if err == nil && len(src) > int(r.limits.Value) {
		r.beyond("a file that is too large")
		err = errTooLarge
	}
	return src, err
}

// maxTemplates bounds how deep templates may render each other.
const maxTemplates = 16

// template is what a text was parsed to, or why it was not.
type template struct {
	expr  hclsyntax.Expression
	wrong string
}

// templateFile is the template in a file, parsed once: libraries of them are rendered for one environment after the other.
func (r *run) templateFile(abs string, src []byte) (hclsyntax.Expression, string) {
	t, ok := r.templates[abs]
	if !ok {
		t.expr, t.wrong = parseTemplate(src, r.show(abs))
		r.templates[abs] = t
	}
	return t.expr, t.wrong
}

// parseTemplate reads the text of a template, or says what is wrong with it. Many have nothing in them to evaluate.
func parseTemplate(src []byte, name string) (e hclsyntax.Expression, wrong string) {
	if !bytes.Contains(src, []byte("${")) && !bytes.Contains(src, []byte("%{")) && utf8.Valid(src) {
		return &hclsyntax.LiteralValueExpr{Val: cty.StringVal(string(src)), SrcRange: hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}}, ""
	}
	if d := guardTemplate(src, name); d != nil {
		return nil, d.Summary
	}
	e, diags := hclsyntax.ParseTemplate(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, "does not parse"
	}
	return e, ""
}

// render evaluates a template with the variables that it is given.
func (r *run) render(vars cty.Value, s *scope, parse func() (e hclsyntax.Expression, wrong string)) cty.Value {
	if s.templates >= maxTemplates {
		return r.fail("a template that is nested too deeply")
	}
	u, marks := vars.Unmark()
	if !u.IsKnown() || u.IsNull() || !u.CanIterateElements() || !u.Type().IsObjectType() && !u.Type().IsMapType() {
		return cty.UnknownVal(cty.String).WithMarks(withoutDocuments(marks))
	}
	e, wrong := parse()
	if wrong != "" {
		return r.fail("a template that " + wrong)
	}
	c := &scope{sealed: true, templates: s.templates + 1, vars: map[string]cty.Value{}}
	for it := u.ElementIterator(); it.Next(); {
		k, v := it.Element()
		k, _ = k.Unmark()
		c.vars[k.AsString()] = v
	}
	return r.eval(e, c)
}

// fileset lists files by a pattern.
func (r *run) fileset(dir string, pattern cty.Value) cty.Value {
	p, _ := pattern.Unmark()
	if !p.IsKnown() || p.IsNull() || p.Type() != cty.String {
		return cty.DynamicVal
	}
	want, above := path.Clean(p.AsString()), ""
	for strings.HasPrefix(want, "../") {
		want, above = want[len("../"):], above+"../"
	}
	if !doublestar.ValidatePattern(want) || want == ".." || strings.HasPrefix(want, "/") {
		return r.fail(broken)
	}
	root, rel, err := r.disk.find(r.resolve(path.Join(filepath.ToSlash(dir), above)))
	if err != nil {
		r.say(&r.notes, "a function lists files outside the repository: its value is taken as not known")
		return unknown("files outside the repository")
	}
	sub, err := fs.Sub(root.FS(), filepath.ToSlash(rel))
	if err != nil {
		return r.fail(broken)
	}
	var found []string
	seen := 0
	var visit fs.WalkDirFunc
	visit = func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if seen++; seen > 2*r.limits.Collection() {
			return errTooMuch
		}
		if e.IsDir() {
			if e.Name() == ".git" || e.Name() == ".terraform" && !strings.Contains(want, ".terraform") {
				return fs.SkipDir
			}
			return nil
		}
		if e.Type()&fs.ModeSymlink != 0 {
			if info, err := fs.Stat(sub, name); err == nil && info.IsDir() { // which a pattern may lead through, and is no file
				return fs.WalkDir(sub, name, visit)
			}
		}
		if ok, _ := doublestar.Match(want, name); ok {
			found = append(found, above+name)
		}
		return nil
	}
	if err = fs.WalkDir(sub, ".", visit); err != nil || len(found) > r.limits.Collection() {
		return r.beyond("a list of files that is too long")
	}
	slices.Sort(found)
	vals := make([]cty.Value, len(found))
	for i, f := range found {
		vals[i] = cty.StringVal(f)
	}
	return cty.TupleVal(vals)
}
