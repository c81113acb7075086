package main

import (
	"io"
	"os"

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
