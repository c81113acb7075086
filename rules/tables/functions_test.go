package tables

import (
	"slices"
	"testing"

	"github.com/demarc-dev/demarc/analyzer/catalog"
)

// TestFunctions takes apart what the pages of the functions have as examples, and ids without all of the parts.
func TestFunctions(t *testing.T) {
	cat, err := catalog.Open(FS)
	if err != nil {
		t.Fatal(err)
	}
	const run = "//run.googleapis.com/v2/projects/my-project/locations/us-central1/services/my-service"
	for _, test := range []struct {
		source, name, text string
		want               []string // what its groups find, nil where it cannot be taken apart
	}{
		{"hashicorp/aws", "arn_parse", "arn:aws:iam::444455556666:role/example", []string{"aws", "iam", "", "444455556666", "role/example"}},
		{"hashicorp/aws", "arn_parse", "arn:aws-cn:logs:cn-north-1:1:log-group:a:*", []string{"aws-cn", "logs", "cn-north-1", "1", "log-group:a:*"}},
		{"hashicorp/aws", "arn_parse", "role/example", nil},
		{"hashicorp/aws", "trim_iam_role_path", "arn:aws:iam::444455556666:role/with/path/example", []string{"arn:aws:iam::444455556666:role/", "example"}},
		{"hashicorp/aws", "trim_iam_role_path", "arn:aws:iam::444455556666:role/example", []string{"arn:aws:iam::444455556666:role/", "example"}},
		{"hashicorp/azurerm", "parse_resource_id", "/subscriptions/12345678-1234-9876-4563-123456789012/resourceGroups/resGroup1/providers/Microsoft.ApiManagement/service/service1/gateways/gateway1/hostnameConfigurations/config1",
			[]string{"12345678-1234-9876-4563-123456789012", "resGroup1", "Microsoft.ApiManagement", "hostnameConfigurations", "config1"}},
		{"hashicorp/azurerm", "parse_resource_id", "/subscriptions/a/resourceGroups/b", []string{"a", "b", "", "", ""}},
		{"hashicorp/google", "location_from_id", run, []string{"us-central1"}},
		{"hashicorp/google", "project_from_id", run, []string{"my-project"}},
		{"hashicorp/google", "name_from_id", run, []string{"my-service"}},
		{"hashicorp/google", "region_from_id", "projects/p/regions/u-france-east1/subnetworks/s", []string{"u-france-east1"}},
		{"hashicorp/google-beta", "region_from_zone", "us-central1-b", []string{"us-central1"}},
		{"hashicorp/google", "zone_from_id", "projects/p/zones/us-central1-c/instances/i", []string{"us-central1-c"}},
		{"hashicorp/google", "zone_from_id", run, nil},
	} {
		_, take, ok := cat.Function(test.source, test.name)
		if !ok || take == nil {
			t.Errorf("%s takes nothing apart: %v", test.name, ok)
			continue
		}
		found := take.Regexp().FindStringSubmatch(test.text)
		if len(found) > 0 {
			found = found[1:]
		}
		if !slices.Equal(found, test.want) {
			t.Errorf("%s of %s: %q, not %q", test.name, test.text, found, test.want)
		}
	}
}
