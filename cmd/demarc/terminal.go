package main

import (
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/fatih/color"
)

// Lines that are longer are hard to read, on however wide a terminal.
const widest = 120

// terminal tells how wide w is, 0 where it is no terminal, and whether it shows colours. fatih/color has looked at
// NO_COLOR and TERM.
func terminal(w io.Writer) (width int, colors bool) {
	f, ok := w.(*os.File)
	if !ok {
		return 0, false
	}
	return min(columns(f), widest), !color.NoColor
}

// hyperlinks tells whether the terminal follows links (OSC 8), as far as its environment tells; FORCE_HYPERLINK says so
// where it does not, and 0 there that it shall not.
func hyperlinks(getenv func(string) string) bool {
	if force := getenv("FORCE_HYPERLINK"); force != "" {
		return force != "0"
	}
	if getenv("CI") != "" || getenv("TMUX") != "" || getenv("STY") != "" { // what is between may not pass them on
		return false
	}
	since := func(name string, version int) bool {
		n, err := strconv.Atoi(getenv(name))
		return err == nil && n >= version
	}
	return slices.Contains([]string{"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio", "zed"}, getenv("TERM_PROGRAM")) ||
		slices.Contains([]string{"xterm-kitty", "alacritty", "foot", "foot-extra", "xterm-ghostty", "wezterm", "contour"}, getenv("TERM")) ||
		getenv("WT_SESSION") != "" || since("VTE_VERSION", 5000) || since("KONSOLE_VERSION", 201200)
}

// links gives files the addresses that a terminal opens; none to a file that is not there, such as one of a saved plan.
func links(getenv func(string) string) func(file string, line int) string {
	at := map[string]string{}
	host, _ := os.Hostname() // without one the address means this machine as well
	editor := getenv("TERM_PROGRAM") == "vscode"
	return func(file string, line int) string {
		address, known := at[file]
		if !known {
			abs, err := filepath.Abs(filepath.FromSlash(file))
			if _, missing := os.Stat(abs); err == nil && missing == nil {
				path := filepath.ToSlash(abs)
				if !strings.HasPrefix(path, "/") {
					path = "/" + path // C:/... on Windows
				}
				u := url.URL{Scheme: "file", Host: host, Path: path}
				if editor {
					u = url.URL{Scheme: "vscode", Host: "file", Path: path}
				}
				address = u.String()
			}
			at[file] = address
		}
		if editor && address != "" && line > 0 {
			return address + ":" + strconv.Itoa(line)
		}
		return address
	}
}
