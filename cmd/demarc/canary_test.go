package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/report"
)

// canary is in every value of the inputs below that nobody may see in an output.
const canary = "c4n4ry"

// crossings is a configuration whose every resource crosses, with a canary in each kind of value that a plan or its sources
// can hold beside what crosses: in the value that crosses itself, as user information, path, query or key of an address, as
// the name within an ARN, in documents, and in what Terraform knows to be sensitive.
const crossings = `
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region     = "eu-central-1"
  access_key = "AKIA` + canary + `000000"
  secret_key = "` + canary + `-of-the-provider"
}

variable "password" {
  type      = string
  sensitive = true
  default   = "` + canary + `-variable"
}

locals {
  token = "` + canary + `-local"
}

resource "aws_sns_topic_subscription" "query" {
  topic_arn = "arn:aws:sns:eu-central-1:111111111111:orders"
  protocol  = "https"
  endpoint  = "https://user:` + canary + `@s3.cn-north-1.amazonaws.com.cn/hook?token=` + canary + `"
}

resource "aws_db_instance" "replica" {
  identifier          = "orders"
  instance_class      = "db.t3.micro"
  replicate_source_db = "arn:aws-cn:rds:cn-north-1:222222222222:db:orders"
  username            = "admin"
  password            = var.password
  tags = {
    note = "` + canary + `-tag"
  }
}

resource "aws_secretsmanager_secret_version" "far" {
  secret_id     = "arn:aws-cn:secretsmanager:cn-north-1:222222222222:secret:orders"
  secret_string = jsonencode({ password = "` + canary + `-in-json", token = local.token })
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  role          = "arn:aws:iam::111111111111:role/worker"
  environment {
    variables = {
      QUEUE    = "https://sqs.cn-north-1.amazonaws.com.cn/222222222222/orders"
      PASSWORD = "` + canary + `-environment"
      DSN      = "postgres://app:` + canary + `@orders.cn-north-1.rds.amazonaws.com.cn/orders"
    }
  }
}

resource "aws_iam_role" "operator" {
  name = "operator"
  assume_role_policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:aws-cn:iam::222222222222:root" }
      Condition = { StringEquals = { "sts:ExternalId" = "` + canary + `-external-id" } }
    }]
  })
}
`

