package access

import "unicode/utf8"

// Match tells whether s is matched by pattern, in which `*` stands for any characters and `?` for exactly one. It takes
// at most len(pattern) x len(s) steps, whatever the pattern: only the last star is ever widened.
func Match(pattern, s string) bool { return match(pattern, s, false) }

// MatchFold is Match without regard to the case of ASCII letters, as action names are compared.
func MatchFold(pattern, s string) bool { return match(pattern, s, true) }

func match(pattern, s string, fold bool) bool {
	p, i := 0, 0
	star, mark := -1, 0
	for i < len(s) {
		if p < len(pattern) {
			switch c := pattern[p]; {
			case c == '*':
				star, mark = p, i
				p++
				continue
			case c == '?':
				_, n := utf8.DecodeRuneInString(s[i:])
				i += n
				p++
				continue
			case c == s[i] || fold && lower(c) == lower(s[i]):
				i++
				p++
				continue
			}
		}
		if star < 0 {
			return false
		}
		_, n := utf8.DecodeRuneInString(s[mark:])
		mark += n
		i, p = mark, star+1
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// covers tells whether everything that inner matches is matched by outer too. It is sound and not complete: it takes
// the stars of inner for characters that only a star of outer can match.
func covers(outer, inner string, fold bool) bool {
	p, i := 0, 0
	star, mark := -1, 0
	for i < len(inner) {
		if p < len(outer) {
			switch c := outer[p]; {
			case c == '*':
				star, mark = p, i
				p++
				continue
			case c == '?' && inner[i] != '*':
				_, n := utf8.DecodeRuneInString(inner[i:])
				i += n
				p++
				continue
			case c != '?' && inner[i] != '*' && inner[i] != '?' && (c == inner[i] || fold && lower(c) == lower(inner[i])):
				i++
				p++
				continue
			}
		}
		if star < 0 {
			return false
		}
		_, n := utf8.DecodeRuneInString(inner[mark:])
		mark += n
		i, p = mark, star+1
	}
	for p < len(outer) && outer[p] == '*' {
		p++
	}
	return p == len(outer)
}

// longest is the length up to which two patterns are compared; longer ones are taken to overlap.
const longest = 1 << 11

// overlap tells whether some text is matched by both patterns.
func overlap(a, b string, fold bool) bool {
	if len(a) > longest || len(b) > longest {
		return true
	}
	x, y := []rune(a), []rune(b)
	// row[j]: x[:i] and y[:j] have a common text.
	row := make([]bool, len(y)+1)
	row[0] = true
	for j := 1; j <= len(y) && y[j-1] == '*'; j++ {
		row[j] = true
	}
	for i := 1; i <= len(x); i++ {
		diagonal := row[0]
		row[0] = row[0] && x[i-1] == '*'
		for j := 1; j <= len(y); j++ {
			above := row[j]
			switch c, d := x[i-1], y[j-1]; {
			case c == '*' || d == '*':
				row[j] = above && (c == '*' || d == '*') || row[j-1]
			case c == '?' || d == '?' || c == d || fold && c < utf8.RuneSelf && d < utf8.RuneSelf && lower(byte(c)) == lower(byte(d)):
				row[j] = diagonal
			default:
				row[j] = false
			}
			diagonal = above
		}
	}
	return row[len(y)]
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
