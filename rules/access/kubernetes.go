package access

import (
	"fmt"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// KubernetesRole is what the rules of a role of Kubernetes amount to. The tables write what a rule lets somebody do as
// `VERB GROUP/RESOURCE`, with the group `core` for the one without a name.
// https://kubernetes.io/docs/reference/access-authn-authz/rbac
func KubernetesRole(cat *catalog.Catalog, rules model.Value) Verdict {
	v := Verdict{Sure: Yes}
	for _, rule := range dataBlocks(rules) {
		groups, resources, verbs := dataList(rule.Get("api_groups")), dataList(rule.Get("resources")), dataList(rule.Get("verbs"))
		if rule.State == model.Unknown || groups.Unknown || resources.Unknown || verbs.Unknown {
			v.Sure = Maybe
		}
		most := catalog.NoClass
		for _, g := range groups.Values {
			if g == "" {
				g = "core"
			}
			for _, resource := range resources.Values {
				for _, verb := range verbs.Values {
					most = max(most, cat.ActionClass("kubernetes", fmt.Sprintf("%s %s/%s", verb, g, resource)))
				}
			}
		}
		if len(dataList(rule.Get("resource_names")).Values) > 0 && most < catalog.Full {
			most = min(most, catalog.Use) // of single things
		}
		v.Class = max(v.Class, most)
	}
	return v
}
