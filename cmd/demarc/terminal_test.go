package main

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestHyperlinks(t *testing.T) {
	for env, want := range map[string]bool{
		"TERM=xterm-256color":                       false,
		"TERM=xterm-256color VTE_VERSION=7600":      true,
		"TERM=xterm-256color VTE_VERSION=4800":      false,
		"TERM=xterm-kitty":                          true,
		"TERM=xterm-256color TERM_PROGRAM=vscode":   true,
		"TERM=tmux-256color TMUX=/tmp/x WT_SESSION": false,
		"TERM_PROGRAM=iTerm.app CI=true":            false,
		"TERM_PROGRAM=iTerm.app FORCE_HYPERLINK=0":  false,
		"TERM=screen FORCE_HYPERLINK=1":             true,
	} {
		if got := hyperlinks(environ(env)); got != want {
			t.Errorf("%s: %v", env, got)
		}
	}
}

func environ(pairs string) func(string) string {
	return func(name string) string {
		for _, pair := range strings.Fields(pairs) {
			if k, v, _ := strings.Cut(pair, "="); k == name {
				return v
			}
		}
		return ""
	}
}

func TestLinks(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a b%20\x1b.tf")
	if err := os.WriteFile(name, nil, 0o644); err != nil {
		t.Skip("there can be no such file")
	}
	plain, editor := links(environ("")), links(environ("TERM_PROGRAM=vscode"))
	if got := plain("no such file", 3); got != "" {
		t.Errorf("a link to nothing: %s", got)
	}
	got := plain(name, 3)
	u, err := url.Parse(got)
	if err != nil || u.Scheme != "file" || filepath.FromSlash(u.Path) != name || strings.ContainsAny(got, "\x1b ") {
		t.Errorf("%q: %v", got, err)
	}
	if got := editor(name, 3); !strings.HasPrefix(got, "vscode://file/") || !strings.HasSuffix(got, ".tf:3") {
		t.Errorf("%q", got)
	}
}

func TestProgressLine(t *testing.T) {
	p := newProgress(nil, 80, []string{"a.json", "b.json"})
	at := p.started.Add(2300 * time.Millisecond)
	for _, test := range []struct {
		tell func()
		want string
	}{
		{func() {}, "demarc: reading [........................]   0 %  2 s"},
		{func() { p.read("a.json", 10, 20) }, "demarc: reading [######..................]  25 %  2 s"},
		{func() { p.read("a.json", 30, 20); p.read("b.json", 1, 1); p.read("c", 0, 0) }, "demarc: reading [########################] 100 %  2 s"},
		{func() { p.step("linking") }, "demarc: linking  2 s"},
		{func() { p.width = 12 }, "demarc: lin"},
	} {
		test.tell()
		if got := p.line(at); got != test.want {
			t.Errorf("got  %q\nwant %q", got, test.want)
		}
	}
	tick := make(chan time.Time)
	var out strings.Builder
	p = newProgress(&out, 80, []string{"a.json"})
	go p.draw(tick, nil)
	tick <- p.started.Add(900 * time.Millisecond)
	tick <- p.started.Add(1100 * time.Millisecond)
	p.end()
	p.end()
	if want := "\rdemarc: reading [........................]   0 %  1 s\x1b[K\r\x1b[K"; out.String() != want {
		t.Errorf("got  %q\nwant %q", out.String(), want)
	}
	var none *progress
	none.read("a", 1, 2)
	none.step("nothing")
	none.end()
	if watch(&strings.Builder{}, nil) != nil {
		t.Error("there is a progress where there is no terminal")
	}
}
