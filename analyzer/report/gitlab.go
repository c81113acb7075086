package report

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"path"
	"path/filepath"
	"strconv"

	"github.com/demarc-dev/demarc/analyzer"
)

// codeQuality is an entry of GitLab's Code Quality report ("Code Quality report format" in its documentation, from the
// Code Climate specification). The path is relative to the repository, and no two entries may have one fingerprint.
type codeQuality struct {
	Description string       `json:"description"`
	CheckName   string       `json:"check_name"`
	Fingerprint string       `json:"fingerprint"`
	Severity    string       `json:"severity"`
	Location    codeLocation `json:"location"`
}

type codeLocation struct {
	Path  string    `json:"path"`
	Lines codeLines `json:"lines"`
}

type codeLines struct {
	Begin int `json:"begin"`
}

// GitLab prints r for the Code Quality widget of a merge request, worst first. The format has no word for a finding that
// is accepted, so suppressed ones are left out.
func GitLab(w io.Writer, r *analyzer.Result, _ Options) error {
	return writeJSON(w, codeQualityOf(open(r)))
}

func codeQualityOf(findings []*analyzer.Finding) []codeQuality {
	shared := map[string]int{}
	for _, f := range findings {
		shared[f.Fingerprint]++
	}
	used := map[string]bool{}
	return each(findings, func(f *analyzer.Finding) codeQuality {
		print := f.Fingerprint
		if shared[print] > 1 { // the same link in several roots
			print = digest(f.Root, print)
		}
		for again := 2; used[print]; again++ {
			print = digest(f.Root, f.Fingerprint, strconv.Itoa(again))
		}
		used[print] = true
		return codeQuality{
			Description: Terminal(f.Address) + ": " + sentence(f.Message),
			CheckName:   f.Rule.ID,
			Fingerprint: print,
			Severity:    codeSeverity(f.Severity),
			Location:    codeLocationOf(f),
		}
	})
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, s := range parts {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

func codeSeverity(s analyzer.Severity) string {
	switch s {
	case analyzer.Critical:
		return "blocker"
	case analyzer.High:
		return "critical"
	case analyzer.Medium:
		return "major"
	case analyzer.Low:
		return "minor"
	}
	return "info"
}

// codeLocationOf is where the finding is written, or else the input that it is in, at line 1.
func codeLocationOf(f *analyzer.Finding) codeLocation {
	file, line := f.Pos.File, max(f.Pos.Line, 1)
	if file == "" {
		file, line = f.Root, 1
	}
	return codeLocation{path.Clean(filepath.ToSlash(Terminal(file))), codeLines{line}}
}
