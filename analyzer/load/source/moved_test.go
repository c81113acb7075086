package source_test

import (
	"testing"

	"github.com/demarc-dev/demarc/analyzer/load/source"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

const movedBlocks = `
-- main.tf --
resource "aws_vpc" "renamed" {}
moved {
  from = aws_vpc.old
  to   = aws_vpc.renamed
}
resource "aws_vpc" "counted" { count = 2 }
moved {
  from = aws_vpc.single
  to   = aws_vpc.counted[0]
}
resource "aws_vpc" "each" { for_each = { a = 1, b = 2 } }
moved {
  from = aws_vpc.all
  to   = aws_vpc.each
}
resource "aws_vpc" "stays" {}
module "net" { source = "./net" }
moved {
  from = aws_subnet.inner
  to   = module.net.aws_subnet.inner
}
module "many" {
  source   = "./many"
  for_each = { "eu.1" = 1, cn = 2 }
}
moved {
  from = module.one
  to   = module.many["eu.1"]
}
resource "aws_vpc" "broken" {}
moved {
  from = module.x
  to   = aws_vpc.broken
}
moved {
  to = aws_vpc.broken
}
-- json.tf.json --
{"resource": {"aws_vpc": {"j": {}}}, "moved": [{"from": "aws_vpc.i", "to": "aws_vpc.j"}]}
-- net/main.tf --
resource "aws_subnet" "inner" {}
resource "aws_subnet" "later" {}
moved {
  from = aws_subnet.before
  to   = aws_subnet.later
}
-- many/main.tf --
resource "aws_subnet" "s" { count = 1 }
`

func TestMoved(t *testing.T) {
	s, err := source.Load(write(t, txtar.Parse([]byte(movedBlocks))), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, r := range s.Resources {
		got[r.Address] = r.Previous
	}
	want := map[string]string{
		"aws_vpc.renamed":                     "aws_vpc.old",
		"aws_vpc.counted[0]":                  "aws_vpc.single",
		"aws_vpc.counted[1]":                  "",
		`aws_vpc.each["a"]`:                   `aws_vpc.all["a"]`,
		`aws_vpc.each["b"]`:                   `aws_vpc.all["b"]`,
		"aws_vpc.stays":                       "",
		"aws_vpc.broken":                      "",
		"aws_vpc.j":                           "aws_vpc.i",
		"module.net.aws_subnet.inner":         "aws_subnet.inner",
		"module.net.aws_subnet.later":         "module.net.aws_subnet.before",
		`module.many["eu.1"].aws_subnet.s[0]`: "module.one.aws_subnet.s[0]",
		`module.many["cn"].aws_subnet.s[0]`:   "",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("addresses before a move (-want +got):\n%s", diff)
	}
}
