package load

import (
	"slices"

	"github.com/demarc-dev/demarc/analyzer/model"
)

// overlay joins a planned value with what the plan says of its unknown and sensitive parts. Both shadows are true for a
// whole subtree, false or absent for nothing, or a tree of the same shape; objects leave unknown attributes out of the
// value and lists hold null in their place. What comes of it is last, the value of a resource before, where that is the
// same, and so are its parts.
func (d *decoder) overlay(v, unknown, sensitive, last model.Value) model.Value {
	switch {
	case unknown.True():
		v = model.UnknownValue
	case !nested(unknown) && !nested(sensitive):
		v = share(v, last)
	case v.Kind == model.Object || v.Kind != model.List && unknown.Kind == model.Object:
		v = d.overlayObject(v, unknown, sensitive, last)
	case v.Kind == model.List || unknown.Kind == model.List:
		v = d.overlayList(v, unknown, sensitive, last)
	}
	if sensitive.True() {
		v = secret(v)
		if equal(v, last) {
			v = last
		}
	}
	return v
}

func nested(v model.Value) bool { return v.Kind == model.List || v.Kind == model.Object }

// secret marks v and everything in it.
func secret(v model.Value) model.Value {
	if nested(v) {
		names, items := make([]string, v.Len()), make([]model.Value, v.Len())
		for i := range items {
			items[i] = secret(v.Item(i))
			if v.Kind == model.Object {
				names[i] = v.Name(i)
			}
		}
		if v.Kind == model.List {
			v = model.ListValue(items)
		} else {
			v = model.ObjectValue(names, items)
		}
	}
	v.Sensitive = true
	return v
}

func (d *decoder) overlayObject(v, unknown, sensitive, last model.Value) model.Value {
	if v.Kind != model.Object && !holdsTrue(unknown) {
		return v
	}
	unknownOf, sensitiveOf, valueOf, lastOf := lookIn(unknown), lookIn(sensitive), lookIn(v), lookIn(last)
	from, item := len(d.members), len(d.items)
	add := func(n string, v, unknown model.Value) {
		v = d.overlay(v, unknown, sensitiveOf.get(n), lastOf.get(n))
		d.members, d.items = append(d.members, n), append(d.items, v)
	}
	if v.Kind == model.Object {
		for i := range v.Len() {
			n := v.Name(i)
			add(n, v.Item(i), unknownOf.get(n))
		}
	}
	if unknown.Kind == model.Object {
		for i := range unknown.Len() {
			n := unknown.Name(i)
			if valueOf.get(n).State == model.Absent && holdsTrue(unknown.Item(i)) {
				add(n, model.Value{}, unknown.Item(i))
			}
		}
	}
	names, items := d.members[from:], d.items[item:]
	d.members, d.items = d.members[:from], d.items[:item]
	same := last.Kind == model.Object && !last.Sensitive && last.Len() == len(items)
	for i := 0; same && i < len(items); i++ {
		same = names[i] == last.Name(i) && items[i] == last.Item(i)
	}
	if same {
		return last
	}
	return model.ObjectValue(d.shape(names), slices.Clone(items))
}

// lookup is how an object is asked for its members: a large one by an index, since every name of it will be asked for.
type lookup struct {
	of    model.Value
	index map[string]model.Value
}

func lookIn(v model.Value) lookup {
	m := lookup{of: v}
	if v.Kind == model.Object && v.Len() >= 64 {
		m.index = make(map[string]model.Value, v.Len())
		for i := range v.Len() {
			m.index[v.Name(i)] = v.Item(i)
		}
	}
	return m
}

func (m *lookup) get(name string) model.Value {
	if m.index != nil {
		return m.index[name]
	}
	return member(m.of, name)
}

func (d *decoder) overlayList(v, unknown, sensitive, last model.Value) model.Value {
	if v.Kind != model.List && !holdsTrue(unknown) {
		return v
	}
	n := v.Len()
	if unknown.Kind == model.List {
		n = max(n, unknown.Len())
	}
	from := len(d.items)
	for i := range n {
		item := d.overlay(elem(v, i), elem(unknown, i), elem(sensitive, i), elem(last, i))
		d.items = append(d.items, item)
	}
	items := d.items[from:]
	d.items = d.items[:from]
	same := last.Kind == model.List && !last.Sensitive && last.Len() == n
	for i := 0; same && i < n; i++ {
		same = items[i] == last.Item(i)
	}
	if same {
		return last
	}
	return model.ListValue(slices.Clone(items))
}

// share gives a value the parts that last has too.
func share(v, last model.Value) model.Value {
	if v.Len() == 0 {
		return v
	}
	if equal(v, last) {
		return last
	}
	var items []model.Value // made when a part is the same
	for i := range v.Len() {
		of := elem(last, i)
		if v.Kind == model.Object {
			of = member(last, v.Name(i))
		}
		if part := share(v.Item(i), of); part != v.Item(i) {
			if items == nil {
				items = make([]model.Value, v.Len())
				for j := range items {
					items[j] = v.Item(j)
				}
			}
			items[i] = part
		}
	}
	if items != nil {
		v = v.With(items)
	}
	return v
}

func elem(v model.Value, i int) model.Value {
	if v.Kind == model.List && i < v.Len() {
		return v.Item(i)
	}
	return model.Value{}
}

// equal tells whether two values are the same in every respect.
func equal(a, b model.Value) bool {
	if a.State != b.State || a.Kind != b.Kind || a.Sensitive != b.Sensitive || a.Len() != b.Len() {
		return false
	}
	one, _ := a.Text()
	other, _ := b.Text()
	if one != other {
		return false
	}
	for i := range a.Len() {
		if a.Kind == model.Object && a.Name(i) != b.Name(i) || !equal(a.Item(i), b.Item(i)) {
			return false
		}
	}
	return true
}

func holdsTrue(v model.Value) bool {
	if nested(v) {
		for i := range v.Len() {
			if holdsTrue(v.Item(i)) {
				return true
			}
		}
	}
	return v.True()
}
