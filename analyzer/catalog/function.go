package catalog

import (
	"fmt"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/pattern"
)

// functionName is a function of a provider, as rows name it.
type functionName struct{ source, name string }

// functionRow says what a function makes of texts.
type functionRow struct {
	make string // "" for one that takes a text apart
	take *pattern.Pattern
}

func (c *Catalog) readFunction(r row) error {
	at := functionName{r.fields[1], r.fields[2]}
	if _, twice := c.functions[at]; twice {
		return fmt.Errorf("function %s %s is there twice", at.source, at.name)
	}
	switch text := r.fields[4]; r.fields[3] {
	case "make":
		if !strings.Contains(text, "{}") {
			return fmt.Errorf("%q has no {} for an argument", text)
		}
		c.functions[at] = functionRow{make: text}
	case "take":
		if !strings.Contains(text, "(") {
			return fmt.Errorf("%q has no group for what is taken", text)
		}
		c.functions[at] = functionRow{take: pattern.New(text)}
	default:
		return unknownWord("function", r.fields[3], []string{"make", "take"})
	}
	return nil
}

// Function is what a function of a provider (`hashicorp/aws`) makes of texts: the text that has its arguments in the place
// of each `{}`, or, of its one argument, what the groups of take find. ok is false where no row tells.
func (c *Catalog) Function(source, name string) (make string, take *pattern.Pattern, ok bool) {
	f, ok := c.functions[functionName{c.sites.source(source), name}]
	return f.make, f.take, ok
}
