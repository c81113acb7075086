// Package access reads the clouds' own languages of privilege, and says who may do what.
//
// It has two storeys. The languages know no Terraform resource: [Parse] and [FromData] read AWS-style documents (AWS,
// Alibaba, Tencent, Huawei), [ParseStatement] reads Oracle's sentences, [GoogleMember] Google's members. What an
// identity policy amounts to is a [Verdict] of [Classes]; who a trust document lets in is a [Trust].
//
// Above them a [Reader] joins an estate's resources into grants: who, through what, becomes what, over what. A grant
// names places and no sides. Whether it crosses a border, and how bad that is, the rules say.
//
// Everything has three answers. What is not known is never taken for a no.
package access

// Answer is what can be said of a question whose facts may be missing. The zero Answer is No.
type Answer uint8

// The answers, ordered so that the lesser of two is their conjunction and the greater their disjunction.
const (
	No Answer = iota
	Maybe
	Yes
)

func (a Answer) String() string { return [...]string{"no", "maybe", "yes"}[a] }

// Not turns yes and no around and leaves maybe.
func (a Answer) Not() Answer { return Yes - a }

func answer(b bool) Answer {
	if b {
		return Yes
	}
	return No
}
