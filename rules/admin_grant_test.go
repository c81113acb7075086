package rules

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/boundary"
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/load"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
	"github.com/demarc-dev/demarc/rules/tables"
)

func scratchCatalog(t *testing.T) *catalog.Catalog {
	m := fstest.MapFS{}
	all := ""
	fs.WalkDir(tables.FS, ".", func(p string, d fs.DirEntry, err error) error {
		if !d.IsDir() {
			b, _ := fs.ReadFile(tables.FS, p)
			m[p] = &fstest.MapFile{Data: b}
			all += string(b)
		}
		return nil
	})
	extra := ""
	if !strings.Contains(all, "\nrole aws") {
		extra += "role aws full AdministratorAccess PowerUserAccess\nrole aws network NetworkAdministrator\nrole aws read ReadOnlyAccess\n" +
			"rolename aws ^arn:aws[a-z-]*:iam::aws:policy/(?:.*/)?([^/]+)$\n" +
			"escalation aws iam-009 iam:AttachRolePolicy\nescalation aws ec2-001 iam:PassRole ec2:RunInstances\n" +
			"action aws identity iam:*\naction aws network ec2:CreateVpcPeeringConnection\n"
	}
	if !strings.Contains(all, "\nrole azure ") {
		extra += "role azure network \"Network Contributor\"\n"
	}
	m["zz.tbl"] = &fstest.MapFile{Data: []byte(extra)}
	cat, err := catalog.Load(m)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func TestScratch(t *testing.T) {
	cat := scratchCatalog(t)
	for _, c := range strings.Fields("federated-deployer first-look policy-sides both-sides-clean oracle-policies azure-china") {
		dir := filepath.Join("../../shared/cases", c)
		in, err := load.File(filepath.Join(dir, "plan.json"), load.Options{})
		if err != nil {
			t.Fatal(err)
		}
		pol := boundary.Default(cat)
		if c == "policy-sides" {
			pol, err = boundary.Parse("x", []byte("boundary \"eu\" {\n  regions = [\"aws:eu-*\"]\n}\nboundary \"rest\" {\n  regions  = [\"aws:us-*\"]\n  accounts = [\"aws:999999999999\"]\n}\n"), cat, IDs())
			if err != nil {
				t.Fatal(err)
			}
		}
		inputs := []*model.Snapshot{in}
		sites := place.Estate(inputs, cat, place.Options{})
		res := analyzer.Run(link.Build(inputs, sites, cat), pol, cat, All(), time.Now())
		t.Log("=====", c)
		for _, n := range link.Build(inputs, sites, cat).ByType("aws_iam_role") {
			t.Logf("%s %+v", n.Address, n.Placed)
		}
		for _, f := range res.Findings {
			t.Log(f.Rule.ID, f.Address, f.Confidence, f.Message, f.Related, f.From.Side, f.To.Side)
			if f.Rule == adminGrant || f.Rule == identityTrust || f.Rule == keySharing {
				for _, s := range f.Evidence {
					t.Log("      ", s.Address, ":", s.Text)
				}
			}
		}
		for _, b := range res.Blind {
			t.Log("  blind", b.Address, b.Path, b.Reason)
		}
	}
	_ = os.Args
}
