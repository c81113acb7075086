package link

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

// superseded finds the resources of states that another input of the same stack speaks of: a plan, which says more (what
// will be there, and where arguments come from), or another state, which is then the one that counts. Two inputs are of one
// stack where more of their resources are the same than are not; two stacks of one module have the same addresses, and
// other ids.
func superseded(inputs []*model.Snapshot) (gone map[*model.Resource]bool, again map[*model.Snapshot]*model.Snapshot, notes map[*model.Snapshot][]string) {
	gone, again, notes = map[*model.Resource]bool{}, map[*model.Snapshot]*model.Snapshot{}, map[*model.Snapshot][]string{}
	rivals := rivalsOf(inputs)
	for _, state := range inputs {
		if state.Format != model.StateV1 {
			continue
		}
		for _, rival := range rivals.sharing(state) {
			if rival == state { // those behind it are superseded by it
				break
			}
			told := rivals.told(rival)
			same, other := 0, 0
			for _, r := range state.Resources {
				one, two := identity(r), identity(told[r.Address])
				switch {
				case one == "" || two == "":
				case one == two:
					same++
				default:
					other++
				}
			}
			if same <= other {
				continue
			}
			count := 0
			for _, r := range state.Resources {
				if told[r.Address] != nil && !gone[r] {
					gone[r] = true
					count++
				}
			}
			if count == 0 {
				continue
			}
			note := fmt.Sprintf("it is a state of the stack that %s plans: %d of its resources are taken from there, where more is said of them", rival.Name, count)
			if rival.Format == model.StateV1 {
				again[state] = rival
				note = fmt.Sprintf("%s is a state of the same stack: %d of its resources are taken from there, and count once", rival.Name, count)
			}
			notes[state] = append(notes[state], note)
		}
	}
	return gone, again, notes
}

// rivals finds the inputs that have a resource of a state: most pairs of inputs have nothing in common.
type rivals struct {
	order     []*model.Snapshot // plans, and then states
	having    map[known][]int   // by what they have, their indices in order, the lowest first
	byAddress map[*model.Snapshot]map[string]*model.Resource
}

// known is a resource at an address, or that was there.
type known struct{ address, identity string }

func rivalsOf(inputs []*model.Snapshot) *rivals {
	p := &rivals{having: map[known][]int{}, byAddress: map[*model.Snapshot]map[string]*model.Resource{}}
	for _, format := range []model.Format{model.Plan, model.StateV1} {
		for _, in := range inputs {
			if in.Format == format {
				p.order = append(p.order, in)
			}
		}
	}
	if len(p.order) < 2 || p.order[len(p.order)-1].Format != model.StateV1 {
		return p
	}
	for i, in := range p.order {
		for _, r := range in.Resources {
			id := identity(r)
			if id == "" || r.Deposed != "" {
				continue
			}
			for _, address := range []string{r.Address, r.Previous} {
				if k := (known{address, id}); address != "" {
					p.having[k] = append(p.having[k], i)
				}
			}
		}
	}
	return p
}

// sharing are the inputs that have a resource of a state, in order.
func (p *rivals) sharing(state *model.Snapshot) []*model.Snapshot {
	var found []int
	seen := map[int]bool{}
	for _, r := range state.Resources {
		for _, i := range p.having[known{r.Address, identity(r)}] {
			if !seen[i] {
				seen[i] = true
				found = append(found, i)
			}
		}
	}
	slices.Sort(found)
	var out []*model.Snapshot
	for _, i := range found {
		out = append(out, p.order[i])
	}
	return out
}

// told are the resources of an input by the addresses that they have and had.
func (p *rivals) told(in *model.Snapshot) map[string]*model.Resource {
	if of, ok := p.byAddress[in]; ok {
		return of
	}
	of := make(map[string]*model.Resource, len(in.Resources))
	for _, r := range in.Resources {
		if r.Deposed == "" {
			of[r.Address] = r
			if r.Previous != "" {
				of[r.Previous] = r
			}
		}
	}
	p.byAddress[in] = of
	return of
}

// Identity are the attributes by which one resource is known in a plan and in a state.
var Identity = []string{"arn", "self_link", "id"}

// identity is what a managed resource is known by in the whole world, or "". An id that is no more than the name that
// the configuration gave is none.
func identity(r *model.Resource) string {
	if r == nil || r.Mode != addr.Managed {
		return ""
	}
	for _, name := range Identity {
		id, ok := r.Values.Get(name).Text()
		if given, _ := r.Values.Get("name").Text(); ok && len(id) >= 7 && id != given {
			return r.Type + " " + id
		}
	}
	return ""
}