// plant writes a file below a directory.
func plant(t *testing.T, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// TestCanaries: a value of the input that is no name of a place, account, host or resource is in no output, whatever format
// it has, and whether a plan, its sources or both are read.
func TestCanaries(t *testing.T) {
	dir := t.TempDir()
	sources := filepath.Join(dir, "sources")
	plant(t, sources, "main.tf", crossings)
	plant(t, sources, "terraform.tfvars", "password = \""+canary+"-file\"\n")
	// The plan of the same, as Terraform writes it: values in full, what is sensitive marked beside them.
	var changes []any
	change := func(address string, after map[string]any, sensitive map[string]any) {
		typ, name, _ := strings.Cut(address, ".")
		after["region"] = "eu-central-1"
		changes = append(changes, map[string]any{
			"address": address, "mode": "managed", "type": typ, "name": name, "provider_name": "registry.terraform.io/hashicorp/aws",
			"change": map[string]any{"actions": []string{"create"}, "before": nil, "after": after, "after_unknown": map[string]any{"id": true}, "after_sensitive": sensitive},
		})
	}
	change("aws_sns_topic_subscription.query", map[string]any{"topic_arn": "arn:aws:sns:eu-central-1:111111111111:orders", "protocol": "https", "endpoint": "https://user:" + canary + "@s3.cn-north-1.amazonaws.com.cn/hook?token=" + canary}, nil)
	change("aws_db_instance.replica", map[string]any{"replicate_source_db": "arn:aws-cn:rds:cn-north-1:222222222222:db:" + canary, "password": canary, "tags": map[string]any{"note": canary, canary: "note"}}, map[string]any{"password": true})
	change("aws_secretsmanager_secret_version.far", map[string]any{"secret_id": "arn:aws-cn:secretsmanager:cn-north-1:222222222222:secret:" + canary, "secret_string": `{"password":"` + canary + `"}`}, map[string]any{"secret_string": true})
	change("aws_lambda_function.worker", map[string]any{"role": "arn:aws:iam::111111111111:role/" + canary, "environment": []any{map[string]any{"variables": map[string]any{"QUEUE": "https://sqs.cn-north-1.amazonaws.com.cn/222222222222/" + canary, "PASSWORD": canary}}}}, nil)
	change("aws_iam_role.operator", map[string]any{"name": canary, "assume_role_policy": `{"Statement":[{"Sid":"` + canary + `","Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws-cn:iam::222222222222:user/` + canary + `"},"Condition":{"StringEquals":{"sts:ExternalId":"` + canary + `"}}}]}`}, nil)
	config := map[string]any{"provider_config": map[string]any{"aws": map[string]any{"name": "aws", "full_name": "registry.terraform.io/hashicorp/aws", "expressions": map[string]any{
		"region": map[string]any{"constant_value": "eu-central-1"}, "secret_key": map[string]any{"constant_value": canary}}}}}
	doc, err := json.Marshal(map[string]any{
		"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": changes, "configuration": config,
		"variables":      map[string]any{"password": map[string]any{"value": canary}},
		"output_changes": map[string]any{"o": map[string]any{"actions": []string{"create"}, "after": canary}},
	})
	if err != nil {
		t.Fatal(err)
	}
	plant(t, dir, "alone/plan.json", string(doc))
	plant(t, sources, "plan.json", string(doc))

	for _, in := range []struct {
		name, path string
		least      int // findings: without any, silence would prove nothing
	}{
		{"a plan alone", filepath.Join(dir, "alone", "plan.json"), 4},
		{"a plan with its sources", filepath.Join(sources, "plan.json"), 4},
		{"sources", sources, 4},
	} {
		var args []string
		for _, f := range report.Formats() {
			args = append(args, "--format", f.Name, "--output", filepath.Join(dir, "out."+f.Name))
		}
		var stderr bytes.Buffer
		if got := run(slices.Concat([]string{"scan"}, args, []string{in.path}), strings.NewReader(""), os.Stdout, &stderr); got != exitFindings {
			t.Errorf("%s: exit status %d: %s", in.name, got, &stderr)
		}
		for _, f := range report.Formats() {
			out, err := os.ReadFile(filepath.Join(dir, "out."+f.Name))
			if err != nil {
				t.Fatal(err)
			}
			if i := bytes.Index(out, []byte(canary)); i >= 0 {
				t.Errorf("%s, %s: a value is shown: %q", in.name, f.Name, out[max(0, i-120):min(len(out), i+60)])
			}
			var result struct{ Findings []json.RawMessage }
			if f.Name == "json" && (json.Unmarshal(out, &result) != nil || len(result.Findings) < in.least) {
				t.Errorf("%s: %d findings, want at least %d", in.name, len(result.Findings), in.least)
			}
		}
	}
}

// TestSecretsOfExperiments (26) scans what terraform and tofu really wrote, with the secrets that it was written with, and
// finds none of them in any output.
func TestSecretsOfExperiments(t *testing.T) {
	secrets := regexp.MustCompile("hunter2|s3cr3t|correct-horse")
	const experiments = "../../fixtures/semantics"
	dirs, err := os.ReadDir(experiments)
	if err != nil {
		t.Fatal(err)
	}
	planted := 0
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(experiments, dir.Name(), "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range append(files, filepath.Join(experiments, dir.Name())) {
			holds := false
			if raw, err := os.ReadFile(path); err == nil {
				holds = secrets.Match(raw)
			} else { // a directory of sources
				main, _ := os.ReadFile(filepath.Join(path, "main.tf"))
				holds = secrets.Match(main)
			}
			if !holds {
				continue
			}
			planted++
			out := t.TempDir()
			args := []string{"scan"}
			for _, f := range report.Formats() {
				args = append(args, "--format", f.Name, "--output", filepath.Join(out, f.Name))
			}
			var stderr bytes.Buffer
			if run(append(args, path), strings.NewReader(""), os.Stdout, &stderr) == exitBad {
				t.Errorf("%s: %s", path, &stderr)
				continue
			}
			for _, f := range report.Formats() {
				text, err := os.ReadFile(filepath.Join(out, f.Name))
				if err != nil {
					t.Fatal(err)
				}
				if at := secrets.FindIndex(text); at != nil {
					t.Errorf("%s, %s: a secret is shown: %q", path, f.Name, text[max(0, at[0]-120):min(len(text), at[1]+60)])
				}
			}
		}
	}
	if planted < 6 {
		t.Errorf("only %d inputs hold a secret", planted)
	}
}
