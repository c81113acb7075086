package analyzer

import (
	"slices"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/addr"
	"github.com/demarc-dev/demarc/analyzer/model"
	"github.com/demarc-dev/demarc/analyzer/pattern"
)

// Excerpt is a line of the sources, with the part of it that a finding is about. What may be secret in it is masked.
type Excerpt struct {
	Line                  int
	Before, Marked, After string
	Head                  bool // it is the head of a block, and no argument
}

// Lines shows single lines of the sources that were read. The zero Lines has none.
type Lines struct {
	texts map[file]string
	lines map[file][]string
}

// file is a file by the name that positions have. Two saved plans may each have another one of the same name: those
// are told apart by their inputs, and any other has none.
type file struct{ input, name string }

// NewLines takes the texts of files, by the names that positions have.
func NewLines(texts map[string]string) *Lines {
	return linesOf([]*model.Snapshot{{Texts: texts}})
}

// linesOf are those of all inputs.
func linesOf(inputs []*model.Snapshot) *Lines {
	l := &Lines{texts: map[file]string{}, lines: map[file][]string{}}
	first := map[string]*model.Snapshot{}
	differ := map[string]bool{}
	for _, in := range inputs {
		for name, text := range in.Texts {
			if other := first[name]; other == nil {
				first[name] = in
			} else if other.Texts[name] != text {
				differ[name] = true
			}
		}
	}
	for _, in := range inputs {
		for name, text := range in.Texts {
			if differ[name] {
				l.texts[file{in.Name, name}] = text
			} else {
				l.texts[file{"", name}] = text
			}
		}
	}
	return l
}

// of are the lines of a file. Where inputs have different ones of the name, it is the one of the input that is given.
func (l *Lines) of(name, input string) []string {
	if l == nil {
		return nil
	}
	for _, f := range []file{{"", name}, {input, name}} {
		text, there := l.texts[f]
		if !there {
			continue
		}
		if l.lines[f] == nil {
			l.lines[f] = strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
		}
		return l.lines[f]
	}
	return nil
}

// Excerpt is the line of an argument or a block's head that f mentions, its value marked. Of an argument over several
// lines it is the one that refers to another of its resources, gives the attribute of f or names the far place, or else
// the first. ok is false where there is no such line.
func (r *Result) Excerpt(f *Finding, pos model.Pos) (_ Excerpt, ok bool) {
	key := f.Attribute[strings.LastIndexByte(f.Attribute, '.')+1:]
	input := ""
	if pos.Line == f.Pos.Line {
		input = f.Root // another line may be one of another input
	}
	return excerpt(r.Lines.of(pos.File, input), pos, key, f.Rule.Secret, references(f), farWords(f))
}

// farWords are those that name the far place and not the near one: the most telling first.
func farWords(f *Finding) []string {
	near, far := words(f.From), words(f.To)
	if f.Inward {
		near, far = far, near
	}
	return slices.DeleteFunc(far, func(w string) bool { return len(w) <= 2 || slices.Contains(near, w) })
}

func words(s Spot) []string {
	return []string{s.Account, s.Tenant, s.Host, s.Address, s.Region, s.Partition}
}

// references are what the configuration calls the other resources that a finding is about.
func references(f *Finding) []string {
	var out []string
	for _, address := range f.Related {
		if at, err := addr.Parse(address); err == nil {
			out = append(out, at.Type+"."+at.Name+".", at.Type+"."+at.Name+"[")
		}
	}
	return out
}

func excerpt(lines []string, pos model.Pos, key string, secret bool, references, places []string) (_ Excerpt, ok bool) {
	if pos.Line < 1 || pos.Line > len(lines) {
		return Excerpt{}, false
	}
	first := lines[pos.Line-1]
	from := byteOf(first, pos.Column)
	end := len(first)
	if pos.EndLine == pos.Line && pos.EndColumn > pos.Column {
		end = byteOf(first, pos.EndColumn)
	}
	name := ""
	if m := assigned.Regexp().FindStringSubmatchIndex(first[from:end]); m != nil {
		name = first[from+m[2] : from+m[3]]
		from += m[1]
	}
	at, line, text := pos.Line, first, false
	if pos.EndLine > pos.Line {
		if n, a, b, found := naming(lines, pos, references); found {
			at, line, from, end, text = n, lines[n-1], a, b, n > pos.Line
		} else if n, a, found := giving(lines, pos, key); found && key != name {
			at, line, from, end = n, lines[n-1], a, len(lines[n-1])
		} else if n, a, b, found := naming(lines, pos, places); found {
			at, line, from, end, text = n, lines[n-1], a, b, n > pos.Line
		}
	}
	for from < end && line[from] == ' ' {
		from++
	}
	for end > from && strings.IndexByte(" \t,", line[end-1]) >= 0 {
		end--
	}
	if from == end {
		return Excerpt{}, false
	}
	hide := secrets(line, name != "" && (secret || secretName.Regexp().MatchString(name)), text)
	e := Excerpt{Line: at, Head: name == "", Before: masked(line, 0, from, hide), Marked: masked(line, from, end, hide), After: masked(line, end, len(line), hide)}
	e.Before = aligned.Regexp().ReplaceAllString(strings.TrimLeft(e.Before, " \t"), "$1 $2 ")
	return e, true
}