// reader is a data source that reads the outputs of another stack: of which backend, and how references to it begin.
type reader struct {
	kind    string
	config  model.Value
	outputs []string
}

// Reader tells whether n reads the outputs of another stack: of which kind of backend, and which attributes hold them.
func Reader(n *Node) (kind string, outputs []string, ok bool) {
	r, ok := readerOf(n)
	return r.kind, r.outputs, ok
}

func readerOf(n *Node) (r reader, ok bool) {
	if n.Mode != addr.Data {
		return r, false
	}
	switch n.Type {
	case "terraform_remote_state":
		r.kind, _ = n.Values.Get("backend").Text()
		r.config, r.outputs = n.Values.Get("config"), []string{"outputs"}
		if w, ok := n.Values.Get("workspace").Text(); ok && w != "default" {
			r.kind = "" // the backend's own argument is not where it is
		}
	case "tfe_outputs":
		r.kind, r.outputs = "remote", []string{"values", "nonsensitive_values"}
		r.config = model.ObjectValue([]string{"organization", "workspaces"},
			[]model.Value{n.Values.Get("organization"), model.ObjectValue([]string{"name"}, []model.Value{n.Values.Get("workspace")})})
	default:
		return r, false
	}
	return r, true
}

// elsewhere are the resources that make the output of another stack of the estate, or the part of it, which o is of the
// reader m. n is what refers to it.
func (g *Graph) elsewhere(n, m *Node, o *model.Origin, hops int) []Target {
	r, ok := readerOf(m)
	if !ok {
		return nil
	}
	top, path := firstStep(o.Path())
	if !slices.Contains(r.outputs, top) {
		return nil
	}
	stack := g.stackOf(m, r)
	if stack == nil {
		return nil
	}
	made := g.outputs(n, stack, path, o.ByKey, hops)
	for i := range made {
		t := &made[i]
		t.Via = append(slices.Clip(t.Via), m.Addr().Block().String())
		t.Exact = t.Exact && len(made) == 1
		t.oneOf = t.oneOf || len(made) > 1 && !o.Exact
		if read := m.Values.Get(top); t.given.State == model.Absent && read.State == model.Known {
			t.given = under(read, path)
		}
	}
	return made
}

// under is what stands at a path in a value, absent where that is not told.
func under(v model.Value, path string) model.Value {
	if path == "" {
		return v
	}
	if leaf := v.Leaf(path); leaf.State != model.Absent {
		return leaf
	}
	step, rest := firstStep(path)
	if i, err := strconv.Atoi(strings.Trim(step, "[]")); err == nil && step[0] == '[' && v.Kind == model.List {
		if i < 0 || i >= v.Len() {
			return model.Value{}
		}
		return under(v.Item(i), rest)
	}
	if step == "[*]" { // any of them
		return v
	}
	return under(v.Get(step), rest)
}

// outputs are the resources that make what stands at a path of the outputs of a stack.
func (g *Graph) outputs(n *Node, stack *model.Snapshot, path string, byKey bool, hops int) (made []Target) {
	named := func(name string) *model.Output {
		i := slices.IndexFunc(stack.Outputs, func(o model.Output) bool { return o.Name == name })
		if i < 0 {
			return nil
		}
		return &stack.Outputs[i]
	}
	name, rest := firstStep(path)
	if name == "[*]" {
		name = ""
	}
	if name == "" && byKey {
		for _, k := range ownKeys(n) {
			if k.Kind == addr.StringKey && named(k.Str) != nil {
				name, byKey = k.Str, false
				break
			}
		}
	}
	if name != "" {
		if out := named(name); out != nil {
			return g.output(n, stack, out, rest, byKey, hops)
		}
		if n.Input.Format != model.Plan { // whose references may leave out what an output is handed on in
			return nil
		}
	}
	for i := range stack.Outputs { // any of them
		for _, t := range g.output(n, stack, &stack.Outputs[i], "", false, hops) {
			t.oneOf = true
			made = add(made, t)
		}
	}
	return made
}

