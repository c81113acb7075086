package access

import "strings"

// name is a resource name of one of the clouds with AWS-like documents.
type name struct {
	cloud     string
	partition string // AWS only: the word in the ARN
	account   string
	resource  string // `root`, `role/deployer`, `oidc-provider/host/path`
}

// parseName reads `arn:aws-cn:iam::222222222222:root`, `acs:ram::1234567890123456:role/ops`,
// `qcs::cam::uin/100000000001:root`, `iam::0123456789abcdef:agency:ops` and `domain/0123456789abcdef:user/*`.
func parseName(s string) (name, bool) {
	f := strings.SplitN(s, ":", 6)
	switch {
	case f[0] == "arn" && len(f) == 6:
		return name{"aws", f[1], f[4], f[5]}, true
	case f[0] == "acs" && len(f) >= 5:
		return name{"alicloud", "", f[3], strings.Join(f[4:], ":")}, true
	case f[0] == "qcs" && len(f) == 6:
		return name{"tencentcloud", "", strings.TrimPrefix(f[4], "uin/"), f[5]}, true
	case f[0] == "iam" && len(f) >= 4:
		return name{"huaweicloud", "", f[2], strings.Join(f[3:], ":")}, true
	case strings.HasPrefix(f[0], "domain/"):
		return name{"huaweicloud", "", strings.TrimPrefix(f[0], "domain/"), strings.Join(f[1:], ":")}, true
	}
	return name{}, false
}

// provider splits the resource of an identity provider's name: `oidc-provider/HOST/PATH` and `saml-provider/NAME`.
func (n name) provider() (kind, rest string) {
	kind, rest, _ = strings.Cut(n.resource, "/")
	return kind, rest
}
