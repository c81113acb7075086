package catalog

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// The words of the tables, by the value that they stand for. An empty word has no spelling.
var (
	kindWords = words[Kind]{"", "-", "network", "replication", "export", "trust", "grant", "key", "credential", "dns",
		"endpoint", "state", "same", "flow"}
	byWords = words[By]{"", "id", "name", "region", "zone", "partition", "account", "tenant", "host", "address",
		"principal", "role", "scope", "policy", "secret", "text", "hub", "true", "proof", "own", "words"}
	directionWords = words[Direction]{"both", "out", "in"}
	givesWords     = words[Gives]{"", "region", "zone", "partition", "account", "tenant", "host", "authority", "id", "organization", "nowhere", "wide",
		"dns_suffix", "-"}
	principalWords = words[PrincipalKind]{"", "account", "issuer", "metadata", "service", "guest", "group"}
	languageWords  = words[Language]{"", "named", "permissions", "azure", "kubernetes", "document"}

	classWords = words[Class]{"none", "read", "use", "billing", "data", "key", "network", "identity", "full"}
)

func (k Kind) String() string      { return kindWords.of(k) }
func (b By) String() string        { return byWords.of(b) }
func (d Direction) String() string { return directionWords.of(d) }
func (g Gives) String() string     { return givesWords.of(g) }
func (c Class) String() string     { return classWords.of(c) }

// ParseKind reads the word for a kind of link; the error names the nearest word.
func ParseKind(word string) (Kind, error) { return kindWords.parse("kind", word) }

// ParseBy reads the word for a way to name a far end; the error names the nearest word.
func ParseBy(word string) (By, error) { return byWords.parse("way to name the far end", word) }

// ParseDirection reads out, in or both; the error names the nearest word.
func ParseDirection(word string) (Direction, error) { return directionWords.parse("direction", word) }

// ParseGives reads the word for what an attribute tells of a place; the error names the nearest word.
func ParseGives(word string) (Gives, error) { return givesWords.parse("kind of place", word) }

// ParseClass reads the word for a class of privilege; the error names the nearest word.
func ParseClass(word string) (Class, error) { return classWords.parse("class", word) }

// words are the spellings of an enumeration, by its values.
type words[T ~uint8] []string

func (w words[T]) of(v T) string {
	if int(v) < len(w) {
		return w[v]
	}
	return fmt.Sprintf("%T(%d)", v, uint8(v))
}

func (w words[T]) parse(what, word string) (T, error) {
	for i, known := range w {
		if known == word && word != "" {
			return T(i), nil
		}
	}
	return 0, unknownWord(what, word, w)
}

// unknownWord is the error for a word that is none of known, with the nearest of them where one is near.
func unknownWord(what, word string, known []string) error {
	best, distance := "", 1+max(2, len(word)/3)
	for _, k := range known {
		if k == "" || len(word)-len(k) >= distance {
			continue // not worth measuring
		}
		if d := levenshtein.Distance(strings.ToLower(word), k, nil); d < distance {
			best, distance = k, d
		}
	}
	if best != "" && best != "-" {
		return fmt.Errorf("unknown %s %q: did you mean %q?", what, word, best)
	}
	return fmt.Errorf("unknown %s %q: it is one of %s", what, word, strings.Join(spelled(known), ", "))
}

func spelled(known []string) []string {
	var out []string
	for _, k := range known {
		if k != "" {
			out = append(out, k)
		}
	}
	return out
}