// output are the resources that make what stands at a path of an output.
func (g *Graph) output(n *Node, stack *model.Snapshot, out *model.Output, path string, byKey bool, hops int) []Target {
	p := part{&Node{Resource: &model.Resource{Block: &model.Block{}, Rarely: model.Nothing}, Input: stack}, out.Args, path}
	if byKey {
		p.path = p.keyed(n)
	}
	made, own := g.part(p, hops)
	if own && len(made) > 0 {
		return made
	}
	if text, ok := under(out.Value, p.path).Text(); ok {
		known := g.having(stack, text)
		both := slices.DeleteFunc(slices.Clone(made), func(t Target) bool {
			return !slices.ContainsFunc(known, func(k Target) bool { return k.Node == t.Node })
		})
		switch {
		case len(both) > 0:
			made = both
		case len(known) > 0:
			made = known
		default:
			made = slices.DeleteFunc(made, func(t Target) bool { return t.held == nil && !t.within("", text) })
		}
	}
	for i := range made {
		made[i].oneOf = len(made) > 1
	}
	return made
}

// having are the resources of one stack that have a text as what they are known by or are called. Of several that are
// not in one place none is meant.
func (g *Graph) having(stack *model.Snapshot, text string) []Target {
	if text == "" {
		return nil
	}
	of, ok := g.called[stack]
	if !ok {
		of = g.names(stack)
		g.called[stack] = of
	}
	out := of[text]
	if len(out) > 1 && !agree(out) {
		return nil
	}
	return slices.Clone(out)
}

// names are the resources of a stack by what they are known by or are called.
func (g *Graph) names(stack *model.Snapshot) map[string][]Target {
	out := map[string][]Target{}
	for _, n := range g.byInput[stack] {
		if n.Mode != addr.Managed || n.Values.Kind != model.Object {
			continue
		}
		for i := range n.Values.Len() {
			name := n.Values.Name(i)
			if !Identifies(name) && !Called(name) {
				continue
			}
			if t, ok := n.Values.Item(i).Text(); ok {
				if of := out[t]; len(of) == 0 || of[len(of)-1].Node != n {
					out[t] = append(of, Target{Node: n, Attr: name, Exact: true})
				}
			}
		}
	}
	return out
}

// Called tells whether an attribute's value is what a resource is called, where it is.
func Called(name string) bool {
	return name == "name" || name == "bucket" || strings.HasSuffix(name, "_name")
}

// kept tells where the state is that m reads outputs of. Nothing else is known of a stack that is not among the inputs:
// what it makes in a cloud may well be where it keeps its state in that cloud. Of what it makes in another cloud, and
// that is all that lands there, it says nothing.
func (g *Graph) kept(m *Node, cloud string) (at *place.Placed, reads bool) {
	r, ok := readerOf(m)
	if !ok {
		return nil, false
	}
	if p := g.Sites.Backend(model.Backend{Type: r.kind, Values: r.config, Pos: m.Pos}); p.Cloud == cloud {
		return &p, true
	}
	return &place.Placed{}, true
}

// notFollowed says that an argument of n takes an output that m reads, and that nothing is known of it but perhaps where
// the state is. Where that is the partition of n, no link tells, and it is said once of m.
func (g *Graph) notFollowed(n *Node, path string, m *Node, at *place.Placed) {
	b := Blind{Node: n, Path: path, Reason: "takes its value from " + m.Address + ", an output of a stack that is not among the inputs",
		Settle: "scan that stack as well: name its directory, plan or state beside this one"}
	in := g.stacks[m]
	switch {
	case at.Partition == "" && in != nil:
		b.Reason, b.Settle = "takes its value from "+m.Address+", an output of "+in.Name+" that is made of nothing that could be placed", ""
	case at.Partition == "":
	case at.Partition != n.Placed.Partition || in != nil || g.taken[m]:
		return
	default:
		g.taken[m] = true
		b.Node, b.Path = m, ""
		b.Reason = "reads outputs of a stack that is not among the inputs, which are taken to be where it keeps its state"
	}
	g.Blind = append(g.Blind, b)
}

// stackOf is the stack whose outputs n reads: the one that keeps its state there, or else the one whose outputs are those
// that were read. Where two stacks fit, neither is meant.
func (g *Graph) stackOf(n *Node, r reader) *model.Snapshot {
	if in, ok := g.stacks[n]; ok {
		return in
	}
	find := func(among []*model.Snapshot, fits func(*model.Snapshot) bool) (found *model.Snapshot) {
		for _, in := range among {
			if in == n.Input || len(in.Outputs) == 0 || !fits(in) {
				continue
			}
			switch {
			case found == nil:
			case g.again[in] == found:
				continue
			case g.again[found] == in:
			case found.Format == model.StateV1 && in.Format != model.StateV1: // one stack, and the other says more of it
			case found.Format != model.StateV1 && in.Format == model.StateV1:
				continue
			default:
				return nil
			}
			found = in
		}
		return found
	}
	if g.backends == nil {
		g.backends = map[string][]*model.Snapshot{}
		for _, in := range g.Inputs {
			for _, where := range keptAt(in) {
				g.backends[where] = append(g.backends[where], in)
			}
		}
	}
	in := find(g.backends[r.where(n.Input)], r.placed)
	if in == nil && n.Values.Get(r.outputs[0]).Len() > 0 {
		in = find(g.Inputs, func(in *model.Snapshot) bool { return g.readFrom(n, r, in) })
	}
	g.stacks[n] = in
	return in
}

