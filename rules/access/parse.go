package access

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Parse reads a document's JSON text. It takes what the four clouds take: a single value for a list of one, a single
// statement for a list of one, and element names in any case (Tencent writes them in lower case). Members that it does
// not know are passed over. An empty text is an empty document.
//
// It fails on text that is no JSON object, and on elements of another shape than the language has.
func Parse(text string) (Document, error) {
	var doc Document
	if strings.TrimSpace(text) == "" {
		return doc, nil
	}
	r := newReader(text)
	err := r.object(func(name string) error {
		if name != "statement" {
			return r.dec.SkipValue()
		}
		doc.Statements = slices.Grow(doc.Statements, min(strings.Count(text, `"Effect"`), 1<<10)) // nearly always all that there are
		return r.each(func() error {
			s, err := r.statement()
			doc.Statements = append(doc.Statements, s)
			return err
		})
	})
	if err = r.end(err); err != nil {
		return Document{}, err
	}
	return doc, nil
}

// reader reads JSON text. What it yields are parts of the text as far as they can be.
type reader struct {
	dec  *jsontext.Decoder
	text string
	rest []string // room for more lists of texts
}

func newReader(text string) *reader {
	return &reader{
		dec:  jsontext.NewDecoder(bytes.NewBufferString(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
		text: text,
	}
}

// scalar reads a text, number or truth value, or the name of a member.
func (r *reader) scalar() (string, error) {
	raw, err := r.dec.ReadValue()
	if err != nil {
		return "", err
	}
	if raw.Kind() == '"' && bytes.IndexByte(raw, '\\') >= 0 {
		plain, err := jsontext.AppendUnquote(nil, raw)
		return string(plain), err
	}
	end := int(r.dec.InputOffset())
	s := r.text[end-len(raw) : end]
	if raw.Kind() == '"' {
		s = s[1 : len(s)-1]
	}
	return s, nil
}

// end is err, or what is wrong with the text after the value that was read.
func (r *reader) end(err error) error {
	if err == nil {
		if _, err = r.dec.ReadToken(); errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.New("text after its end")
	}
	return fmt.Errorf("not a policy document: %w", err)
}

var errShape = errors.New("an element has a shape that the language does not have")

// elements are the names that the language has, by the spelling that nearly every document uses.
var elements = map[string]string{
	"Sid": "sid", "Effect": "effect", "Action": "action", "NotAction": "notaction", "Resource": "resource", "NotResource": "notresource",
	"Principal": "principal", "NotPrincipal": "notprincipal", "Condition": "condition", "Statement": "statement", "Version": "version",
}

// object calls member for every member, with the name in lower case, standing at its value.
func (r *reader) object(member func(name string) error) error {
	if r.dec.PeekKind() != '{' {
		return r.shape()
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for r.dec.PeekKind() != '}' {
		name, err := r.scalar()
		if err != nil {
			return err
		}
		if element, ok := elements[name]; ok {
			name = element
		} else {
			name = strings.ToLower(name)
		}
		if err := member(name); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

// each calls value for every element of a list, or once where there is no list.
func (r *reader) each(value func() error) error {
	if r.dec.PeekKind() != '[' {
		return value()
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for r.dec.PeekKind() != ']' {
		if err := value(); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

// shape is the decoder's own error where the text is no JSON, else that the element is of another shape.
func (r *reader) shape() error {
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	return errShape
}

// texts reads a text, number or truth value, or a list of them.
func (r *reader) texts() ([]string, error) {
	if cap(r.rest)-len(r.rest) < 8 {
		r.rest = make([]string, 0, min(max(8, 2*cap(r.rest)), 64)) // most documents are short
	}
	all := r.rest[len(r.rest):]
	err := r.each(func() error {
		switch r.dec.PeekKind() {
		case '"', '0', 't', 'f':
			s, err := r.scalar()
			all = append(all, s)
			return err
		}
		return r.shape()
	})
	if n := len(r.rest) + len(all); n <= cap(r.rest) {
		r.rest = r.rest[:n]
	}
	return slices.Clip(all), err
}

func (r *reader) values(l *List) error {
	values, err := r.texts()
	if l.Values == nil {
		l.Values = values
	} else {
		l.Values = append(l.Values, values...) // an element that is there twice
	}
	return err
}

// actions reads action names; Tencent may write `name/cvm:RunInstances` for `cvm:RunInstances`.
func (r *reader) actions(l *List) error {
	err := r.values(l)
	for i, a := range l.Values {
		l.Values[i] = strings.TrimPrefix(a, "name/")
	}
	return err
}

func (r *reader) statement() (Statement, error) {
	var s Statement
	err := r.object(func(name string) error {
		switch name {
		case "sid":
			t, err := r.texts()
			s.Sid = strings.Join(t, "")
			return err
		case "effect":
			t, err := r.texts()
			s.Effect = effect(strings.Join(t, ""))
			return err
		case "action":
			return r.actions(&s.Actions)
		case "notaction":
			return r.actions(&s.NotActions)
		case "resource":
			return r.values(&s.Resources)
		case "notresource":
			return r.values(&s.NotResources)
		case "principal":
			return r.principals(&s.Principals)
		case "notprincipal":
			return r.principals(&s.NotPrincipals)
		case "condition":
			return r.conditions(&s.Conditions)
		}
		return r.dec.SkipValue()
	})
	return s, err
}

func effect(word string) Effect {
	switch {
	case strings.EqualFold(word, "Allow"):
		return Allow
	case strings.EqualFold(word, "Deny"):
		return Deny
	}
	return EffectUnknown
}

func (r *reader) principals(all *[]Principal) error {
	if r.dec.PeekKind() != '{' {
		names, err := r.texts()
		for _, n := range names {
			*all = append(*all, principal("aws", n))
		}
		return err
	}
	return r.object(func(kind string) error {
		names, err := r.texts()
		for _, n := range names {
			*all = append(*all, principal(kind, n))
		}
		return err
	})
}

// principal is a name under one of the words of the Principal element, in lower case.
func principal(kind, name string) Principal {
	p := Principal{Kind: principalKind(kind), Value: name}
	if name == "*" && (p.Kind == Account || p.Kind == Federated) {
		p.Kind = Anyone
	}
	return p
}

// principalKind knows the words of AWS, Alibaba (RAM), Tencent (qcs) and Huawei (IAM, in OBS ID) for accounts and their
// identities, and the one of the data source for everybody (`*`).
func principalKind(word string) PrincipalKind {
	switch strings.ToLower(word) {
	case "aws", "ram", "qcs", "iam", "id", "*":
		return Account
	case "federated":
		return Federated
	case "service":
		return Service
	case "canonicaluser":
		return Canonical
	}
	return OtherPrincipal
}

func (r *reader) conditions(all *[]Condition) error {
	if r.dec.PeekKind() != '{' {
		return r.dec.SkipValue() // `"Condition": []` and null are written by generators, and mean none
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for r.dec.PeekKind() != '}' {
		test, err := r.scalar()
		if err != nil {
			return err
		}
		if r.dec.PeekKind() != '{' {
			return r.shape()
		}
		if _, err := r.dec.ReadToken(); err != nil {
			return err
		}
		for r.dec.PeekKind() != '}' {
			key, err := r.scalar()
			if err != nil {
				return err
			}
			c := Condition{Test: test, Key: key}
			if err := r.values(&c.Values); err != nil {
				return err
			}
			*all = append(*all, c)
		}
		if _, err := r.dec.ReadToken(); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}
