package load

import (
	"bytes"
	"errors"
	"io"

	"github.com/demarc-dev/demarc/analyzer/limit"
)

// Terraform writes a plan's configuration after its resources, and what of them is wanted depends on it. Where the input
// is a file the configuration is read first. It is found from the end of the file by how it begins; that it was the right
// place is known once the document has been read up to there.

// errUnforeseen is a configuration that is not where it was looked for.
var errUnforeseen = errors.New("the configuration is somewhere else")

// foreseen is the configuration of a plan that is read before its turn, and where it begins. It is nil where it cannot be
// found.
func foreseen(in io.ReaderAt, size int64, l limit.Set) (c *config, at int64) {
	at = findConfiguration(in, size)
	if at < 0 {
		return nil, 0
	}
	d := newDecoder(io.NewSectionReader(in, at, size-at), l)
	defer d.release()
	c, err := readConfig(d)
	if err != nil {
		return nil, 0
	}
	return c, at
}

// findConfiguration looks for the last `"configuration": {"provider_config"` or `{"root_module"`, and gives the place of
// the brace, -1 where there is none.
func findConfiguration(in io.ReaderAt, size int64) int64 {
	const overlap = 1 << 10
	const portion = int64(len(buffer{})) - overlap
	name := []byte(`"configuration"`)
	buf := buffers.Get().(*buffer)
	defer buffers.Put(buf)
	for end := size; end > 0; end -= portion {
		from := max(0, end-portion)
		n, err := in.ReadAt(buf[:min(end+overlap, size)-from], from)
		if err != nil && err != io.EOF {
			return -1
		}
		b := buf[:n]
		for i := bytes.LastIndex(b, name); i >= 0; i = bytes.LastIndex(b[:i], name) {
			if brace := opening(b[i+len(name):]); brace >= 0 {
				return from + int64(i+len(name)+brace)
			}
		}
	}
	return -1
}

// opening is where the brace is in a text that goes on as a configuration begins, -1 where it does not.
func opening(b []byte) int {
	const blanks = " \t\r\n"
	rest, ok := bytes.CutPrefix(bytes.TrimLeft(b, blanks), []byte(":"))
	if !ok {
		return -1
	}
	rest = bytes.TrimLeft(rest, blanks)
	inside, ok := bytes.CutPrefix(rest, []byte("{"))
	if !ok {
		return -1
	}
	inside = bytes.TrimLeft(inside, blanks)
	if !bytes.HasPrefix(inside, []byte(`"provider_config"`)) && !bytes.HasPrefix(inside, []byte(`"root_module"`)) {
		return -1
	}
	return len(b) - len(rest)
}