// assigned is the beginning of an argument, up to its value: `name = ` or, in JSON, `"name": `.
var assigned = pattern.New(`^\s*"?([\w.-]+)"?\s*[=:]\s*`)

// aligned is an equals sign that stands below others.
var aligned = pattern.New(`(\S)\s+([=:])\s+$`)

// byteOf is where a column of a line begins.
func byteOf(line string, column int) int {
	n := 1
	for i := range line {
		if n >= column {
			return i
		}
		n++
	}
	return len(line)
}

// giving is the line in an argument that gives one key of it, and where its value begins.
func giving(lines []string, pos model.Pos, key string) (line, from int, ok bool) {
	for n := pos.Line; key != "" && n <= min(pos.EndLine, len(lines)); n++ {
		if m := assigned.Regexp().FindStringSubmatchIndex(lines[n-1]); m != nil && lines[n-1][m[2]:m[3]] == key {
			return n, m[1], true
		}
	}
	return 0, 0, false
}

// naming is the first line of an argument that has the most telling of the words, and where the text around the word
// begins and ends.
func naming(lines []string, pos model.Pos, words []string) (line, from, end int, ok bool) {
	for _, w := range words {
		for n := pos.Line; n <= min(pos.EndLine, len(lines)); n++ {
			text := lines[n-1]
			at := strings.Index(text, w)
			if at < 0 || comment.Regexp().MatchString(text) {
				continue
			}
			from, end = at, at+len(w)
			for from > 0 && !strings.ContainsRune("\"' \t,[", rune(text[from-1])) {
				from--
			}
			open := strings.Count(w, "[")
			for end < len(text) && (open > 0 || !strings.ContainsRune("\"' \t,]", rune(text[end]))) {
				switch text[end] {
				case '[':
					open++
				case ']':
					open--
				}
				end++
			}
			if from > 0 && end < len(text) && text[from-1] == '"' && text[end] == '"' {
				from, end = from-1, end+1
			}
			return n, from, end, true
		}
	}
	return 0, 0, 0, false
}

var comment = pattern.New(`^\s*(#|//)`)

// span is a part of a line, in bytes.
type span struct{ from, end int }

const mask = "***"

// masked is a part of a line in which what is to be hidden is stars.
func masked(line string, from, end int, hide []span) string {
	var b strings.Builder
	at := from
	for _, s := range hide {
		a, z := max(s.from, at), min(s.end, end)
		if a >= z {
			continue
		}
		b.WriteString(line[at:a] + mask)
		at = z
	}
	return b.String() + line[at:end]
}

// secretName tells names of arguments and keys whose values are nobody's business.
var secretName = pattern.New(`(?i)pass(w(or)?d|phrase)|\bpwd|secret|token|credential|(private|api|access|account|shared|storage|master|license|ssh|functions?|subscription)[._-]?key\b|\.sas\.|` +
	`key_?(material|data|base64)|pre_?shared|\bpsk|sas_?(url|uri)|\bsig(nature)?\b|connection_?string|(bearer|basic|auth)_?(auth|header|key)|\bcode\b|cookie|user_?data|custom_?data|\bcommand\b|\binline\b|pem\b|pfx|\bcert(ificate)?_?(body|data)|client_?cert`)

// Texts that are secret whatever they are called, with the part that is: keys of clouds, tokens, passwords in addresses
// and in connection strings, private keys.
var secretText = []*pattern.Pattern{
	pattern.New(`\b((?:AKIA|ASIA|LTAI|AIza|ghp_|gho_|ghs_|github_pat_|glpat-|xox[abprs]-|sk_live_|hvs\.)[\w-]{8,})`),
	pattern.New(`\b(eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?)`),
	pattern.New(`://([^/@\s"']+)@`),
	pattern.New(`(?i)(?:password|passwd|pwd|secret|token|accountkey|sharedaccesskey|sharedaccesssignature|apikey|api_key|sig|signature)=([^;&"'\s]+)`),
	pattern.New(`(?i)[?&;](?:[\w.-]*key|code)=([^;&"'\s]+)`), // `code` is the key of a function of Azure
	pattern.New(`(?i)(?:bearer|basic)\s+([\w.~+/=-]{8,})`),
	pattern.New(`(-----BEGIN .*)`),
}

