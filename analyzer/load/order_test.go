package load

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/model"
)

// dump writes everything that a Snapshot says, in its own order.
func dump(s *model.Snapshot) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of Terraform %s\nincomplete %q\nnotes %q\n", s.Format, s.TerraformVersion, s.Incomplete, s.Notes)
	arguments := func(a *model.Args) {
		for _, g := range a.All() {
			fmt.Fprintf(&b, "\t%s = %s: %s (several: %t)\n", g.Block, written(g.Constant), told(g), g.Several)
		}
		if a != nil && a.Each != nil {
			fmt.Fprintf(&b, "\teach: %s\n", told(a.Each))
		}
	}
	for _, p := range s.Providers {
		fmt.Fprintf(&b, "%s (%s) of %s in %s, implied %t: %s\n", p.Key, p.Label(), p.Source, p.Module, p.Implied, written(p.Values))
		arguments(p.Args)
	}
	for _, r := range s.Resources {
		fmt.Fprintf(&b, "%s %s, once %q, %s of %s, by %s: %s\n", r.Address, r.Deposed, r.Previous, r.Action, r.Source, of(r), written(r.Values))
		arguments(r.Args)
	}
	for _, o := range s.Outputs {
		fmt.Fprintf(&b, "output %s: %s\n", o.Name, written(o.Value))
		arguments(o.Args)
	}
	return b.String()
}

// jsonMember is a member of an object with its text.
type jsonMember struct {
	name string
	text json.RawMessage
}

// membersOf are the members of an object in their order.
func membersOf(t *testing.T, text json.RawMessage) []jsonMember {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(text)))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	var out []jsonMember
	for d.More() {
		name, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
		out = append(out, jsonMember{name.(string), v})
	}
	return out
}

func object(members []jsonMember) json.RawMessage {
	var b strings.Builder
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(m.name)
		b.Write(name)
		b.WriteByte(':')
		b.Write(m.text)
	}
	return json.RawMessage("{" + b.String() + "}")
}

// TestKeyOrder: the sections of a plan, the members of its changes and the changes themselves may come in any order.
func TestKeyOrder(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("..", "..", "fixtures", "semantics", "*", "plan*.json"))
	if err != nil || len(paths) < 20 {
		t.Fatalf("%d plans, %v", len(paths), err)
	}
	for _, path := range paths {
		text := fixture(t, filepath.ToSlash(strings.TrimPrefix(path, filepath.Join("..", "..", "fixtures", "semantics")+string(filepath.Separator))))
		want := dump(read(t, text))
		sections := membersOf(t, json.RawMessage(text))
		to := func(name string, i int) []jsonMember {
			out := slices.Clone(sections)
			at := slices.IndexFunc(out, func(m jsonMember) bool { return m.name == name })
			if at < 0 {
				return out
			}
			m := out[at]
			out = slices.Delete(out, at, at+1)
			if i < 0 {
				i = len(out)
			}
			return slices.Insert(out, i, m)
		}
		backwards := slices.Clone(sections)
		slices.Reverse(backwards)
		inside, bodies := slices.Clone(sections), slices.Clone(sections)
		for i, m := range inside {
			if m.name != "resource_changes" {
				continue
			}
			var changes []json.RawMessage
			if err := json.Unmarshal(m.text, &changes); err != nil {
				t.Fatal(err)
			}
			for j, c := range changes {
				members := membersOf(t, c)
				for k, m := range members {
					if m.name == "change" {
						body := membersOf(t, m.text)
						slices.Reverse(body)
						members[k].text = object(body)
					}
				}
				changes[j] = object(members)
			}
			bodies[i].text, _ = json.Marshal(changes)
			slices.Reverse(changes)
			for j, c := range changes {
				members := membersOf(t, c)
				slices.Reverse(members)
				changes[j] = object(members)
			}
			inside[i].text, _ = json.Marshal(changes)
		}
		for name, order := range map[string][]jsonMember{
			"configuration first": to("configuration", 0), "configuration last": to("configuration", -1), "prior_state first": to("prior_state", 0),
			"format_version last": to("format_version", -1), "backwards": backwards, "changes backwards": inside,
		} {
			if got := dump(read(t, string(object(order)))); got != want {
				t.Errorf("%s, %s: %s", path, name, unlike(want, got))
			}
		}
		want = dump(readBy(t, text, allKnown{}))
		if got := dump(readBy(t, string(object(bodies)), allKnown{})); got != want {
			t.Errorf("%s, the bodies of changes backwards, where not everything is kept: %s", path, unlike(want, got))
		}
	}
}

// readBy reads a document and keeps what somebody is interested in.
func readBy(t *testing.T, doc string, who Interest) *model.Snapshot {
	t.Helper()
	s, _, err := input("plan.json", "", strings.NewReader(doc), &decoder{interest: who, ahead: strings.NewReader(doc), size: int64(len(doc))})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// allKnown is interest in all that is known.
type allKnown struct{}

func (allKnown) Whole(string) bool                { return false }
func (allKnown) Attribute(_, _, path string) bool { return true }
func (allKnown) Unknown(_, path string) bool      { return false }
func (allKnown) Text(string) bool                 { return true }
func (allKnown) Name(string) bool                 { return false }

func unlike(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[i] + "\n\tbecomes " + b[i]
		}
	}
	return "one is longer"
}
