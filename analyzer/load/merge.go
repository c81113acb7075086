package load

import "github.com/demarc-dev/demarc/analyzer/model"

// overlay joins a planned value with what the plan says of its unknown and sensitive parts. Both shadows are true for a
// whole subtree, false or absent for nothing, or a tree of the same shape; objects leave unknown attributes out of the
// value and lists hold null in their place.
func overlay(v, unknown, sensitive model.Value) model.Value {
	switch {
	case unknown.True():
		v = model.UnknownValue
	case !nested(unknown) && !nested(sensitive):
	case v.Kind == model.Object || v.Kind != model.List && unknown.Kind == model.Object:
		v = overlayObject(v, unknown, sensitive)
	case v.Kind == model.List || unknown.Kind == model.List:
		v = overlayList(v, unknown, sensitive)
	}
	if sensitive.True() {
		v = secret(v)
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

func overlayObject(v, unknown, sensitive model.Value) model.Value {
	if v.Kind != model.Object && !holdsTrue(unknown) {
		return v
	}
	unknownOf, sensitiveOf, valueOf := members(unknown), members(sensitive), members(v)
	names := make([]string, 0, v.Len()+unknown.Len())
	items := make([]model.Value, 0, v.Len()+unknown.Len())
	if v.Kind == model.Object {
		for i := range v.Len() {
			n := v.Name(i)
			names = append(names, n)
			items = append(items, overlay(v.Item(i), unknownOf(n), sensitiveOf(n)))
		}
	}
	if unknown.Kind == model.Object {
		for i := range unknown.Len() {
			n := unknown.Name(i)
			if valueOf(n).State != model.Absent || !holdsTrue(unknown.Item(i)) {
				continue
			}
			names = append(names, n)
			items = append(items, overlay(model.Value{}, unknown.Item(i), sensitiveOf(n)))
		}
	}
	return model.ObjectValue(names, items)
}

// members is how an object is asked for its members: a large one by an index, since every name of it will be asked for.
func members(v model.Value) func(name string) model.Value {
	if v.Kind != model.Object || v.Len() < 64 {
		return func(name string) model.Value { return member(v, name) }
	}
	index := make(map[string]model.Value, v.Len())
	for i := range v.Len() {
		index[v.Name(i)] = v.Item(i)
	}
	return func(name string) model.Value { return index[name] }
}

func overlayList(v, unknown, sensitive model.Value) model.Value {
	if v.Kind != model.List && !holdsTrue(unknown) {
		return v
	}
	n := v.Len()
	if unknown.Kind == model.List {
		n = max(n, unknown.Len())
	}
	items := make([]model.Value, n)
	for i := range items {
		items[i] = overlay(elem(v, i), elem(unknown, i), elem(sensitive, i))
	}
	return model.ListValue(items)
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
