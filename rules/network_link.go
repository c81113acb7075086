package rules

import (
	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/catalog"
)

var networkLink = &analyzer.Rule{
	ID:       "network-link",
	Title:    "networks of two sides are joined, or made reachable",
	Severity: analyzer.High,
	Fix:      "keep the connection inside one side; what must be reachable goes through an interface that the policy allows",
	Doc: `A peering, a transit gateway, a VPN, a circuit, a route or an allow-list reaches from one side into another.

Operators of separate instances promise that these are not connected. A network path undoes that promise for whatever is
attached to either end, and so does an allow-list that names an address which the other side hands out.

Some of these are refused when they are applied: AWS does not peer VPCs of two partitions. The finding stands all the
same, because the configuration asks for it and whoever finds it refused will reach for a VPN next.`,
	Example: example("network-link"),
	Run:     report(catalog.Network, "joins networks of %s and %s"),
}
