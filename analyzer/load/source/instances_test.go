package source_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/load/source"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

const oneBlock = `
-- main.tf --
resource "aws_vpc" "own" {
  tags = { a = "x", b = "y" }
}
module "one" {
  source = "./net"
  vpc    = aws_vpc.own.id
  keys   = aws_vpc.own.tags
  ports  = [80, 443]
}
module "two" {
  source = "./net"
  vpc    = aws_vpc.own.id
  keys   = { a = "x" }
  ports  = [80]
}
-- net/main.tf --
variable "vpc" {}
variable "keys" {}
variable "ports" {}
resource "aws_security_group" "g" {
  for_each = var.keys
  vpc_id   = var.vpc
  name     = join("-", ["a", "b"])
  dynamic "ingress" {
    for_each = var.ports
    content {
      from_port = ingress.value
    }
  }
  ingress {
    from_port = 22
  }
}
`

// TestOneBlock evaluates a block whose instances have some things in common, and not all: what is shared is only what is
// the same.
func TestOneBlock(t *testing.T) {
	s, err := source.Load(write(t, txtar.Parse([]byte(oneBlock))), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	from := func(a *model.Arg) string {
		if a == nil || len(a.Origins) == 0 {
			return "nothing"
		}
		return a.Origins[0].Type + "." + a.Origins[0].Name + "." + a.Origins[0].Attr
	}
	var got []string
	args := map[*model.Args]bool{}
	for _, r := range s.Resources {
		if r.Type == "aws_vpc" {
			continue
		}
		args[r.Args] = true
		name, _ := r.Values.Get("name").Text()
		got = append(got, fmt.Sprintf("%s: vpc_id of %s, for_each of %s, called %s, ssh at line %d", r.Address, from(r.Args.Arg("vpc_id")), from(r.Args.Each), name,
			r.Pos.Of(fmt.Sprintf("ingress[%d].from_port", r.Values.Get("ingress").Len()-1)).Line))
	}
	want := []string{
		`module.one.aws_security_group.g["a"]: vpc_id of aws_vpc.own.id, for_each of aws_vpc.own.tags, called a-b, ssh at line 15`,
		`module.one.aws_security_group.g["b"]: vpc_id of aws_vpc.own.id, for_each of aws_vpc.own.tags, called a-b, ssh at line 15`,
		`module.two.aws_security_group.g["a"]: vpc_id of aws_vpc.own.id, for_each of nothing, called a-b, ssh at line 15`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(args) != 2 {
		t.Errorf("%d lists of arguments are kept of two that differ, for %s", len(args), strings.Join(got, "; "))
	}
}
