package access

import (
	"github.com/demarc-dev/demarc/analyzer/catalog"
	"github.com/demarc-dev/demarc/analyzer/link"
)

// Literals are the ids that an argument of a resource names as what a policy document allows something on, together where
// one statement names them, or as the role that is given. e is an end by a document or a role; others have none.
func (r *Reader) Literals(n *link.Node, e link.End) [][]string {
	switch e.Row.By {
	case catalog.ByPolicy:
		return Resources(r.document(n, e.Path.Block, r.leaf(n, e.Path)).doc)
	case catalog.ByRole:
		if text, ok := r.text(n, e.Path); ok {
			return [][]string{{text}}
		}
	}
	return nil
}