// Locating are the arguments of backends that say where a state is, within its cloud. Of a database that would be its
// connection string, which is a secret: such a state is only known by the outputs that were read.
var Locating = []string{"bucket", "key", "prefix", "path", "storage_account_name", "container_name", "organization", "workspaces.name",
	"address", "secret_suffix", "namespace"}

// placing are the arguments that tell clouds and partitions apart. Mostly they are left to the environment: they only
// speak where both say something.
var placing = []string{"region", "environment", "hostname"}

// argument is the text of a backend's argument, "" where it is not known.
func argument(config model.Value, name string) string {
	text, _ := config.At(strings.Split(name, ".")...).Text()
	return text
}

// where is where the state is that the reader, in the input from, names; "" where it does not say.
func (r reader) where(from *model.Snapshot) string {
	if r.kind == "local" {
		return localState(path.Join(home(from), argument(r.config, "path")))
	}
	return located(r.kind, r.config)
}

// keptAt is where an input's state is: as where names it, without what is not known.
func keptAt(in *model.Snapshot) []string {
	var out []string
	if in.Format == model.StateV1 {
		out = append(out, localState(path.Clean(in.Name)))
	}
	if b := in.Backend; b != nil {
		at := located(cmp.Or(map[string]string{"cloud": "remote"}[b.Type], b.Type), b.Values)
		if b.Type == "local" {
			at = localState(path.Join(home(in), cmp.Or(argument(b.Values, "path"), "terraform.tfstate")))
		}
		if at != "" && !slices.Contains(out, at) {
			out = append(out, at)
		}
	}
	return out
}

func localState(file string) string { return "local\x00" + file }

// located is a kind of backend with the arguments that say where a state is, "" where none does.
func located(kind string, config model.Value) string {
	where, some := kind, false
	for _, name := range Locating {
		text := argument(config, name)
		where += "\x00" + text
		some = some || text != ""
	}
	if kind == "" || !some {
		return ""
	}
	return where
}

// placed tells whether nothing speaks against the backend of an input, which is where the reader's is, being the reader's.
func (r reader) placed(in *model.Snapshot) bool {
	if r.kind == "local" || in.Backend == nil {
		return true
	}
	for _, name := range placing {
		one, two := argument(r.config, name), argument(in.Backend.Values, name)
		if one != "" && two != "" && one != two {
			return false
		}
	}
	return true
}

// home is the directory that an input's relative paths start from.
func home(in *model.Snapshot) string {
	if in.Format == model.Sources {
		return in.Name
	}
	return path.Dir(in.Name)
}

// readFrom tells whether the outputs that were read are those of another input, all of them, and one of them is what a
// resource of it is known by in the whole world.
func (g *Graph) readFrom(n *Node, r reader, in *model.Snapshot) bool {
	read := n.Values.Get(r.outputs[0])
	unique := false
	for _, o := range in.Outputs {
		got := read.Get(o.Name)
		if o.Value.State != model.Known || got.State != model.Known || !equal(o.Value, got) {
			return false
		}
		texts, _ := o.Value.Strings()
		for _, t := range texts {
			unique = unique || slices.ContainsFunc(g.holders[t], func(h *Node) bool { return h.Input == in && h.Mode == addr.Managed })
		}
	}
	return unique
}

// equal compares values as JSON would, without regard to the order of members.
func equal(a, b model.Value) bool {
	if a.State != b.State || a.Kind != b.Kind || a.Len() != b.Len() {
		return false
	}
	if s, ok := a.Text(); ok {
		t, _ := b.Text()
		return s == t
	}
	for i := range a.Len() {
		other := model.Value{}
		if a.Kind == model.List {
			other = b.Item(i)
		} else {
			other = b.Get(a.Name(i))
		}
		if !equal(a.Item(i), other) {
			return false
		}
	}
	return true
}
