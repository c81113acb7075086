package analyzer_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/demarc-dev/demarc/analyzer"
	"github.com/demarc-dev/demarc/analyzer/boundary"
	"github.com/demarc-dev/demarc/analyzer/link"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/place"
)

func TestExcerpt(t *testing.T) {
	const text = "resource \"aws_vpc_peering_connection\" \"bridge\" {\n" +
		"  peer_region = \"cn-north-1\" # Beijing\r\n" +
		"\tname        = \"größe\"\n" +
		"  policy = jsonencode({\n" +
		"    # 222222222222 is in China\n" +
		"    Statement = [{ Principal = { AWS = \"arn:aws-cn:iam::222222222222:root\" }, Condition = 1 }]\n" +
		"  })\n" +
		"  ids = [\n" +
		"    var.first,\n" +
		"  ]\n" +
		"  \"peer\": \"vpc-1\",\n" +
		"  users = [\n" +
		"    \"arn:aws:iam::111111111111:root\",\n" +
		"    var.partner,\n" +
		"  ]\n" +
		"}\n"
	r := analyzer.Result{Lines: analyzer.NewLines(map[string]string{"main.tf": text})}
	f := analyzer.Finding{Rule: &analyzer.Rule{}, From: analyzer.Spot{Site: place.Site{Partition: "aws-cn", Account: "222222222222"}}, Inward: true,
		To: analyzer.Spot{Site: place.Site{Partition: "aws", Account: "111111111111"}}}
	pos := func(line, column, endLine, endColumn int) model.Pos {
		return model.Pos{File: "main.tf", Line: line, Column: column, EndLine: endLine, EndColumn: endColumn}
	}
	for _, test := range []struct {
		pos  model.Pos
		want string // with the marked part in <>, after its line, "" for none
	}{
		{pos(2, 3, 2, 29), `2:peer_region = <"cn-north-1"> # Beijing`},
		{pos(3, 2, 3, 23), `3:name = <"größe">`},
		{pos(1, 1, 1, 47), `1:<resource "aws_vpc_peering_connection" "bridge"> {`},
		{pos(4, 3, 7, 5), `6:Statement = [{ Principal = { AWS = <"arn:aws-cn:iam::222222222222:root"> }, Condition = 1 }]`},
		{pos(8, 3, 10, 4), `8:ids = <[>`},
		{pos(11, 3, 11, 18), `11:"peer": <"vpc-1">,`},
		{pos(2, 0, 0, 0), `2:peer_region = <"cn-north-1" # Beijing>`}, // no end is known
		{pos(12, 3, 15, 4), `12:users = <[>`},                         // the own account is not what it is about
		{pos(17, 1, 17, 1), ""},
		{pos(99, 1, 99, 4), ""},
		{pos(0, 0, 0, 0), ""},
		{model.Pos{File: "other.tf", Line: 1}, ""},
	} {
		e, ok := r.Excerpt(&f, test.pos)
		got := ""
		if ok {
			got = strings.Join([]string{strconv.Itoa(e.Line), ":", e.Before, "<", e.Marked, ">", e.After}, "")
		}
		if got != test.want {
			t.Errorf("%v\n got %s\nwant %s", test.pos, got, test.want)
		}
	}
	if _, ok := new(analyzer.Result).Excerpt(&f, pos(1, 1, 1, 4)); ok {
		t.Error("a line of nothing")
	}
}

// Of several elements it is the line of the one that refers to what the finding is about.
func TestExcerptOfAReference(t *testing.T) {
	const text = "origins = [\n" +
		"  { name = \"a\", address = aws_lb.api_old.dns_name },\n" +
		"  { name = \"b\", address = aws_lb.api[0].dns_name, enabled = true },\n" +
		"]\n"
	r := analyzer.Result{Lines: analyzer.NewLines(map[string]string{"main.tf": text})}
	f := analyzer.Finding{Rule: &analyzer.Rule{}, Attribute: "origins.address", Related: []string{"module.m.aws_lb.api[0]"}}
	e, ok := r.Excerpt(&f, model.Pos{File: "main.tf", Line: 1, Column: 1, EndLine: 4, EndColumn: 2})
	if !ok || e.Line != 3 || e.Marked != "aws_lb.api[0].dns_name" {
		t.Errorf("%+v %v", e, ok)
	}
}

