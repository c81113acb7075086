package source

import (
	"bytes"
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/pattern"
)

var (
	allowMark = []byte("demarc:allow")
	untilDate = pattern.New(`^until=(\S+)$`)
)

// findComments collects the comments `# demarc:allow RULE[,RULE] [until=DATE] reason` of a file. The date may stand
// behind the reason as well.
func findComments(src []byte, file string) []model.Comment {
	if !bytes.Contains(src, allowMark) {
		return nil
	}
	var found []model.Comment
	heredoc := ""
	for i, line := range strings.Split(string(src), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if heredoc != "" {
			if strings.TrimSpace(line) == heredoc {
				heredoc = ""
			}
			continue
		}
		code, comment := splitComment(line)
		if m := heredocStart.Regexp().FindStringSubmatch(code); m != nil {
			heredoc = m[1]
		}
		rest, ok := strings.CutPrefix(strings.TrimSpace(comment), "demarc:allow")
		if !ok || rest != "" && rest[0] != ' ' && rest[0] != '\t' {
			continue
		}
		c := model.Comment{File: file, Line: i + 1, About: i + 1}
		if strings.TrimSpace(code) == "" {
			c.About++
		}
		words := strings.Fields(rest)
		if len(words) > 0 {
			c.Rules, words = strings.Split(words[0], ","), words[1:]
		}
		if at := slices.IndexFunc(words, untilDate.Regexp().MatchString); at >= 0 {
			c.Until, words = untilDate.Regexp().FindStringSubmatch(words[at])[1], slices.Delete(words, at, at+1)
		}
		c.Reason = strings.Join(words, " ")
		found = append(found, c)
	}
	return found
}

var heredocStart = pattern.New(`<<-?([\pL_][\pL\pN_-]*)\s*$`)

// splitComment cuts a line at the comment that ends it.
func splitComment(line string) (code, comment string) {
	quoted, escaped := false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '#':
			return line[:i], line[i+1:]
		case c == '/' && i+1 < len(line) && line[i+1] == '/':
			return line[:i], line[i+2:]
		case c == '/' && i+1 < len(line) && line[i+1] == '*':
			if inside, rest, ok := strings.Cut(line[i+2:], "*/"); ok && strings.TrimSpace(rest) == "" {
				return line[:i], inside
			}
		}
	}
	return line, ""
}
