// Package model is what an input says, in Terraform's terms and no cloud's: resource instances with what is known of
// their values, the provider configurations that they use, and where each argument's value may come from.
//
// Every loader makes a Snapshot; everything after works on Snapshots alone and changes none.
package model

import (
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
)

// Format is the kind of input that a Snapshot was read from.
type Format string

// The kinds of input.
const (
	Plan    Format = "plan"
	StateV1 Format = "state"
	Sources Format = "sources"
)

// Snapshot is one input: a plan, a state, or one root module's sources.
type Snapshot struct {
	Name             string // the path as the user gave it
	Format           Format
	TerraformVersion string
	Providers        []*Provider
	Resources        []*Resource
	Outputs          []Output
	Variables        map[string]Value // of the root module, as they were given: before conversion to their types
	Backend          *Backend
	Keys             []Backend // key providers of OpenTofu, which encrypt the state before it goes to its backend
	// Incomplete says why the input does not hold everything that its configuration would make: an errored plan, a
	// targeted or deferred one, a file that does not parse. Empty means complete.
	Incomplete []string
	// From names the facts that tell of the input, "" where it was read itself. A file is only the same as one of the same
	// name where both are told of alike.
	From string
	// Notes are worth saying but change no verdict: a newer minor format version, a plan that destroys everything.
	Notes []string
	// Unread is what the configuration calls and the input does not hold, such as a module that is not installed.
	Unread []Unread
	// Comments are the marks in the sources that allow findings.
	Comments []Comment
	// Texts are the files of the sources, by the names that positions have. They hold whatever people write there,
	// secrets too: package analyzer shows lines of them, masked, and nobody else looks.
	Texts map[string]string
}

// Unread is something that could not be looked into.
type Unread struct {
	Address string // `module.net`
	Reason  string // `its source is not installed`
	Settle  string // what the user can do
	Pos     Pos
}

// NoValue is why a root variable is not known, in the reasons that an Arg is opaque for: `var.x, which has no value`.
const NoValue = "which has no value"

// NoWorkspace is why the name of the workspace is not known.
const NoWorkspace = "which the plan does not tell"

// Missing says what gives a value to the root variables, and to the workspace, among the reasons that an Arg is opaque for,
// "" where there are none.
func Missing(opaque []string) string {
	var flags []string
	variables := ""
	for _, why := range opaque {
		if strings.HasSuffix(why, ", "+NoWorkspace) {
			flags = append(flags, "--workspace NAME")
		}
		name, variable := strings.CutPrefix(why, "var.")
		if name, missing := strings.CutSuffix(name, ", "+NoValue); variable && missing {
			flags = append(flags, "--var "+name+"=...")
			variables = ", or --var-file FILE"
		}
	}
	return strings.Join(flags, " ") + variables
}

// Comment is a comment `demarc:allow RULE[,RULE] [until=DATE] reason`, which is about the line that it ends, or the one
// below where it stands alone.
type Comment struct {
	File   string
	Line   int // of the comment
	About  int // the line that it is about
	Rules  []string
	Until  string // as it is written: a date, or ""
	Reason string
}

// Action is what a plan does to a resource instance.
type Action uint8

// The actions. A resource that stays in any way joins its ends; one that only goes joins nothing.
const (
	NoOp   Action = iota // also what a state's resources have
	Create               // nothing was there before
	Read                 // a data source that apply will read
	Update
	Replace
	Delete
	Forget // leaves the state, stays in the cloud, and Terraform no longer answers for it
	Other  // a word that this version does not know: the resource may exist afterwards
)

func (a Action) String() string {
	return [...]string{"no-op", "create", "read", "update", "replace", "delete", "forget", "other"}[a]
}

// Stays tells whether the instance may exist after the plan is applied.
func (a Action) Stays() bool { return a != Delete && a != Forget }

// Resource is one instance of a resource or data source. A plan has a hundred thousand: what they have in common, and what
// few have, stands apart.
type Resource struct {
	Address string // as Terraform prints it
	*Block         // never nil, and shared, as Rarely is: whoever has something else to tell puts another in its place
	Module  addr.Module
	Key     addr.Key
	Action  Action
	Values  Value // planned, or current where nothing is planned; of a deleted one, what it was
	*Rarely       // never nil
}

// Addr is the address in its parts.
func (r *Resource) Addr() addr.Resource {
	return addr.Resource{Module: r.Module, Mode: r.Mode, Type: r.Type, Name: r.Name, Key: r.Key}
}

// Block is what the instances of a block have in common, those that use one provider configuration.
type Block struct {
	Mode       addr.Mode
	Type, Name string
	Source     string    // provider, normalised: `hashicorp/aws`
	Args       *Args     // where arguments come from; nil where the input has no configuration of it
	Provider   *Provider // nil where the input does not tell
}

// TypeName is how the tables name the type: `data.TYPE` for what is only read. An ephemeral resource reads what the data
// source of its name reads, and keeps it nowhere.
func (b *Block) TypeName() string {
	if b.Mode == addr.Managed {
		return b.Type
	}
	return "data." + b.Type
}

// Blocks keeps each Block once.
type Blocks map[Block]*Block

// Once is the Block that stands for all that are like b.
func (all Blocks) Once(b Block) *Block {
	once := all[b]
	if once == nil {
		own := b // made here: b itself stays off the heap
		once = &own
		all[own] = once
	}
	return once
}