// Two saved plans may each have a main.tf: a line is of the finding's own, or of none.
func TestExcerptOfTheInput(t *testing.T) {
	plan := func(name, text string) *model.Snapshot {
		return &model.Snapshot{Name: name, Texts: map[string]string{"main.tf": text, "same.tf": "x = 1"}}
	}
	r := analyzer.Run(&link.Graph{Inputs: []*model.Snapshot{plan("a", "x = \"of a\"\ny = 1"), plan("b", "x = \"of b\"\ny = 2")}},
		boundary.Default(nil), nil, nil, time.Time{})
	at := func(name string, line int) model.Pos { return model.Pos{File: name, Line: line, Column: 1} }
	f := analyzer.Finding{Rule: &analyzer.Rule{}, Root: "b", Pos: at("main.tf", 1)}
	if e, ok := r.Excerpt(&f, f.Pos); !ok || e.Marked != `"of b"` {
		t.Errorf("%v %v", e, ok)
	}
	if e, ok := r.Excerpt(&f, at("main.tf", 2)); ok {
		t.Errorf("a line of who knows which: %v", e)
	}
	if _, ok := r.Excerpt(&f, at("same.tf", 1)); !ok {
		t.Error("a file that both have alike")
	}
}

// What may be secret is masked, wherever it stands in the line; names of places are not.
func TestExcerptMasksSecrets(t *testing.T) {
	for _, test := range []struct{ line, want string }{
		{`password = "hunter2"`, `password = "***"`},
		{`secret_string = "a-${var.b}-c"`, `secret_string = "***${var.b}***"`},
		{`db_password = var.password`, `db_password = var.password`},
		{`admin_token = "with \" quote" # and "more"`, `admin_token = "***" # and "***"`},
		{`shared_key = "open`, `shared_key = "***`},
		{`pre_shared_key = 12345678`, `pre_shared_key = ***`},
		{`secret_id = aws_secretsmanager_secret.a[0].id`, `secret_id = aws_secretsmanager_secret.a[0].id`},
		{`secret_arn = "arn:aws-cn:secretsmanager:cn-north-1:222222222222:secret:a"`, `secret_arn = "arn:aws-cn:secretsmanager:cn-north-1:222222222222:secret:a"`},
		{`variables = { REGION = "cn-north-1", DB_PASSWORD = "x", OTHER = "y" }`, `variables = { REGION = "cn-north-1", DB_PASSWORD = "***", OTHER = "***" }`},
		{`"api_key": "x"`, `"api_key": "***"`},
		{`url = "https://user:pw@db.example.cn/x?sig=abc&x=1"`, `url = "https://***@db.example.cn/x?sig=***&x=***"`},
		{`dsn = "Endpoint=sb://a.servicebus.chinacloudapi.cn/;SharedAccessKey=abc=;X=1"`, `dsn = "Endpoint=sb://a.servicebus.chinacloudapi.cn/;SharedAccessKey=***;X=***"`},
		{`uri = "https://f.azurewebsites.us/api/run?code=abc/d==&clientId=default"`, `uri = "https://f.azurewebsites.us/api/run?code=***&clientId=default"`},
		{`url = "https://atlas.azure.us/map?api-version=1.0&subscription-key=abc"`, `url = "https://atlas.azure.us/map?api-version=1.0&subscription-key=***"`},
		{`queries = { code = "abc" }`, `queries = { code = "***" }`},
		{`headers = { x-functions-key = "abc" }`, `headers = { x-functions-key = "***" }`},
		{`"fs.azure.account.key.acme.dfs.core.windows.net" = "abc"`, `"fs.azure.account.key.acme.dfs.core.windows.net" = "***"`},
		{`"fs.azure.sas.box.acme.blob.core.windows.net" = "abc"`, `"fs.azure.sas.box.acme.blob.core.windows.net" = "***"`},
		{`sas_url = each.key == "gov" ? data.a.b["gov"].sas : "abc"`, `sas_url = each.key == "gov" ? data.a.b["gov"].sas : "***"`},
		{`password = var.password == "abc" ? "d" : "e"`, `password = var.password == "***" ? "***" : "***"`},
		{`id = "AKIAIOSFODNN7EXAMPLE"`, `id = "***"`},
		{`value = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"`, `value = "***"`},
		{`value = "Zm9vYmFyQmF6MTIzNDU2Nzg5MGFiY2RlZg"`, `value = "***"`},
		{`value = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"`, `value = "***"`},
		{`value = "d41d8cd98f00b204e9800998ecf8427e"`, `value = "***"`},
		{`headers = { Authorization = "Bearer abcdefgh12345" }`, `headers = { Authorization = "Bearer ***" }`},
		{`key = "-----BEGIN PRIVATE KEY-----\nMIIE"`, `key = "***`},
		{`command = "mysql -phunter2 -h db.example.com.cn"`, `command = "***"`},
		// What names a place stays.
		{`peer_region = "cn-north-1"`, `peer_region = "cn-north-1"`},
		{`kms_key_id = "arn:aws-cn:kms:cn-north-1:222222222222:key/00000000-0000-0000-0000-000000000001"`, `kms_key_id = "arn:aws-cn:kms:cn-north-1:222222222222:key/00000000-0000-0000-0000-000000000001"`},
		{`vnet = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/Hub01/providers/Microsoft.Network/virtualNetworks/hubNetwork01"`,
			`vnet = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/Hub01/providers/Microsoft.Network/virtualNetworks/hubNetwork01"`},
		{`compartment = "ocid1.tenancy.oc19..aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffgggggggghhhhhhhh"`, `compartment = "ocid1.tenancy.oc19..aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffgggggggghhhhhhhh"`},
		{`name = "MyCompanyProductionNetwork01"`, `name = "MyCompanyProductionNetwork01"`},
		{`target = "db.example.com.cn:5432"`, `target = "db.example.com.cn:5432"`},
	} {
		r := analyzer.Result{Lines: analyzer.NewLines(map[string]string{"a.tf": test.line})}
		e, ok := r.Excerpt(&analyzer.Finding{Rule: &analyzer.Rule{}}, model.Pos{File: "a.tf", Line: 1, Column: 1, EndLine: 1, EndColumn: 999})
		if got := e.Before + e.Marked + e.After; !ok || got != test.want {
			t.Errorf("\n got %s\nwant %s", got, test.want)
		}
	}
	// A key of an object is found by its name, and what it refers to may be shown.
	r := analyzer.Result{Lines: analyzer.NewLines(map[string]string{"a.tf": "app_settings = {\n  OTHER = 1\n  KEY   = aws_iam_access_key.a.secret, PIN = \"1234\"\n}\n"})}
	f := analyzer.Finding{Rule: &analyzer.Rule{Secret: true}, Attribute: "app_settings.KEY"}
	e, _ := r.Excerpt(&f, model.Pos{File: "a.tf", Line: 1, Column: 1, EndLine: 4, EndColumn: 2})
	if got := e.Before + "|" + e.Marked; e.Line != 3 || got != `KEY = |aws_iam_access_key.a.secret, PIN = "***"` {
		t.Errorf("line %d: %s", e.Line, got)
	}
	// What an element of a map is called may name the far place, and what it holds is the secret.
	r = analyzer.Result{Lines: analyzer.NewLines(map[string]string{"a.tf": "properties = {\n  \"fs.azure.account.key.acme.core.windows.net\" = \"hunter2\"\n}\n"})}
	f = analyzer.Finding{Rule: &analyzer.Rule{Secret: true}, To: analyzer.Spot{Site: place.Site{Host: "acme.core.windows.net"}}}
	e, _ = r.Excerpt(&f, model.Pos{File: "a.tf", Line: 1, Column: 1, EndLine: 3, EndColumn: 2})
	if got := e.Before + "|" + e.Marked + "|" + e.After; e.Line != 2 || got != `|"fs.azure.account.key.acme.core.windows.net"| = "***"` {
		t.Errorf("line %d: %s", e.Line, got)
	}
	// The name of an argument counts for all of its lines, and a rule about secrets for every line.
	for name, secret := range map[string]bool{"secret_string": false, "value": true} {
		r := analyzer.Result{Lines: analyzer.NewLines(map[string]string{"a.tf": name + " = <<EOT\nhunter2 of cn-north-1 in ${var.here}\nEOT\n"})}
		f := analyzer.Finding{Rule: &analyzer.Rule{Secret: secret}, To: analyzer.Spot{Site: place.Site{Region: "cn-north-1"}}}
		e, _ := r.Excerpt(&f, model.Pos{File: "a.tf", Line: 1, Column: 1, EndLine: 4, EndColumn: 1})
		if got := e.Before + "|" + e.Marked + "|" + e.After; e.Line != 2 || strings.Contains(got, "hunter2") {
			t.Errorf("line %d: %s", e.Line, got)
		}
	}
}
