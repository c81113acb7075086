package access

import (
	"testing"

	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/place"
	"github.com/google/go-cmp/cmp"
)

func TestParseStatement(t *testing.T) {
	for text, want := range map[string]Sentence{
		"Define tenancy Gov as ocid1.tenancy.oc2..aaaa":                                                                 {Verb: Define, Kind: "tenancy", Name: "gov", ID: "ocid1.tenancy.oc2..aaaa"},
		"  define   GROUP 'Ops Team' AS ocid1.group.oc2..b":                                                             {Verb: Define, Kind: "group", Name: "ops team", ID: "ocid1.group.oc2..b"},
		"Admit group Ops of tenancy Gov to manage all-resources in tenancy":                                             {Verb: Admit, Who: "group ops", Of: "gov", To: "manage", What: "all-resources"},
		"admit any-user of any-tenancy to read buckets in compartment c":                                                {Verb: Admit, Who: "any-user", Of: "any-tenancy", To: "read", What: "buckets"},
		"ENDORSE group Ops TO use virtual-network-family IN tenancy Gov":                                                {Verb: Endorse, Who: "group ops", To: "use", What: "virtual-network-family", Where: "gov"},
		"Endorse dynamic-group d to manage objects in any-tenancy":                                                      {Verb: Endorse, Who: "dynamic-group d", To: "manage", What: "objects", Where: "any-tenancy"},
		"Allow group id ocid1.group.oc1..x to manage policies in tenancy":                                               {Verb: AllowTo, Who: "group id ocid1.group.oc1..x", To: "manage", What: "policies"},
		"allow group 'to' to inspect all-resources in tenancy":                                                          {Verb: AllowTo, Who: "group to", To: "inspect", What: "all-resources"},
		"allow group 'Default'/'Net Ops', Apps/b to use keys in tenancy":                                                {Verb: AllowTo, Who: "group 'default/net ops' apps/b", To: "use", What: "keys"},
		"allow group a to manage keys in compartment x where target.vault.id='v'":                                       {Verb: AllowTo, Who: "group a", To: "manage", What: "keys", Limited: true},
		"allow any-user to {BUCKET_READ, OBJECT_READ} in tenancy":                                                       {Verb: AllowTo, Who: "any-user", To: "{bucket_read, object_read}"},
		"allow group a to manage vcns in tenancy where request.permission = 'VCN_READ'":                                 {Verb: AllowTo, Who: "group a", To: "manage", What: "vcns", Limited: true, Only: []string{"permission vcn_read"}},
		"allow group a to manage vcns in tenancy where any {request.permission='A_READ', request.operation='ListVcns'}": {Verb: AllowTo, Who: "group a", To: "manage", What: "vcns", Limited: true, Only: []string{"permission a_read", "operation listvcns"}},
		"allow group a to manage vcns in tenancy where any {request.permission='VCN_READ', request.region='iad'}":       {Verb: AllowTo, Who: "group a", To: "manage", What: "vcns", Limited: true},
		"allow group a to manage vcns in tenancy where request.permission != 'VCN_DELETE'":                              {Verb: AllowTo, Who: "group a", To: "manage", What: "vcns", Limited: true},
		"allow group a to manage vcns in tenancy where request.operation = 'UpdateVcn'":                                 {Verb: AllowTo, Who: "group a", To: "manage", What: "vcns", Limited: true},
		"deny group a to manage all-resources in tenancy":                                                               {Verb: DenyTo, Who: "group a", To: "manage", What: "all-resources"},
	} {
		got, ok := ParseStatement(text)
		if !ok {
			t.Errorf("%q is none", text)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
	for _, text := range []string{"", "allow", "define tenancy x", "admit to", "allow group x", "grant group x to y in z", "allow group x to in y", "'", "allow group 'x to manage keys in tenancy"} {
		if got, ok := ParseStatement(text); ok {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestSentenceAmounts(t *testing.T) {
	cat := testCatalog(t)
	for text, want := range map[string]catalog.Class{
		"request.permission = 'VCN_READ'":                                      catalog.Read,
		"any {request.permission='VCN_READ', request.permission='VCN_UPDATE'}": catalog.NetworkAdmin,
		"request.operation = 'ListVcns'":                                       catalog.Read,
		"request.operation = 'UpdateVcn'":                                      catalog.NetworkAdmin,
		"request.region = 'iad'":                                               catalog.NetworkAdmin,
	} {
		s, ok := ParseStatement("allow group a to manage vcns in tenancy where " + text)
		if got := s.Amounts(cat); !ok || got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]catalog.Class{
		"manage all-resources":           catalog.Full,
		"MANAGE Virtual-Network-Family":  catalog.NetworkAdmin,
		"manage drgs":                    catalog.NetworkAdmin,
		"use virtual-network-family":     catalog.Use,
		"manage policies":                catalog.IdentityAdmin,
		"use groups":                     catalog.IdentityAdmin,
		"manage keys":                    catalog.KeyAdmin,
		"use keys":                       catalog.KeyAdmin,
		"manage object-family":           catalog.Data,
		"manage tag-namespaces":          catalog.Use,
		"read all-resources":             catalog.Read,
		"inspect policies":               catalog.Read,
		"{VCN_READ, SUBNET_INSPECT}":     catalog.Read,
		"{VCN_READ, ROUTE_TABLE_UPDATE}": catalog.NetworkAdmin,
		"{policy_update}":                catalog.IdentityAdmin,
		"{TAG_NAMESPACE_USE}":            catalog.Use,
	} {
		s, ok := ParseStatement("allow group a to " + text + " in tenancy")
		if got := s.Amounts(cat); !ok || got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func FuzzStatement(f *testing.F) {
	f.Add("Define tenancy Gov as ocid1.tenancy.oc2..aaaa")
	f.Add("Admit group 'Ops' of tenancy Gov to manage all-resources in tenancy where a = 'b'")
	f.Add("allow any-user to {A, B} in any-tenancy")
	f.Add("\xad where")
	cat := testCatalog(f)
	f.Fuzz(func(t *testing.T, text string) {
		s, ok := ParseStatement(text)
		if !ok {
			return
		}
		if s.Verb == NoVerb || s.Verb == Define && s.ID == "" && s.Name == "" && s.Kind == "" {
			t.Fatalf("%q: %+v", text, s)
		}
		if again, ok := ParseStatement("  " + text + "\n"); !ok || !cmp.Equal(again, s) {
			t.Fatalf("spaces around change %+v to %+v", s, again)
		}
		s.Amounts(cat)
	})
}

func TestGoogleMember(t *testing.T) {
	cat := testCatalog(t)
	for text, want := range map[string]struct {
		member Member
		site   place.Site
	}{
		"serviceAccount:x@proj.iam.gserviceaccount.com": {
			Member{Kind: "serviceAccount", Mail: "x@proj.iam.gserviceaccount.com", Host: "proj.iam.gserviceaccount.com", Project: "proj"},
			place.Site{Cloud: "google", Partition: "google", Account: "proj"}},
		"serviceAccount:x@proj.s3ns.iam.gserviceaccount.com": {
			Member{Kind: "serviceAccount", Mail: "x@proj.s3ns.iam.gserviceaccount.com", Host: "proj.s3ns.iam.gserviceaccount.com", Project: "proj", Universe: "s3ns"},
			place.Site{Cloud: "google", Partition: "google-s3ns", Account: "proj"}},
		"serviceAccount:x@proj.elsewhere.iam.gserviceaccount.com": {
			Member{Kind: "serviceAccount", Mail: "x@proj.elsewhere.iam.gserviceaccount.com", Host: "proj.elsewhere.iam.gserviceaccount.com", Project: "proj", Universe: "elsewhere"},
			place.Site{Cloud: "google", Account: "proj"}},
		"serviceAccount:x@proj.example.com.iam.gserviceaccount.com": {
			Member{Kind: "serviceAccount", Mail: "x@proj.example.com.iam.gserviceaccount.com", Host: "proj.example.com.iam.gserviceaccount.com", Project: "proj"},
			place.Site{Cloud: "google", Partition: "google", Account: "proj"}},
		"user:a@Partner.example": {Member{Kind: "user", Mail: "a@Partner.example", Host: "partner.example"}, place.Site{Host: "partner.example"}},
		"group:g@example.com":    {Member{Kind: "group", Mail: "g@example.com", Host: "example.com"}, place.Site{Host: "example.com"}},
		"domain:example.com":     {Member{Kind: "domain", Host: "example.com"}, place.Site{Host: "example.com"}},
		"allUsers":               {Member{Kind: "allUsers"}, place.Site{}},
		"projectOwner:p":         {Member{Kind: "projectOwner", Project: "p"}, place.Site{Cloud: "google", Account: "p"}},
		"principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/subject/s": {Member{Kind: "principal", Pool: "pool", Attribute: "google.subject", Value: "s"}, place.Site{}},
		"principalSet://iam.googleapis.com/locations/global/workforcePools/staff/*":                       {Member{Kind: "principalSet", Pool: "staff"}, place.Site{}},
	} {
		got, ok := GoogleMember(text)
		if d := cmp.Diff(want.member, got); d != "" || !ok {
			t.Errorf("%s: %v %s", text, ok, d)
		}
		if d := cmp.Diff(want.site, got.site(cat)); d != "" {
			t.Errorf("%s: %s", text, d)
		}
	}
	for _, text := range []string{"", "user:", "user:nobody", "deleted:user:a@b.c?uid=1", "allUsers:x", "principal://x", "domain:", "robot:x"} {
		if got, ok := GoogleMember(text); ok {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func FuzzGoogleMember(f *testing.F) {
	f.Add("serviceAccount:x@proj.s3ns.iam.gserviceaccount.com")
	f.Add("principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*")
	cat := testCatalog(f)
	f.Fuzz(func(t *testing.T, text string) {
		if m, ok := GoogleMember(text); ok && m.site(cat).Partition == "google" && m.Kind != "serviceAccount" {
			t.Fatalf("%q is placed in google", text)
		}
	})
}

func TestGooglePolicy(t *testing.T) {
	got, err := GooglePolicy(`{"bindings":[{"role":"roles/owner","members":["user:a@b.c","allUsers"],"condition":{"title":"x"}}],"etag":"x"}`)
	want := []Binding{{Role: "roles/owner", Members: List{Values: []string{"user:a@b.c", "allUsers"}}}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(err, d)
	}
	if _, err := GooglePolicy(`{"bindings":[1]}`); err == nil {
		t.Error("a number is no binding")
	}
	bindings, unknown := GoogleData(object("binding", list(object("role", "roles/owner", "members", list("allUsers")))))
	if len(bindings) != 1 || unknown {
		t.Error(bindings, unknown)
	}
}

func FuzzGooglePolicy(f *testing.F) {
	f.Add(`{"bindings":[{"role":"roles/owner","members":["user:a@b.c"]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		if all, err := GooglePolicy(text); err != nil && len(all) > len(text) {
			t.Fatal(all)
		}
	})
}

func TestPermissionsRole(t *testing.T) {
	cat := testCatalog(t)
	for want, permissions := range map[catalog.Class][]string{
		catalog.Full:         {"iam.serviceAccountKeys.create"},
		catalog.NetworkAdmin: {"compute.networks.addPeering", "storage.objects.get"},
		catalog.Data:         {"storage.objects.delete"},
		catalog.Use:          {"logging.logs.list"},
	} {
		if v := PermissionsRole(cat, "google", List{Values: permissions}); v.Class != want {
			t.Errorf("%v: %s, want %s", permissions, v.Class, want)
		}
	}
}

func TestAzureRole(t *testing.T) {
	cat := testCatalog(t)
	for name, c := range map[string]struct {
		actions, not []any
		want         catalog.Class
	}{
		"everything":                 {[]any{"*"}, nil, catalog.Full},
		"everything but assignments": {[]any{"*"}, []any{"Microsoft.Authorization/*/write"}, catalog.KeyAdmin + 1},
		"everything but reading":     {[]any{"*"}, []any{"*/read"}, catalog.Full},
		"everything and nothing":     {[]any{"*"}, []any{"*"}, catalog.NoClass},
		"networks":                   {[]any{"Microsoft.Network/virtualNetworks/*"}, nil, catalog.NetworkAdmin},
		"networks without peerings":  {[]any{"Microsoft.Network/*"}, []any{"Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write"}, catalog.NetworkAdmin},
		"networks without writing":   {[]any{"Microsoft.Network/*"}, []any{"Microsoft.Network/*/write"}, catalog.NoClass},
		"reading":                    {[]any{"*/read"}, nil, catalog.Read},
		"nothing":                    {nil, nil, catalog.NoClass},
	} {
		v := AzureRole(cat, list(object("actions", list(c.actions...), "not_actions", list(c.not...))))
		if v.Class != c.want {
			t.Errorf("%s: %s, want %s", name, v.Class, c.want)
		}
	}
}

func TestBuiltIn(t *testing.T) {
	cat := testCatalog(t)
	for name, want := range map[string]struct {
		cloud string
		class catalog.Class
		word  string
	}{
		"AdministratorAccess":                            {"aws", catalog.Full, "AdministratorAccess"},
		"arn:aws-cn:iam::aws:policy/AdministratorAccess": {"aws", catalog.Full, "AdministratorAccess"},
		"network contributor":                            {"azure", catalog.NetworkAdmin, "Network Contributor"},
		"/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7": {"azure", catalog.NetworkAdmin, "Network Contributor"},
		"Reader": {"azure", catalog.NoClass, ""},
	} {
		class, word, ok := BuiltIn(cat, want.cloud, name)
		if class != want.class || word != want.word || ok != (want.word != "") {
			t.Errorf("%s: %s %q %v", name, class, word, ok)
		}
	}
}
