package source

import (
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/big"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	ctyyaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// functions are Terraform's and OpenTofu's pure functions. Those in keeping and reading need more than a cty function can
// do; those in impure are known by name, and not evaluated.
var functions = map[string]function.Function{
	"abs": stdlib.AbsoluteFunc, "ceil": stdlib.CeilFunc, "chomp": stdlib.ChompFunc, "chunklist": stdlib.ChunklistFunc,
	"coalescelist": stdlib.CoalesceListFunc, "compact": stdlib.CompactFunc, "contains": stdlib.ContainsFunc,
	"csvdecode": stdlib.CSVDecodeFunc, "distinct": stdlib.DistinctFunc, "floor": stdlib.FloorFunc,
	"format": stdlib.FormatFunc, "formatdate": stdlib.FormatDateFunc, "formatlist": stdlib.FormatListFunc, "indent": stdlib.IndentFunc,
	"join": stdlib.JoinFunc, "keys": stdlib.KeysFunc, "lower": stdlib.LowerFunc, "max": stdlib.MaxFunc, "min": stdlib.MinFunc,
	"parseint": stdlib.ParseIntFunc, "range": stdlib.RangeFunc, "regex": stdlib.RegexFunc, "regexall": stdlib.RegexAllFunc,
	"reverse": stdlib.ReverseListFunc, "setintersection": stdlib.SetIntersectionFunc, "setproduct": stdlib.SetProductFunc,
	"setsubtract": stdlib.SetSubtractFunc, "setunion": stdlib.SetUnionFunc, "signum": stdlib.SignumFunc, "slice": stdlib.SliceFunc,
	"sort": stdlib.SortFunc, "split": stdlib.SplitFunc, "strrev": stdlib.ReverseFunc, "substr": stdlib.SubstrFunc,
	"timeadd": stdlib.TimeAddFunc, "title": stdlib.TitleFunc, "trim": stdlib.TrimFunc, "trimprefix": stdlib.TrimPrefixFunc,
	"trimspace": stdlib.TrimSpaceFunc, "trimsuffix": stdlib.TrimSuffixFunc, "upper": stdlib.UpperFunc, "values": stdlib.ValuesFunc,
	"zipmap": stdlib.ZipmapFunc, "yamldecode": ctyyaml.YAMLDecodeFunc, "log": stdlib.LogFunc, "pow": stdlib.PowFunc,
	"tostring": stdlib.MakeToFunc(cty.String), "tonumber": stdlib.MakeToFunc(cty.Number), "tobool": stdlib.MakeToFunc(cty.Bool),
	"toset":  stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
	"concat": stdlib.ConcatFunc, "flatten": stdlib.FlattenFunc,

	"startswith":  textTest(strings.HasPrefix),
	"endswith":    textTest(strings.HasSuffix),
	"strcontains": textTest(strings.Contains),
	"replace": texts(func(a ...string) (string, error) {
		if p := a[1]; len(p) > 1 && p[0] == '/' && p[len(p)-1] == '/' {
			re, err := regexp.Compile(p[1 : len(p)-1])
			if err != nil {
				return "", err
			}
			return re.ReplaceAllString(a[0], a[2]), nil
		}
		return strings.ReplaceAll(a[0], a[1], a[2]), nil
	}, 3),
	"base64encode": text1(func(s string) (string, error) { return base64.StdEncoding.EncodeToString([]byte(s)), nil }),
	"base64decode": text1(func(s string) (string, error) {
		b, err := base64.StdEncoding.DecodeString(s)
		if err == nil && !utf8.Valid(b) {
			err = errors.New("is no text")
		}
		return string(b), err
	}),
	"base64gzip": text1(gzipped),
	"urlencode":  text1(func(s string) (string, error) { return url.QueryEscape(s), nil }),
	"urldecode":  text1(url.QueryUnescape),
	"md5":        digest(md5.New, hex.EncodeToString), "sha1": digest(sha1.New, hex.EncodeToString),
	"sha256": digest(sha256.New, hex.EncodeToString), "sha512": digest(sha512.New, hex.EncodeToString),
	"base64sha256": digest(sha256.New, base64.StdEncoding.EncodeToString), "base64sha512": digest(sha512.New, base64.StdEncoding.EncodeToString),
	"textencodebase64": texts(func(a ...string) (string, error) { return encodeText(a[0], a[1]) }, 2),
	"textdecodebase64": texts(func(a ...string) (string, error) { return decodeText(a[0], a[1]) }, 2),
	"uuidv5":           texts(func(a ...string) (string, error) { return uuidV5(a[0], a[1]) }, 2),
	"timecmp": texts2(cty.Number, func(a ...string) (cty.Value, error) {
		x, err := time.Parse(time.RFC3339, a[0])
		y, err2 := time.Parse(time.RFC3339, a[1])
		if err = errors.Join(err, err2); err != nil {
			return cty.NilVal, err
		}
		return cty.NumberIntVal(int64(x.Compare(y))), nil
	}),
	"basename": text1(func(s string) (string, error) { return path.Base(s), nil }),
	"dirname":  text1(func(s string) (string, error) { return path.Dir(s), nil }),

	"cidrhost": function.New(&function.Spec{Params: []function.Parameter{text("prefix"), number("hostnum")}, Type: function.StaticReturnType(cty.String),
		Impl: func(a []cty.Value, _ cty.Type) (cty.Value, error) {
			p, err := parseNetwork(a[0].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			n, _ := a[1].AsBigFloat().Int(nil)
			h, err := hostAt(p, n)
			return cty.StringVal(h), err
		}}),
	"cidrnetmask": text1(func(s string) (string, error) {
		p, err := parseNetwork(s)
		if err != nil || !p.Addr().Is4() {
			return "", errors.New("is no IPv4 network")
		}
		m := ^uint32(0) << (32 - p.Bits())
		if p.Bits() == 0 {
			m = 0
		}
		return fmt.Sprintf("%d.%d.%d.%d", byte(m>>24), byte(m>>16), byte(m>>8), byte(m)), nil
	}),
	"cidrsubnet": function.New(&function.Spec{Params: []function.Parameter{text("prefix"), number("newbits"), number("netnum")}, Type: function.StaticReturnType(cty.String),
		Impl: func(a []cty.Value, _ cty.Type) (cty.Value, error) {
			p, err := parseNetwork(a[0].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			bits, _ := a[1].AsBigFloat().Int64()
			n, _ := a[2].AsBigFloat().Int(nil)
			s, err := subnet(p, int(bits), n)
			return cty.StringVal(s), err
		}}),
	"cidrsubnets": function.New(&function.Spec{Params: []function.Parameter{text("prefix")}, VarParam: &function.Parameter{Name: "newbits", Type: cty.Number},
		Type: function.StaticReturnType(cty.List(cty.String)), Impl: subnets}),
	"cidrcontains": texts2(cty.Bool, func(a ...string) (cty.Value, error) {
		p, err := parseNetwork(a[0])
		if err != nil {
			return cty.NilVal, err
		}
		if q, err := parseNetwork(a[1]); err == nil {
			return cty.BoolVal(p.Masked().Contains(q.Addr()) && q.Bits() >= p.Bits()), nil
		}
		at, err := netip.ParseAddr(a[1])
		return cty.BoolVal(err == nil && p.Masked().Contains(at)), err
	}),

	"alltrue": truths(func(v, all bool) bool { return v && all }, true),
	"anytrue": truths(func(v, any bool) bool { return v || any }, false),
	"sum": function.New(&function.Spec{Params: []function.Parameter{anything("list")}, Type: function.StaticReturnType(cty.Number),
		Impl: func(a []cty.Value, _ cty.Type) (cty.Value, error) {
			if !a[0].CanIterateElements() || a[0].LengthInt() == 0 {
				return cty.NilVal, errors.New("needs a list with elements")
			}
			sum := cty.Zero
			for it := a[0].ElementIterator(); it.Next(); {
				_, v := it.Element()
				n, err := convert.Convert(v, cty.Number)
				if err != nil || n.IsNull() {
					return cty.NilVal, errors.New("needs numbers")
				}
				if !n.IsKnown() {
					return cty.UnknownVal(cty.Number), nil
				}
				sum = sum.Add(n)
			}
			return sum, nil
		}}),
	"index": function.New(&function.Spec{Params: []function.Parameter{anything("list"), anything("value")}, Type: function.StaticReturnType(cty.Number),
		Impl: func(a []cty.Value, _ cty.Type) (cty.Value, error) {
			if !a[0].CanIterateElements() {
				return cty.NilVal, errors.New("needs a list")
			}
			i := int64(0)
			for it := a[0].ElementIterator(); it.Next(); i++ {
				_, v := it.Element()
				eq := v.Equals(a[1])
				if !eq.IsKnown() {
					return cty.UnknownVal(cty.Number), nil
				}
				if eq.True() {
					return cty.NumberIntVal(i), nil
				}
			}
			return cty.NilVal, errors.New("is not there")
		}}),
	"matchkeys": function.New(&function.Spec{Params: []function.Parameter{anything("values"), anything("keys"), anything("searchset")},
		Type: function.StaticReturnType(cty.DynamicPseudoType), Impl: matchKeys}),
	"transpose": function.New(&function.Spec{Params: []function.Parameter{{Name: "values", Type: cty.Map(cty.List(cty.String))}},
		Type: function.StaticReturnType(cty.Map(cty.List(cty.String))), Impl: transpose}),
}

// selecting functions give their arguments, or parts of them, as they are.
var selecting = map[string]bool{"coalescelist": true, "slice": true, "compact": true, "distinct": true, "matchkeys": true,
	"setintersection": true, "setsubtract": true, "setunion": true, "values": true, "flatten": true, "concat": true, "reverse": true}

func text(name string) function.Parameter   { return function.Parameter{Name: name, Type: cty.String} }
func number(name string) function.Parameter { return function.Parameter{Name: name, Type: cty.Number} }
func anything(name string) function.Parameter {
	return function.Parameter{Name: name, Type: cty.DynamicPseudoType}
}

func texts(f func(...string) (string, error), n int) function.Function {
	spec := &function.Spec{Type: function.StaticReturnType(cty.String)}
	for range n {
		spec.Params = append(spec.Params, text("text"))
	}
	spec.Impl = func(a []cty.Value, _ cty.Type) (cty.Value, error) {
		s := make([]string, len(a))
		for i := range a {
			s[i] = a[i].AsString()
		}
		out, err := f(s...)
		return cty.StringVal(out), err
	}
	return function.New(spec)
}

func text1(f func(string) (string, error)) function.Function {
	return texts(func(a ...string) (string, error) { return f(a[0]) }, 1)
}

func texts2(t cty.Type, f func(...string) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{Params: []function.Parameter{text("a"), text("b")}, Type: function.StaticReturnType(t),
		Impl: func(a []cty.Value, _ cty.Type) (cty.Value, error) { return f(a[0].AsString(), a[1].AsString()) }})
}

func textTest(f func(s, part string) bool) function.Function {
	return texts2(cty.Bool, func(a ...string) (cty.Value, error) { return cty.BoolVal(f(a[0], a[1])), nil })
}

func digest(h func() hash.Hash, encode func([]byte) string) function.Function {
	return text1(func(s string) (string, error) { return sum(h, encode, []byte(s)), nil })
}

func sum(h func() hash.Hash, encode func([]byte) string, b []byte) string {
	d := h()
	d.Write(b)
	return encode(d.Sum(nil))
}

func truths(f func(v, so bool) bool, start bool) function.Function {
	return function.New(&function.Spec{Params: []function.Parameter{{Name: "list", Type: cty.List(cty.Bool)}}, Type: function.StaticReturnType(cty.Bool),
		Impl: func(a []cty.Value, _ cty.Type) (cty.Value, error) {
			out, open := start, false
			for it := a[0].ElementIterator(); it.Next(); {
				_, v := it.Element()
				switch {
				case !v.IsKnown():
					open = true
				default:
					out = f(!v.IsNull() && v.True(), out)
				}
			}
			if open && out == start {
				return cty.UnknownVal(cty.Bool), nil
			}
			return cty.BoolVal(out), nil
		}})
}

func gzipped(s string) (string, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		return "", err
	}
	if err := w.Flush(); err != nil { // as Terraform does, whose text it must be
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

func (r *run) gunzipped(s string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return "", err
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return "", err
	}
	out, err := io.ReadAll(io.LimitReader(z, r.limits.Value+1))
	switch {
	case err != nil:
	case len(out) > int(r.limits.Value):
		err = errTooMuch
	case !utf8.Valid(out):
		err = errors.New("is no text")
	}
	return string(out), err
}

// encodeText and decodeText know the encodings that need no tables.
func encodeText(s, encoding string) (string, error) {
	var b []byte
	switch strings.ToUpper(encoding) {
	case "UTF-8":
		b = []byte(s)
	case "UTF-16LE", "UTF-16BE":
		order := utf16Order(encoding)
		for _, u := range utf16.Encode([]rune(s)) {
			b = order.AppendUint16(b, u)
		}
	case "ISO-8859-1", "US-ASCII":
		for _, c := range s {
			if c > '\u00ff' || c >= utf8.RuneSelf && encoding[0]|0x20 == 'u' {
				return "", errors.New("the encoding has no such character")
			}
			b = append(b, byte(c))
		}
	default:
		return "", errNoTable
	}
	return base64.StdEncoding.EncodeToString(b), nil
}

func decodeText(s, encoding string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return "", err
	}
	switch strings.ToUpper(encoding) {
	case "UTF-8":
		return string(b), nil
	case "UTF-16LE", "UTF-16BE":
		order := utf16Order(encoding)
		u := make([]uint16, len(b)/2)
		for i := range u {
			u[i] = order.Uint16(b[2*i:])
		}
		return string(utf16.Decode(u)), nil
	case "ISO-8859-1", "US-ASCII":
		runes := make([]rune, len(b))
		for i, c := range b {
			runes[i] = rune(c)
		}
		return string(runes), nil
	}
	return "", errNoTable
}

var errNoTable = errors.New("the encoding is not known")

type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

func utf16Order(encoding string) order {
	if strings.HasSuffix(strings.ToUpper(encoding), "BE") {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// The namespaces of RFC 4122, appendix C.
var uuidSpaces = map[string]string{
	"dns": "6ba7b8109dad11d180b400c04fd430c8", "url": "6ba7b8119dad11d180b400c04fd430c8",
	"oid": "6ba7b8129dad11d180b400c04fd430c8", "x500": "6ba7b8149dad11d180b400c04fd430c8",
}

func uuidV5(space, name string) (string, error) {
	id, ok := uuidSpaces[space]
	if !ok {
		id = strings.ReplaceAll(space, "-", "")
	}
	b, err := hex.DecodeString(id)
	if err != nil || len(b) != 16 {
		return "", errors.New("is no namespace")
	}
	h := sha1.Sum(append(b, name...))
	h[6], h[8] = h[6]&0x0f|0x50, h[8]&0x3f|0x80
	s := hex.EncodeToString(h[:16])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:], nil
}

// parseNetwork reads a network. Terraform lets the parts of an IPv4 address begin with zeros.
func parseNetwork(s string) (netip.Prefix, error) {
	parts := strings.Split(s, ".")
	for i, p := range parts {
		for len(p) > 1 && p[0] == '0' && p[1] >= '0' && p[1] <= '9' {
			p = p[1:]
		}
		parts[i] = p
	}
	return netip.ParsePrefix(strings.Join(parts, "."))
}

// addrOf makes an address of the family of like from a number.
func addrOf(n *big.Int, like netip.Addr) (netip.Addr, bool) {
	size := like.BitLen() / 8
	if n.Sign() < 0 || n.BitLen() > size*8 {
		return netip.Addr{}, false
	}
	return netip.AddrFromSlice(n.FillBytes(make([]byte, size)))
}

func numberOf(a netip.Addr) *big.Int { return new(big.Int).SetBytes(a.AsSlice()) }

func hostAt(p netip.Prefix, n *big.Int) (string, error) {
	p = p.Masked()
	size := new(big.Int).Lsh(big.NewInt(1), uint(p.Addr().BitLen()-p.Bits()))
	if n.Sign() < 0 { // counted from the end
		n = new(big.Int).Add(size, n)
	}
	if n.Sign() < 0 || n.Cmp(size) >= 0 {
		return "", errors.New("the network has no such host")
	}
	a, ok := addrOf(new(big.Int).Add(numberOf(p.Addr()), n), p.Addr())
	if !ok {
		return "", errors.New("the network has no such host")
	}
	return a.String(), nil
}

func subnet(p netip.Prefix, bits int, n *big.Int) (string, error) {
	p = p.Masked()
	to := p.Bits() + bits
	if bits < 0 || to > p.Addr().BitLen() || n.Sign() < 0 || n.BitLen() > bits {
		return "", errors.New("the network has no such part")
	}
	a, ok := addrOf(new(big.Int).Add(numberOf(p.Addr()), new(big.Int).Lsh(n, uint(p.Addr().BitLen()-to))), p.Addr())
	if !ok {
		return "", errors.New("the network has no such part")
	}
	return netip.PrefixFrom(a, to).String(), nil
}

// subnets places networks one after the other, each where its size allows it first.
func subnets(a []cty.Value, _ cty.Type) (cty.Value, error) {
	p, err := parseNetwork(a[0].AsString())
	if err != nil {
		return cty.NilVal, err
	}
	p = p.Masked()
	if len(a) == 1 {
		return cty.ListValEmpty(cty.String), nil
	}
	at := numberOf(p.Addr())
	end := new(big.Int).Add(at, new(big.Int).Lsh(big.NewInt(1), uint(p.Addr().BitLen()-p.Bits())))
	var out []cty.Value
	for _, v := range a[1:] {
		bits, _ := v.AsBigFloat().Int64()
		to := p.Bits() + int(bits)
		if bits < 1 || to > p.Addr().BitLen() {
			return cty.NilVal, errors.New("the network has no such part")
		}
		size := new(big.Int).Lsh(big.NewInt(1), uint(p.Addr().BitLen()-to))
		at.Add(at, new(big.Int).Sub(size, big.NewInt(1)))
		at.Sub(at, new(big.Int).Mod(at, size))
		next := new(big.Int).Add(at, size)
		if next.Cmp(end) > 0 {
			return cty.NilVal, errors.New("the network is too small")
		}
		x, ok := addrOf(at, p.Addr())
		if !ok {
			return cty.NilVal, errors.New("the network is too small")
		}
		out = append(out, cty.StringVal(netip.PrefixFrom(x, to).String()))
		at = next
	}
	return cty.ListVal(out), nil
}

func matchKeys(a []cty.Value, _ cty.Type) (cty.Value, error) {
	for _, v := range a {
		if !v.CanIterateElements() {
			return cty.NilVal, errors.New("needs lists")
		}
	}
	if a[0].LengthInt() != a[1].LengthInt() {
		return cty.NilVal, errors.New("needs lists of one length")
	}
	var out []cty.Value
	values, keys, search := a[0].AsValueSlice(), a[1].AsValueSlice(), a[2].AsValueSlice()
	for i, k := range keys {
		for _, s := range search {
			eq := k.Equals(s)
			if !eq.IsKnown() {
				return cty.DynamicVal, nil
			}
			if eq.True() {
				out = append(out, values[i])
				break
			}
		}
	}
	return cty.TupleVal(out), nil
}

func transpose(a []cty.Value, _ cty.Type) (cty.Value, error) {
	if !a[0].IsWhollyKnown() {
		return cty.UnknownVal(cty.Map(cty.List(cty.String))), nil
	}
	out := map[string][]cty.Value{}
	for it := a[0].ElementIterator(); it.Next(); {
		k, list := it.Element()
		for jt := list.ElementIterator(); jt.Next(); {
			_, v := jt.Element()
			if v.IsNull() {
				return cty.NilVal, errors.New("needs texts")
			}
			out[v.AsString()] = append(out[v.AsString()], k)
		}
	}
	if len(out) == 0 {
		return cty.MapValEmpty(cty.List(cty.String)), nil
	}
	m := make(map[string]cty.Value, len(out))
	for k, list := range out {
		m[k] = cty.ListVal(list)
	}
	return cty.MapVal(m), nil
}