// Rarely is what few resources have, or none of a plan without its sources.
type Rarely struct {
	Previous string // the address before a `moved`, or ""
	Deposed  string // the key of a deposed object, or "": (Address, Deposed) is what is unique
	// Candidates are the configurations that may be meant where the input leaves it open; Provider is then nil.
	Candidates []*Provider
	Pos        Pos
}

// Nothing is what most resources have of what is rare. It is not to be changed.
var Nothing = &Rarely{}

// Same tells whether two say the same of two instances of one block. Where arguments are is the same only where it is told
// by the same list.
func (r *Rarely) Same(o *Rarely) bool {
	a, b := &r.Pos, &o.Pos
	return r.Previous == o.Previous && r.Deposed == o.Deposed && slices.Equal(r.Candidates, o.Candidates) && a.Same(b) &&
		len(a.Args) == len(b.Args) && (len(a.Args) == 0 || &a.Args[0] == &b.Args[0])
}

// Provider is one provider configuration.
type Provider struct {
	Key    string // as the input names it: `aws`, `aws.china`, `module.legacy:aws.x`
	Source string // normalised: `hashicorp/aws`
	Name   string // local name
	Alias  string
	Module addr.Module
	Args   *Args
	// Values are the arguments as far as they can be known without a provider; an argument whose expression cannot be
	// followed is Unknown, one that is not written is absent. Implied is set where there is no block at all.
	Values  Value
	Implied bool
	// Env are environment variables that Terraform ran with, as far as the input tells.
	Env map[string]string
	Pos Pos
}

// Label is how findings name the configuration: `provider aws.china`.
func (p *Provider) Label() string {
	s := "provider " + p.Name
	if p.Alias != "" {
		s += "." + p.Alias
	}
	if len(p.Module) > 0 {
		s += " in " + p.Module.String()
	}
	return s
}

// Output is a root module output.
type Output struct {
	Name  string
	Value Value
	Args  *Args // under the empty path
}

// Backend is where the root module keeps its state, or what has a key to it.
type Backend struct {
	Type   string // `s3`, `azurerm`, `remote`, `cloud`...; `aws_kms`, `azure_vault`... of a key provider
	Name   string // of a key provider, "" of a backend
	Values Value
	Pos    Pos
}

// Pos is a place in a source file; the zero Pos is "not known". Lines and columns count from 1.
type Pos struct {
	File               string
	Line, Column       int
	EndLine, EndColumn int
	Args               Places // of single arguments, as far as they are known
}

// Same tells whether two places are one, whatever is told of arguments.
func (p *Pos) Same(q *Pos) bool {
	return p.File == q.File && p.Line == q.Line && p.Column == q.Column && p.EndLine == q.EndLine && p.EndColumn == q.EndColumn
}

// Places are where arguments are, each path once, in the order of the paths.
type Places []Place

// PlacesOf puts a copy of a list in order, in which each path is once.
func PlacesOf(list []Place) Places {
	p := Places(slices.Clone(list))
	p.Sort()
	return p
}

// Sort puts them in their order.
func (p Places) Sort() {
	slices.SortFunc(p, func(a, b Place) int { return strings.Compare(a.Path, b.Path) })
}

// Place is where an argument or block is, by its path: `rule[1].destination.bucket`. Of several blocks of one type the first
// has no index, and all that are made in one place stand for it without theirs.
type Place struct {
	Path string
	Pos  Pos
}

// Same tells whether one argument is told to be in one place.
func (p Place) Same(q Place) bool { return p.Path == q.Path && p.Pos.Same(&q.Pos) }

// Block is the table path of the argument.
func (p Place) Block() string {
	if !strings.Contains(p.Path, "[") {
		return p.Path
	}
	var to []byte
	for part := range strings.SplitSeq(p.Path, "]") {
		name, _, _ := strings.Cut(part, "[")
		to = append(to, name...)
	}
	return string(to)
}

// At is the place of the argument at a path.
func (p Places) At(path string) (at Pos, ok bool) {
	i, ok := slices.BinarySearchFunc(p, path, func(at Place, path string) int { return strings.Compare(at.Path, path) })
	if !ok {
		return Pos{}, false
	}
	return p[i].Pos, true
}

// Of is the place of an argument by its path, full or of the tables: its own, or else that of what it is in.
func (p Pos) Of(path string) Pos {
	for path = p.Args.told(path); path != ""; path = path[:max(strings.LastIndexAny(path, ".["), 0)] {
		if at, ok := p.Args.At(path); ok {
			return at
		}
	}
	return p
}

// told is a full path without the indexes that tell no places apart.
func (p Places) told(path string) string {
	if !strings.Contains(path, "[") {
		return path
	}
	var to []byte
	for part := range strings.SplitAfterSeq(path, "]") {
		name, index, _ := strings.Cut(part, "[")
		to = append(to, name...)
		if index == "" || index == "0]" {
			continue
		}
		if block := string(to) + "[" + index; p.within(block) {
			to = append(to[:0], block...)
		}
	}
	return string(to)
}

// within tells whether there is a place of a block or of anything in it.
func (p Places) within(block string) bool {
	i, _ := slices.BinarySearchFunc(p, block, func(at Place, path string) int { return strings.Compare(at.Path, path) })
	return i < len(p) && strings.HasPrefix(p[i].Path, block)
}
