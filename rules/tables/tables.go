// Package tables holds what demarc knows of clouds, as rows. The grammar is the catalog package's.
package tables

import "embed"

// FS holds every table.
//
//go:embed *.tbl
var FS embed.FS
