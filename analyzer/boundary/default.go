package boundary

import (
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// defaultWords are the arguments of every `default` block. A block that is for a provider also has the arguments of the
// provider that the tables know to place it.
var defaultWords = []string{
	"account", "environment", "host", "partition", "project", "region", "subscription_id", "tenant", "tenant_id", "zone",
}

// defaultBlock reads what provider configurations take from outside of the input. Its name is a cloud's or a provider's
// local name.
func (f *file) defaultBlock(b *hclsyntax.Block) {
	cat, name := f.policy.cat, b.Labels[0]
	cloud := name
	if !slices.Contains(f.clouds, name) {
		var ok bool
		if cloud, ok = cat.Cloud(name); !ok {
			f.problem(b.LabelRanges[0], "%s", unknown{"cloud or provider", name, f.clouds})
			return
		}
	}
	words := slices.Clone(defaultWords)
	for _, row := range cat.ProviderSites(name) {
		if row.Scope == "provider" && !slices.Contains(words, row.Name) {
			words = append(words, row.Name)
		}
	}
	given := map[string]string{}
	for _, arg := range f.arguments(b, words...) {
		t, ok := f.text(arg.Name, arg.Expr)
		if !ok {
			continue
		}
		if arg.Name == "partition" {
			var ids []string
			for _, part := range cat.Partitions(cloud) {
				ids = append(ids, part.ID)
			}
			f.known("partition of "+cloud, t, ids)
		}
		given[arg.Name] = t.value
	}
	f.policy.defaults[name] = given
}
