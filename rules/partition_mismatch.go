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

// mismatch tells a literal of another partition of the same cloud, where no row says what it is for only if the two are not
// those of one account.
func (c *crossing) mismatch(p *analyzer.Pass) bool {
	far := &c.far[0]
	return far.Target == nil && c.to.Cloud == c.from.Cloud && c.to.Partition != c.from.Partition &&
		(far.Row != nil || !oneAccount(p, c.from.Partition, c.to.Partition))
}

// oneAccount tells whether an account may have things in both of two partitions.
func oneAccount(p *analyzer.Pass, here, there string) bool {
	a, _ := p.Catalog.Partition(here)
	b, _ := p.Catalog.Partition(there)
	return a.Cloud == b.Cloud && a.Regional && b.Regional
}

// mismatches says every literal of another partition of the same cloud: in arguments, and in policy documents as what
// they allow something on. What is referred to rather than written, or lies in another cloud, is a flow of values and no
// mistyped partition.
func mismatches(p *analyzer.Pass) {
	for _, c := range crossings(p, catalog.Same) {
		if c.mismatch(p) {
			p.Report(c.finding(p, mismatched(p, c.from.Site, c.to.Site)))
		}
	}
	r := analyzer.Once(p, readGrants).reader
	for _, n := range p.Graph.Nodes {
		for _, e := range n.Ends {
			if e.Row == nil || n.Placed.Partition == "" || n.Mode != addr.Managed {
				continue
			}
			for _, texts := range r.Literals(n, e) {
				id, ok := elsewhere(p, n.Placed.Site, texts)
				if !ok {
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

// elsewhere is the first of the ids that are named together, if all of them are of partitions in which what is here can do
// nothing. Code that serves several partitions names those of all of them.
func elsewhere(p *analyzer.Pass, here place.Site, texts []string) (first catalog.Identity, ok bool) {
	for i, text := range texts {
		id, known := p.Catalog.Identify(text)
		if !known || id.Cloud != here.Cloud || id.Partition == "" || id.Partition == here.Partition || oneAccount(p, id.Partition, here.Partition) {
			return id, false
		}
		if i == 0 {
			first = id
		}
	}
	return first, len(texts) > 0
}

func mismatched(p *analyzer.Pass, here, there place.Site) string {
	return fmt.Sprintf("in %s names something of %s, which cannot work there", short(p, here), short(p, there))
}
