package access

import (
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"*", "anything at all", true},
		{"?", "", false},
		{"?", "é", true},
		{"??", "é", false},
		{"s3:Get*", "s3:GetObject", true},
		{"s3:Get*", "s3:PutObject", false},
		{"s3:*Object", "s3:GetObject", true},
		{"s3:*Object", "s3:GetObjectAcl", false},
		{"a*b*c", "axxbxxbxc", true},
		{"a*b*c", "axxbxxbx", false},
		{"*?*", "x", true},
		{"arn:aws:iam::*:role/*", "arn:aws:iam::123456789012:role/a/b", true},
		{"arn:aws:iam::*:role/*", "arn:aws-cn:iam::123456789012:role/a", false},
		{"S3:GetObject", "s3:GetObject", false},
	} {
		if got := Match(c.pattern, c.s); got != c.want {
			t.Errorf("Match(%q, %q) = %v", c.pattern, c.s, got)
		}
	}
	if !MatchFold("IAM:attach*", "iam:AttachRolePolicy") {
		t.Error("action names are compared without case")
	}
}

// A pattern of many stars against a text that it almost matches is where a backtracking matcher never ends.
func TestMatchIsNotExponential(t *testing.T) {
	if Match(strings.Repeat("*a", 400)+"b", strings.Repeat("a", 6000)) {
		t.Error("no b in the text")
	}
}

func TestCoversAndOverlap(t *testing.T) {
	for _, c := range []struct {
		a, b            string
		covers, overlap bool
	}{
		{"*", "ec2:*", true, true},
		{"ec2:*", "*", false, true},
		{"ec2:*", "ec2:Describe*", true, true},
		{"ec2:?escribe*", "ec2:Describe*", true, true},
		{"ec2:?", "ec2:*", false, true},
		{"ec2:*Vpc*", "ec2:Create*", false, true},
		{"ec2:*", "s3:*", false, false},
		{"a?c", "a*c", false, true},
		{"a*z", "a*", false, true},
		{"ab", "a?", false, true},
		{"ab", "ac", false, false},
	} {
		if got := covers(c.a, c.b, true); got != c.covers {
			t.Errorf("covers(%q, %q) = %v", c.a, c.b, got)
		}
		if got := overlap(c.a, c.b, true); got != c.overlap {
			t.Errorf("overlap(%q, %q) = %v", c.a, c.b, got)
		}
		if got := overlap(c.b, c.a, true); got != c.overlap {
			t.Errorf("overlap(%q, %q) = %v", c.b, c.a, got)
		}
	}
}

// slow is the definition of a wildcard pattern.
func slow(p, s []rune) bool {
	switch {
	case len(p) == 0:
		return len(s) == 0
	case p[0] == '*':
		return slow(p[1:], s) || len(s) > 0 && slow(p, s[1:])
	case len(s) == 0:
		return false
	}
	return (p[0] == '?' || p[0] == s[0]) && slow(p[1:], s[1:])
}

func FuzzMatch(f *testing.F) {
	f.Add("a*b?c", "axxbyc", "a*")
	f.Add("s3:Get*", "s3:GetObject", "s3:*")
	f.Add("*é*?", "éé", "??")
	f.Fuzz(func(t *testing.T, pattern, s, other string) {
		if len(pattern) > 24 || len(s) > 24 || len(other) > 24 {
			return
		}
		pattern, s, other = strings.ToValidUTF8(pattern, "x"), strings.ToValidUTF8(s, "x"), strings.ToValidUTF8(other, "x")
		if strings.Count(pattern, "*") > 5 || strings.Count(other, "*") > 5 {
			return
		}
		want := slow([]rune(pattern), []rune(s))
		if got := Match(pattern, s); got != want {
			t.Fatalf("Match(%q, %q) = %v", pattern, s, got)
		}
		also := slow([]rune(other), []rune(s))
		if covers(other, pattern, false) && want && !also {
			t.Fatalf("covers(%q, %q), but %q is only matched by the second", other, pattern, s)
		}
		if want && also && !overlap(pattern, other, false) {
			t.Fatalf("overlap(%q, %q) is false, but both match %q", pattern, other, s)
		}
	})
}
