package rules

import (
	"fmt"
	"slices"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/place"
)

var partitionMismatch = &analyzer.Rule{
	ID:       "partition-mismatch",
	Title:    "a literal of another partition that cannot work here",
	Severity: analyzer.Medium,
	Fix:      "build the id from the partition that it is used in, such as data.aws_partition.current.partition",
	Doc: `An id names another partition of the same cloud (` + "`arn:aws:` in `aws-cn`" + `) where only one of the own partition can work.

It joins nothing, since the cloud will refuse it; but it is how code that was written for one partition fails in
another, and in a policy document it grants nothing where somebody believes that it does.`,
	Yields:  append(slices.Clone(telling), "endpoint-reference"),
	Example: example("partition-mismatch"),
	Run:     mismatches,
}

// mismatch tells a literal of another partition of the same cloud.
func (c *crossing) mismatch() bool {
	return c.far[0].Target == nil && c.to.Cloud == c.from.Cloud && c.to.Partition != c.from.Partition
}

// mismatches says every literal of another partition of the same cloud: in arguments, and in policy documents as what
// they are about. What is referred to rather than written, or lies in another cloud, is a flow of values and no mistyped
// partition.
func mismatches(p *analyzer.Pass) {
	for _, c := range crossings(p, catalog.Same) {
		if c.mismatch() {
			p.Report(c.finding(p, mismatched(p, c.from.Site, c.to.Site)))
		}
	}
	r := analyzer.Once(p, readGrants).reader
	for _, n := range p.Graph.Nodes {
		for _, e := range n.Ends {
			if e.Row == nil || n.Placed.Partition == "" || n.Mode != addr.Managed {
				continue
			}
			for _, text := range r.Literals(n, e) {
				id, ok := p.Catalog.Identify(text)
				if !ok || id.Cloud != n.Placed.Cloud || id.Partition == "" || id.Partition == n.Placed.Partition {
					continue
				}
				e.Placed = &place.Placed{Site: place.Site{Cloud: id.Cloud, Partition: id.Partition, Region: id.Region, Account: id.Account},
					Because: []place.Reason{{How: place.Literal, Text: "by an id in it"}}}
				e.Confidence = link.Certain
				c := crossing{node: n, near: &link.End{Placed: n.Placed, Confidence: link.Certain}, far: []link.End{e},
					from: p.Spot(n.Placed.Site), to: p.Spot(e.Placed.Site)}
				if c.from.Side != c.to.Side && c.from.Side != "" && c.to.Side != "" {
					p.Report(c.finding(p, mismatched(p, c.from.Site, c.to.Site)))
					break
				}
			}
		}
	}
}

func mismatched(p *analyzer.Pass, here, there place.Site) string {
	return fmt.Sprintf("in %s names something of %s, which cannot work there", short(p, here), short(p, there))
}