var (
	quoted      = pattern.New(`"((?:[^"\\]|\\.)*)"?`)
	pairName    = pattern.New(`"?([\w.-]+)"?\s*[=:]\s*`)
	element     = pattern.New(`^\s*"[^"]*"\s*=\s*`) // of a map: what it is called is no secret
	number      = pattern.New(`\b\d[\w.]*`)
	reference   = pattern.New(`\$\{[^}]*\}`)
	harmless    = pattern.New(`^(arn:[a-z0-9-]+:[a-z0-9-]*:[a-z0-9-]*:\d*:[\w/:.*-]*|[a-z]{2,}(-[a-z]+)+-\d+|true|false|)$`)
	telling     = pattern.New(`[\pL\pN]`)
	longText    = pattern.New(`[A-Za-z0-9_]{20,}|[A-Za-z0-9+/]{40,}`)
	hexadecimal = pattern.New(`\b[0-9a-fA-F]{32,}\b`)
)

// secrets are the parts of a line that may be secret. named says that the argument is by its name, and text that the line
// may be one of a text that it is.
func secrets(line string, named, text bool) []span {
	var out []span
	hide := func(from, end int) {
		text := line[from:end]
		if harmless.Regexp().MatchString(text) || !telling.Regexp().MatchString(text) {
			return
		}
		at := from
		for _, m := range reference.Regexp().FindAllStringIndex(text, -1) { // names, and no values
			if telling.Regexp().MatchString(line[at : from+m[0]]) {
				out = append(out, span{at, from + m[0]})
			}
			at = from + m[1]
		}
		if telling.Regexp().MatchString(line[at:end]) {
			out = append(out, span{at, end})
		}
	}
	values := func(from int) {
		for _, m := range quoted.Regexp().FindAllStringSubmatchIndex(line[from:], -1) {
			if !chooses(line, from+m[0], from+m[1]) {
				hide(from+m[2], from+m[3])
			}
		}
		rest := quoted.Regexp().ReplaceAllStringFunc(line[from:], func(s string) string { return strings.Repeat(" ", len(s)) })
		for _, m := range number.Regexp().FindAllStringIndex(rest, -1) {
			if m[0] == 0 || !strings.ContainsRune("._[-", rune(rest[m[0]-1])) {
				hide(from+m[0], from+m[1])
			}
		}
	}
	if m := element.Regexp().FindStringIndex(line); named && text && m != nil {
		values(m[1])
	} else if named && text {
		hide(len(line)-len(strings.TrimLeft(line, " \t")), len(line))
	} else if named {
		if m := pairName.Regexp().FindStringIndex(line); m != nil {
			values(m[1])
		} else {
			values(0)
		}
	}
	for _, m := range pairName.Regexp().FindAllStringSubmatchIndex(line, -1) {
		if secretName.Regexp().MatchString(line[m[2]:m[3]]) {
			values(m[1])
			break
		}
	}
	for _, p := range secretText {
		for _, m := range p.Regexp().FindAllStringSubmatchIndex(line, -1) {
			hide(m[2], m[3])
		}
	}
	for _, m := range longText.Regexp().FindAllStringIndex(line, -1) {
		if random(line[m[0]:m[1]]) {
			hide(m[0], m[1])
		}
	}
	for _, m := range hexadecimal.Regexp().FindAllStringIndex(line, -1) {
		hide(m[0], m[1])
	}
	slices.SortFunc(out, func(a, b span) int { return a.from - b.from })
	var merged []span
	for _, s := range out {
		if n := len(merged); n > 0 && s.from <= merged[n-1].end {
			merged[n-1].end = max(merged[n-1].end, s.end)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// chooses tells a text in quotes that is no value, but chooses one: a key in brackets, and what another key is compared with.
func chooses(line string, from, end int) bool {
	before, after := line[:from], line[end:]
	return keyed.Regexp().MatchString(before) && strings.HasPrefix(after, "]") || compared.Regexp().MatchString(before)
}

var (
	keyed    = pattern.New(`[\w\])]\[$`)
	compared = pattern.New(`\b(?:each\.key|terraform\.workspace)\s*[=!]=\s*$`)
)

// random tells a text whose letters and digits change as they do where chance has chosen them, and not people.
func random(s string) bool {
	kind := func(c byte) int {
		switch {
		case c >= '0' && c <= '9':
			return 1
		case c >= 'a' && c <= 'z':
			return 2
		case c >= 'A' && c <= 'Z':
			return 3
		}
		return 4
	}
	seen, changes := [5]int{}, 0
	for i := range len(s) {
		k := kind(s[i])
		seen[k]++
		if i > 0 && k != kind(s[i-1]) {
			changes++
		}
	}
	return seen[1] > 0 && seen[2] > 0 && seen[3] > 0 && changes*3 >= len(s)
}
