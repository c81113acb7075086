package load

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/demarc-dev/demarc/analyzer/model"
)

// small is a plan of one resource.
const small = `{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[{"address":"aws_vpc.v","mode":"managed","type":"aws_vpc","name":"v",` +
	`"provider_name":"registry.terraform.io/hashicorp/aws","change":{"actions":["create"],"before":null,"after":{"cidr_block":"10.0.0.0/16"},"after_unknown":{"id":true},"before_sensitive":false,"after_sensitive":{}}}]}`

// read reads a document that must be readable.
func read(t testing.TB, doc string) *model.Snapshot {
	t.Helper()
	s, _, err := input("plan.json", "", strings.NewReader(doc), &decoder{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// refused reads a document that must not be readable.
func refused(t testing.TB, doc string) *Error {
	t.Helper()
	s, _, err := input("plan.json", "", strings.NewReader(doc), &decoder{})
	var e *Error
	switch {
	case err == nil:
		t.Fatalf("was read: %s, %d resources", s.Format, len(s.Resources))
	case s != nil:
		t.Fatalf("gives half a result beside the error %s", err)
	case !errors.As(err, &e):
		t.Fatalf("%T is no *Error: %s", err, err)
	case e.Input != "plan.json":
		t.Fatalf("the error is about input %q", e.Input)
	}
	return e
}

// fixture is the text of a file of the experiments.
func fixture(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "fixtures", "semantics", filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func resource(t testing.TB, s *model.Snapshot, address string) *model.Resource {
	t.Helper()
	for _, r := range s.Resources {
		if r.Address == address && r.Deposed == "" {
			return r
		}
	}
	t.Fatalf("no resource %s", address)
	return nil
}

// TestLookAlikes: everything that people hand in instead of a plan is called by its name, with what to do.
func TestLookAlikes(t *testing.T) {
	for _, c := range []struct{ name, doc, says, do string }{
		{"nothing", "", "is empty", "terraform show -json"},
		{"blanks", " \r\n\t\n  ", "holds no JSON document", "terraform show -json"},
		{"a byte order mark alone", "\xef\xbb\xbf", "holds no JSON document", "terraform show -json"},
		{"an array", `[{"address":"aws_vpc.v"}]`, "JSON array", "terraform show -json"},
		{"a string", `"plan"`, "neither the JSON of a plan nor of a state", "terraform show -json"},
		{"a number", "42\n", "holds no JSON document", "terraform show -json"},
		{"null", `null`, "neither the JSON of a plan nor of a state", "terraform show -json"},
		{"some object", `{"hello":"world"}`, "neither a plan nor a state", "terraform show -json"},
		{"an empty object", `{}`, "neither a plan nor a state", "terraform show -json"},

		{"plan -json", `{"@level":"info","@message":"Terraform 1.11.4","@module":"terraform.ui","terraform":"1.11.4","type":"version","ui":"1.2"}` + "\n" +
			`{"@level":"info","@message":"Plan: 1 to add","@module":"terraform.ui","type":"change_summary"}` + "\n", "terraform plan -json", "terraform show -json"},
		{"plan -json from its outputs on", `{"@level":"info","@message":"Outputs: 1","outputs":{"vpc":{"sensitive":false,"action":"create"}},"type":"outputs"}`, "terraform plan -json", "terraform show -json"},
		{"a cloud bookmark", `{"remote_plan_format":1,"run_id":"run-GXfuHMkbyHccAGUg","hostname":"app.terraform.io"}`, "HCP Terraform", "terraform show -json FILE"},
		{"an encrypted plan", `{"meta":{"key_provider.pbkdf2.k":"eyJzYWx0Ijoi"},"encrypted_data":"hxaQ","encryption_version":"v0"}`, "encrypted by OpenTofu", "tofu show -json"},
		{"an encrypted state", `{"serial":3,"lineage":"6f1f0a3e","meta":{"key_provider.pbkdf2.k":"eyJz"},"encrypted_data":"hxaQ","encryption_version":"v0"}`, "encrypted by OpenTofu", "tofu show -json"},
		{"provider schemas", `{"format_version":"1.0","provider_schemas":{"registry.terraform.io/hashicorp/aws":{"provider":{"version":0}}}}`, "schema of providers", "demarc coverage --schema"},
		{"validate -json", `{"format_version":"1.0","valid":true,"error_count":0,"warning_count":0,"diagnostics":[]}`, "terraform validate -json", "terraform show -json"},
		{"metadata functions", `{"format_version":"1.0","function_signatures":{"abs":{}}}`, "neither a plan nor a state", "terraform show -json"},
		{"version -json", `{"terraform_version":"1.11.4","platform":"linux_amd64","provider_selections":{},"terraform_outdated":true}`, "neither a plan nor a state", "terraform show -json"},
		{"an empty state", `{"format_version":"1.0"}`, "empty state", "right workspace"},
		{"a module manifest", `{"Modules":[{"Key":"","Source":"","Dir":"."}]}`, "module manifest", "terraform show -json"},
		{"raw state 2", `{"version":2,"terraform_version":"0.11.14","serial":7,"lineage":"x","modules":[{"path":["root"],"outputs":{},"resources":{}}]}`, "format version 2", "terraform show -json"},
		{"a backend's record", `{"version":3,"terraform_version":"1.11.4","serial":1,"lineage":"x","backend":{"type":"s3","config":{}},"modules":[]}`, "keeps of the backend", "terraform show -json"},
		{"raw state 5", `{"version":5,"serial":7,"lineage":"x","resources":[]}`, "format version 5", "terraform show -json"},
		{"a plan without its version", `{"resource_changes":[],"configuration":{}}`, "has no format_version", "terraform show -json"},

		{"HTML", "<!DOCTYPE html>\n<html>\n<style>\n{ color: red }\n</style>\n<body>Sign in</body></html>\n", "HTML", "terraform show -json"},
		{"gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00", "gzip", "gunzip -c"},
		{"a picture", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary file", "terraform show -json"},
		{"UTF-16 without its mark", "{\x00\"\x00", "byte 1", "terraform show -json"},
		{"what plan prints", "\nTerraform used the selected providers to generate the following execution\nplan. Resource actions are indicated with the following symbols:\n  + create\n", "prints for people", "terraform show -json"},
		{"what plan prints after a refresh", "aws_vpc.v: Refreshing state... [id=vpc-1]\n\nTerraform will perform the following actions:\n\n  # aws_vpc.w will be created\n", "prints for people", "terraform show -json"},
		{"sources", "resource \"aws_vpc\" \"v\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n", "Terraform source", "scan the directory"},
		{"a long text", strings.Repeat("Lorem ipsum dolor sit amet.\n", 1000) + small, "neither the JSON of a plan nor of a state", "terraform show -json"},
		{"a long line", strings.Repeat("x", 1<<20), "neither the JSON of a plan nor of a state", "terraform show -json"},

		{"garbage after the document", small + " and more", "something follows the document", "terraform show -json"},
		{"a bracket too many", small + "}", "something follows the document", "terraform show -json"},
		{"two documents", small + "\n" + small, "something follows the document", "terraform show -json"},
		{"a NUL after the document", small + "\x00", "something follows the document", "terraform show -json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := refused(t, c.doc)
			if !strings.Contains(e.Err.Error(), c.says) || !strings.Contains(e.Do, c.do) {
				t.Errorf("got %q and %q; want %q and %q in them", e.Err, e.Do, c.says, c.do)
			}
		})
	}
}

// TestDressedUp: what shells and wrappers put around the document changes nothing.
func TestDressedUp(t *testing.T) {
	inUTF16 := func(order binary.AppendByteOrder) string {
		b := order.AppendUint16(nil, 0xFEFF)
		for _, u := range utf16.Encode([]rune(strings.Replace(small, "10.0.0.0/16", "10.0.0.0/16 \U0001F310", 1))) {
			b = order.AppendUint16(b, u)
		}
		return string(b)
	}
	indented := strings.NewReplacer(`,"`, ",\r\n  \"", `{"`, "{\r\n  \"").Replace(small)
	for _, c := range []struct{ name, doc string }{
		{"UTF-8 with a byte order mark", "\xef\xbb\xbf" + small},
		{"UTF-16 little endian", inUTF16(binary.LittleEndian)},
		{"UTF-16 big endian", inUTF16(binary.BigEndian)},
		{"blank lines around", "\n\n" + small + "\n\n"},
		{"CRLF", indented + "\r\n"},
		{"setup-terraform's wrapper", "[command]/opt/hostedtoolcache/terraform/1.11.4/x64/terraform-bin show -json tfplan\n" + small +
			"\n::debug::Terraform exited with code 0.\n::debug::stdout: " + strings.Repeat("{%22a%22}", 20_000) + "\n::debug::stderr: \n::debug::exitcode: 0\n"},
		{"setup-terraform's old wrapper", "[command]/opt/hostedtoolcache/terraform-bin show -json tfplan\r\n" + small + "\r\n\r\n::set-output name=stdout::{}\r\n::set-output name=exitcode::0\r\n"},
		{"a version manager's banner", "Resolved version from /repo/.terraform-version : 1.11.4\n" + small + "\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := read(t, c.doc)
			if s.Format != model.Plan || len(s.Resources) != 1 {
				t.Fatalf("%s with %d resources", s.Format, len(s.Resources))
			}
			if got, _ := s.Resources[0].Values.Get("cidr_block").Text(); !strings.HasPrefix(got, "10.0.0.0/16") || strings.ContainsRune(got, '�') {
				t.Errorf("cidr_block is %q", got)
			}
		})
	}
}

// TestCutOff cuts real plans and states at many places: the rest is never taken for a whole one.
func TestCutOff(t *testing.T) {
	for _, path := range []string{"providers/plan.json", "actions/plan.json", "refs_applied/state.json", "actions/state1.tfstate", "data_modes/plan.json"} {
		doc := strings.TrimSpace(fixture(t, path))
		for n := 0; n < len(doc); n += 1 + len(doc)/200 {
			e := refused(t, doc[:n])
			if n > 0 && !strings.Contains(e.Err.Error(), "cut off") {
				t.Fatalf("%s, cut after %d bytes: %s", path, n, e.Err)
			}
		}
	}
	b := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(small)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	for n := 2; n < len(b); n += 7 { // in the middle of a character as well
		refused(t, string(b[:n]))
	}
}

// TestStates: states in both forms are read as such, with what only the raw one knows.
func TestStates(t *testing.T) {
	shown, raw := read(t, fixture(t, "actions/state1.json")), read(t, fixture(t, "actions/state1.tfstate"))
	if shown.Format != model.StateV1 || raw.Format != model.StateV1 {
		t.Fatalf("formats %s and %s", shown.Format, raw.Format)
	}
	want := map[string]bool{}
	for _, r := range shown.Resources {
		want[r.Address+" "+r.Deposed] = true
		if r.Provider != nil {
			t.Errorf("%s: a provider configuration is made up: %s", r.Address, r.Provider.Label())
		}
		if r.Action != model.NoOp {
			t.Errorf("%s: action %s in a state", r.Address, r.Action)
		}
	}
	for _, r := range raw.Resources {
		if !want[r.Address+" "+r.Deposed] {
			t.Errorf("%s is in the raw state alone", r.Address)
		}
		delete(want, r.Address+" "+r.Deposed)
	}
	for address := range want {
		t.Errorf("%s is not in the raw state", address)
	}
	// A deleted resource's alias is nowhere in a plan; the raw state has it.
	if r := resource(t, raw, "aws_vpc.gone_cfg"); r.Provider == nil || r.Provider.Alias != "eu" || r.Source != "hashicorp/aws" {
		t.Errorf("aws_vpc.gone_cfg is of %+v", r.Provider)
	}
}

// TestStateOf012: Terraform 0.12 leaves modules and keys out of the addresses in a state, and in the state of a plan.
func TestStateOf012(t *testing.T) {
	vpc := func(index, id string) string {
		return `{"address":"aws_vpc.v","mode":"managed","type":"aws_vpc","name":"v"` + index + `,"values":{"id":"` + id + `"}}`
	}
	region := `{"address":"data.aws_region.r","mode":"data","type":"aws_region","name":"r","values":{"name":"eu-west-1"}}`
	values := `{"root_module":{"resources":[` + vpc("", "root") + `,` + region + `],"child_modules":[{"resources":[` + vpc(`,"index":0`, "child") + `,` + region + `],"address":"module.m",
		"child_modules":[{"address":"module.m.module.n","resources":[` + vpc(`,"index":1`, "grandchild") + `]}]}]}}`
	want := map[string]string{"aws_vpc.v": "root", "module.m.aws_vpc.v[0]": "child", "module.m.module.n.aws_vpc.v[1]": "grandchild", "data.aws_region.r": "", "module.m.data.aws_region.r": ""}
	check := func(s *model.Snapshot) {
		t.Helper()
		if len(s.Resources) != len(want) {
			t.Errorf("%d resources", len(s.Resources))
		}
		for address, id := range want {
			if got, _ := resource(t, s, address).Values.Get("id").Text(); got != id {
				t.Errorf("%s is %q, want %q", address, got, id)
			}
		}
	}
	check(read(t, `{"format_version":"0.1","terraform_version":"0.12.24","values":`+values+`}`))
	// In a plan, what changes is not there a second time, and the rest is where it belongs.
	changes := ""
	for i, address := range []string{"aws_vpc.v", "module.m.aws_vpc.v[0]"} { // the third is outside of a target
		if i > 0 {
			changes += ","
		}
		changes += `{"address":"` + address + `","change":{"actions":["no-op"],"after":{"id":"` + want[address] + `"}}}`
	}
	module := func(more string) string {
		return `{"resources":[` + block("aws_vpc.v", "") + `]` + more + `}`
	}
	sections := []string{`"resource_changes":[` + changes + `]`, `"prior_state":{"format_version":"0.1","values":` + values + `}`,
		`"configuration":{"root_module":` + module(`,"module_calls":{"m":{"module":`+module(`,"module_calls":{"n":{"module":`+module("")+`}}`)+`}}`) + `}`}
	check(read(t, plan(strings.Join(sections, ","))))
	check(read(t, plan(sections[1]+","+sections[0]+","+sections[2])))
}

// TestRawProviders: what a raw state says of provider configurations, of every Terraform that writes version 4.
func TestRawProviders(t *testing.T) {
	for text, want := range map[string]struct{ source, alias, module string }{
		`provider[\"registry.terraform.io/hashicorp/aws\"]`:               {"hashicorp/aws", "", ""},
		`provider[\"registry.terraform.io/hashicorp/aws\"].eu`:            {"hashicorp/aws", "eu", ""},
		`module.legacy.provider[\"registry.opentofu.org/hashicorp/aws\"]`: {"hashicorp/aws", "", "module.legacy"},
		`module.a[\"x.y\"].module.b.provider[\"r.io/acme/aws\"].x`:        {"acme/aws", "x", "module.a.module.b"},
		`provider.aws`:                  {"hashicorp/aws", "", ""},
		`module.old.provider.azurerm.c`: {"hashicorp/azurerm", "c", "module.old"},
	} {
		s := read(t, fmt.Sprintf(`{"version":4,"serial":1,"lineage":"x","outputs":{},"resources":[{"mode":"managed","type":"t_r","name":"n","provider":"%s","instances":[{"attributes":{}}]}]}`, text))
		p := s.Resources[0].Provider
		if p.Source != want.source || p.Alias != want.alias || p.Module.String() != want.module || s.Resources[0].Source != want.source {
			t.Errorf("%s: %+v", text, p)
		}
	}
	// OpenTofu's provider for_each: the configuration is told per instance.
	s := read(t, `{"version":4,"serial":1,"lineage":"x","resources":[{"module":"module.m[\"a\"]","mode":"data","type":"aws_region","name":"n","instances":[
		{"index_key":"gov","provider":"provider[\"registry.opentofu.org/hashicorp/aws\"].by[\"gov\"]","attributes":{"name":"us-gov-west-1"}},
		{"index_key":0,"provider":"provider[\"registry.opentofu.org/hashicorp/aws\"].by[\"eu\"]","attributes":{"name":"eu-west-1"},"deposed":"d0"}]}]}`)
	a, b := s.Resources[0], s.Resources[1]
	if a.Address != `module.m["a"].data.aws_region.n["gov"]` || b.Address != `module.m["a"].data.aws_region.n[0]` || b.Deposed != "d0" {
		t.Errorf("addresses %s and %s, deposed %q", a.Address, b.Address, b.Deposed)
	}
	if a.Provider == b.Provider {
		t.Error("two instances of a provider with for_each are taken for one")
	}
	// A reference that is not understood names its resource.
	e := refused(t, `{"version":4,"serial":1,"resources":[{"mode":"managed","type":"aws_vpc","name":"v","provider":"","instances":[{"attributes":{}}]}]}`)
	if !strings.Contains(e.Error(), "aws_vpc.v") {
		t.Error(e)
	}
}

// TestVersions: major versions 0 and 1 are read, a newer minor one with a note; everything else is refused by name.
func TestVersions(t *testing.T) {
	for v, newer := range map[string]bool{"0.1": false, "0.2": false, "1.0": false, "1.1": false, "1.2": false, "1.3": true, "1.10": true, "1.99": true} {
		s := read(t, strings.Replace(small, `"1.2"`, `"`+v+`"`, 1))
		if len(s.Resources) != 1 {
			t.Errorf("%s: %d resources", v, len(s.Resources))
		}
		if noted := strings.Contains(strings.Join(s.Notes, "; "), "format_version "+v+" is newer"); noted != newer {
			t.Errorf("%s: notes %q", v, s.Notes)
		}
	}
	for v, says := range map[string]string{
		`"2.0"`: "format_version 2.0", `"10.0"`: "format_version 10.0", `"1"`: `"1"`, `"v1.2"`: `"v1.2"`, `"1.0.0-beta1"`: "1.0.0-beta1", `"1.2-rc1"`: "1.2-rc1",
		`""`: `""`, `" 1.2 "`: `" 1.2 "`, `"abc"`: "abc", `1.2`: "a number", `null`: "null", `{}`: "an object", `["1.2"]`: "an array", `"1.123456789012"`: "1.123456789012",
	} {
		e := refused(t, strings.Replace(small, `"1.2"`, v, 1))
		if msg := e.Error(); !strings.Contains(msg, says) || !strings.Contains(msg, "format_version") || !strings.Contains(msg, "byte ") {
			t.Errorf("%s: %s", v, msg)
		}
	}
}

// TestFiles: paths that hold no document.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	if _, err := File(filepath.Join(dir, "none.json"), Options{}); err == nil || !strings.Contains(err.Error(), "none.json") || strings.Count(err.Error(), "none.json") != 1 {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := File(dir, Options{}); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a directory: %v", err)
	}
	if _, err := os.Stat(os.DevNull); err == nil {
		if _, err := File(os.DevNull, Options{}); err == nil || !strings.Contains(err.Error(), "not a regular file") {
			t.Errorf("a device: %v", err)
		}
	}
	s, err := File("-", Options{Stdin: strings.NewReader(small)})
	if err != nil || s.Name != "standard input" || len(s.Resources) != 1 {
		t.Errorf("standard input: %v, %v", s, err)
	}
	if _, err := File("-", Options{Stdin: brokenPipe{}}); !errors.Is(err, errBroken) {
		t.Errorf("a reader that fails: %v", err)
	}
}

var errBroken = errors.New("broken")

type brokenPipe struct{}

func (brokenPipe) Read([]byte) (int, error) { return 0, errBroken }

// archive makes a zip of members.
func archive(t testing.TB, members map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range members {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
