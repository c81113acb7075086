package rules

import (
	"fmt"
	"slices"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/catalog"
)

var partitionMismatch = &analyzer.Rule{
	ID:       "partition-mismatch",
	Title:    "a literal of another partition that cannot work here",
	Severity: analyzer.Medium,
	Fix:      "build the id from the partition that it is used in, such as data.aws_partition.current.partition",
	Doc: `An id names another partition of the same cloud (` + "`arn:aws:` in `aws-cn`" + `) where only one of the own partition can work.

It joins nothing, since the cloud will refuse it; but it is how code that was written for one partition fails in
another, and in a policy document it grants nothing where somebody believes that it does.`,
	Yields: append(slices.Clone(telling), "endpoint-reference"),
	Run:    mismatches,
}

// mismatch tells a literal of another partition of the same cloud.
func (c *crossing) mismatch() bool {
	return c.far[0].Target == nil && c.to.Cloud == c.from.Cloud && c.to.Partition != c.from.Partition
}

// mismatches says every literal of another partition of the same cloud. What is referred to rather than written, or
// lies in another cloud, is a flow of values and no mistyped partition.
func mismatches(p *analyzer.Pass) {
	for _, c := range crossings(p, catalog.Same) {
		if c.mismatch() {
			p.Report(c.finding(p, fmt.Sprintf("in %s names something of %s, which cannot work there", short(p, c.from.Site), short(p, c.to.Site))))
		}
	}
}
