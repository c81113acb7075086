package load

import "github.com/demarc-dev/demarc/analyzer/model"

// overlay joins a planned value with what the plan says of its unknown and sensitive parts. Both shadows are true for a
// whole subtree, false or absent for nothing, or a tree of the same shape; objects leave unknown attributes out of the
// value and lists hold null in their place.
func overlay(v, unknown, sensitive model.Value) model.Value {
	if unknown.True() {
		v = model.UnknownValue
	}
	switch {
	case v.State == model.Unknown:
	case unknown.Kind == model.Object || sensitive.Kind == model.Object:
		v = overlayObject(v, unknown, sensitive)
	case unknown.Kind == model.List || sensitive.Kind == model.List:
		v = overlayList(v, unknown, sensitive)
	}
	if sensitive.True() {
		v.Sensitive = true
	}
	return v
}

func overlayObject(v, unknown, sensitive model.Value) model.Value {
	if v.Kind != model.Object && !holdsTrue(unknown) {
		return v
	}
	names := make([]string, 0, v.Len()+unknown.Len())
	items := make([]model.Value, 0, v.Len()+unknown.Len())
	if v.Kind == model.Object {
		for i := range v.Len() {
			n := v.Name(i)
			names = append(names, n)
			items = append(items, overlay(v.Item(i), unknown.Get(n), sensitive.Get(n)))
		}
	}
	if unknown.Kind == model.Object {
		for i := range unknown.Len() {
			n := unknown.Name(i)
			if v.Get(n).State != model.Absent || !holdsTrue(unknown.Item(i)) {
				continue
			}
			names = append(names, n)
			items = append(items, overlay(model.Value{}, unknown.Item(i), sensitive.Get(n)))
		}
	}
	return model.ObjectValue(names, items)
}

func overlayList(v, unknown, sensitive model.Value) model.Value {
	if v.Kind != model.List {
		if !holdsTrue(unknown) {
			return v
		}
		v = model.ListValue(make([]model.Value, unknown.Len()))
	}
	items := make([]model.Value, v.Len())
	for i := range items {
		items[i] = overlay(v.Item(i), elem(unknown, i), elem(sensitive, i))
	}
	return model.ListValue(items)
}

func elem(v model.Value, i int) model.Value {
	if v.Kind == model.List && i < v.Len() {
		return v.Item(i)
	}
	return model.Value{}
}

func holdsTrue(v model.Value) bool {
	if v.Kind == model.List || v.Kind == model.Object {
		for i := range v.Len() {
			if holdsTrue(v.Item(i)) {
				return true
			}
		}
	}
	return v.True()
}
