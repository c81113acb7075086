// Package facts writes what an estate's inputs hold for the join with others, and reads it back as inputs.
//
// Facts are newline-delimited JSON: what one machine learns of its stacks, without their values. Two sorts of records are
// in them. `resource`, `provider` and `input` are a snapshot with everything taken out that no row and no rule reads;
// Read makes snapshots of them, and the analysis of those is the analysis of the inputs. `key`, `end` and `link` say flatly
// what that snapshot comes to in the estate that it was written in, for tools that join tables; Read passes them over.
//
// # What is kept of a value
//
// Of texts only tokens are kept as they are: ids that a table's form of ids fits, opaque ids that clouds give out, hosts,
// addresses, accounts, regions, words of the tables, names of actions, and the names and paths of roles and policies, which their
// ids hold. Another name is hashed: it can be compared with another, and not be read. The text of a URL is cut down to its host
// and its hashed path, a policy document to its statements with every word of it treated like this. Other texts and all
// numbers are left out; where it matters that there is a value, a mark says no more than that. What Terraform marks as
// sensitive is never hashed: its place is kept where it tells one.
package facts

import (
	"crypto/sha256"
	_ "embed" // for Schema
	"encoding/base64"
	"encoding/json"

	"github.com/demarc-dev/demarc/analyzer/model"
)

// Schema is the JSON Schema (draft 2020-12) of one line of facts.
//
//go:embed schema.json
var Schema []byte

// schemaVersion changes its number when something goes or means something else; what is only added keeps it.
const schemaVersion = "1"

// The kinds of record.
const (
	headFact     = "facts"    // the first line: which version
	inputFact    = "input"    // one input
	providerFact = "provider" // one of its provider configurations
	resourceFact = "resource" // one of its resource instances
	keyFact      = "key"      // something that a resource is known by in the whole world
	endFact      = "end"      // a place or key that a resource touches through an attribute
	linkFact     = "link"     // two places that are joined
)

// The types below are the contract: their names and order are the records'.

type head struct {
	Fact          string `json:"fact"`
	SchemaVersion string `json:"schema_version"`
}

type input struct {
	Fact             string    `json:"fact"`
	Root             string    `json:"root"`
	Format           string    `json:"format"`
	TerraformVersion string    `json:"terraform_version,omitempty"`
	Incomplete       []string  `json:"incomplete,omitempty"`
	Notes            []string  `json:"notes,omitempty"`
	Backend          *backend  `json:"backend,omitempty"`
	Keys             []backend `json:"keys,omitempty"` // key providers of state encryption
	Outputs          []output  `json:"outputs,omitempty"`
	Unread           []unread  `json:"unread,omitempty"`
	Comments         []comment `json:"comments,omitempty"`
}

type backend struct {
	Type     string          `json:"type"`
	Name     string          `json:"name,omitempty"`
	Values   json.RawMessage `json:"values,omitempty"`
	Location *location       `json:"location,omitempty"`
}

type output struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value,omitempty"`
	Args  []arg           `json:"args,omitempty"`
}

type unread struct {
	Address  string    `json:"address"`
	Reason   string    `json:"reason"`
	Settle   string    `json:"settle,omitempty"`
	Location *location `json:"location,omitempty"`
}

type comment struct {
	File   string   `json:"file"`
	Line   int      `json:"line"`
	About  int      `json:"about"`
	Rules  []string `json:"rules"`
	Until  string   `json:"until,omitempty"`
	Reason string   `json:"reason"`
}

// site is a place as far as it is known, and the side that the policy of the writer puts it on.
type site struct {
	Cloud     string `json:"cloud,omitempty"`
	Partition string `json:"partition,omitempty"`
	Region    string `json:"region,omitempty"`
	Account   string `json:"account,omitempty"`
	Side      string `json:"side,omitempty"`
}

