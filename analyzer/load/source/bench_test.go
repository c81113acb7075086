package source_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/load/source"
)

// tree writes a configuration of many files, of ten blocks each.
func tree(tb testing.TB, files int) string {
	tb.Helper()
	dir := tb.TempDir()
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	write("main.tf", `
provider "aws" { region = "us-east-1" }
provider "aws" {
  alias  = "cn"
  region = "cn-north-1"
}
locals { prefix = "estate" }
variable "stage" { default = "prod" }
`)
	for i := range files {
		var b strings.Builder
		for j := range 5 {
			fmt.Fprintf(&b, `
resource "aws_s3_bucket" "b%[1]d_%[2]d" {
  bucket = "${local.prefix}-${var.stage}-%[1]d-%[2]d"
  tags = {
    Name  = "bucket %[1]d"
    Stage = var.stage
  }
}

resource "aws_s3_bucket_replication_configuration" "r%[1]d_%[2]d" {
  provider = aws.cn
  bucket   = aws_s3_bucket.b%[1]d_%[2]d.id
  role     = "arn:aws-cn:iam::111111111111:role/replication"
  rule {
    id     = "all"
    status = "Enabled"
    destination {
      bucket        = aws_s3_bucket.b%[1]d_0.arn
      storage_class = var.stage == "prod" ? "STANDARD" : "GLACIER"
    }
  }
}
`, i, j)
		}
		write(fmt.Sprintf("f%d.tf", i), b.String())
	}
	return dir
}

func BenchmarkLoad(b *testing.B) {
	for _, files := range []int{50, 200} {
		b.Run(fmt.Sprintf("%dblocks", files*10), func(b *testing.B) {
			dir := tree(b, files)
			b.ReportAllocs()
			for b.Loop() {
				s, err := source.Load(dir, source.Options{})
				if err != nil || len(s.Resources) != files*10 {
					b.Fatal(err, len(s.Resources))
				}
			}
		})
	}
}