type provider struct {
	Fact string `json:"fact"`
	Root string `json:"root"`
	ID   int    `json:"id"` // within the root
	site
	Key      string            `json:"key"`
	Source   string            `json:"source"`
	Name     string            `json:"name"`
	Alias    string            `json:"alias,omitempty"`
	Module   string            `json:"module,omitempty"`
	Implied  bool              `json:"implied,omitempty"`
	Env      map[string]string `json:"env,omitempty"`
	Values   json.RawMessage   `json:"values,omitempty"`
	Args     []arg             `json:"args"`
	Location *location         `json:"location,omitempty"`
}

type resource struct {
	Fact    string `json:"fact"`
	Root    string `json:"root"`
	Address string `json:"address"`
	Deposed string `json:"deposed,omitempty"`
	site
	Type       string          `json:"type"`
	Mode       string          `json:"mode"`
	Source     string          `json:"source"`
	Action     string          `json:"action"`
	Previous   string          `json:"previous,omitempty"`
	Provider   *int            `json:"provider,omitempty"`
	Candidates []int           `json:"candidates,omitempty"`
	Values     json.RawMessage `json:"values,omitempty"`
	Args       []arg           `json:"args"` // null where the input has no configuration
	Location   *location       `json:"location,omitempty"`
}

// arg is an argument that is written, and what is known of where its value comes from.
type arg struct {
	Block    string      `json:"block"`
	From     []reference `json:"from,omitempty"`
	Opaque   []string    `json:"opaque,omitempty"`
	Constant bool        `json:"constant,omitempty"`
	Several  bool        `json:"several,omitempty"`
	Location *location   `json:"location,omitempty"`
	Others   []other     `json:"others,omitempty"`
}

// other is where one of several blocks of one type gives the argument.
type other struct {
	Path     string    `json:"path"`
	Location *location `json:"location"`
}

type reference struct {
	Address   string   `json:"address"`
	Attribute string   `json:"attribute,omitempty"`
	Full      string   `json:"full,omitempty"`
	ByKey     bool     `json:"by_key,omitempty"`
	Exact     bool     `json:"exact,omitempty"`
	Via       []string `json:"via,omitempty"`
	Held      []string `json:"held,omitempty"` // the known leaves of the argument that hold it
}

type location struct {
	File      string `json:"file,omitempty"` // that of the block where left out
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
}

type key struct {
	Fact    string `json:"fact"`
	Root    string `json:"root"`
	Address string `json:"address"`
	Key     string `json:"key"`
	site
}

type end struct {
	Fact       string `json:"fact"`
	Root       string `json:"root"`
	Address    string `json:"address"`
	Attribute  string `json:"attribute"`
	Kind       string `json:"kind"`
	Direction  string `json:"direction"`
	Confidence string `json:"confidence,omitempty"`
	Key        string `json:"key,omitempty"` // what may find the far end in another input
	site
	far
	Target string `json:"target,omitempty"` // the resource of the same input that is the far end
}

type far struct {
	FarCloud     string `json:"far_cloud,omitempty"`
	FarPartition string `json:"far_partition,omitempty"`
	FarRegion    string `json:"far_region,omitempty"`
	FarAccount   string `json:"far_account,omitempty"`
	FarSide      string `json:"far_side,omitempty"`
}

type crossing struct {
	Fact      string `json:"fact"`
	Root      string `json:"root"`
	Address   string `json:"address"`
	Attribute string `json:"attribute"`
	Kind      string `json:"kind"`
	Crosses   bool   `json:"crosses"`
	site
	far
}

// marked begins what stands for a text that is not told. No id, host, account or region can begin with it.
const marked = "~"

// hash stands for a name. Names of less than seven bytes tell nothing in the world, and neither does what stands for them.
func hash(text string) string {
	sum := sha256.Sum256([]byte("demarc facts 1\x00" + text))
	h := base64.RawURLEncoding.EncodeToString(sum[:16])
	if len(text) < 7 {
		h = h[:5]
	}
	return marked + h
}

var actions = func() map[string]model.Action {
	m := map[string]model.Action{}
	for a := model.NoOp; a <= model.Other; a++ {
		m[a.String()] = a
	}
	return m
}()
