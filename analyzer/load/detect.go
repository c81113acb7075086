package load

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// jsonStart finds the JSON document in an input that a shell or a wrapper may have dressed up: a byte order mark,
// UTF-16 (PowerShell's `>`), and lines that setup-terraform's wrapper prints before the document.
func jsonStart(in *bufio.Reader) (*bufio.Reader, error) {
	head, err := in.Peek(3)
	switch {
	case len(head) == 0 && errors.Is(err, io.EOF):
		return nil, &Error{Err: errors.New("is empty"), Do: makePlan}
	case len(head) == 0:
		return nil, plain(err)
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
		in = bufio.NewReaderSize(transform.NewReader(in, utf16.NewDecoder()), 1<<16)
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		_, _ = in.Discard(3) // peeked, so it is there
	}
	// Other text before the document is skipped line by line, as long as it is short and a document follows.
	for skipped := 0; ; {
		line, err := in.Peek(1)
		if err != nil {
			return nil, &Error{Err: errors.New("holds no JSON document"), Do: makePlan}
		}
		switch line[0] {
		case '{':
			return in, nil
		case ' ', '\t', '\r', '\n':
			_, _ = in.Discard(1)
			continue
		}
		if skipped == 0 {
			if err := lookAlike(in); err != nil {
				return nil, err
			}
		}
		text, err := in.ReadSlice('\n')
		skipped += len(text)
		if err != nil || skipped > 1<<14 {
			return nil, &Error{Err: errors.New("is neither the JSON of a plan nor of a state, nor a saved plan"), Do: makePlan}
		}
	}
}

// lookAlike names what an input that does not begin with an object seems to be.
func lookAlike(in *bufio.Reader) error {
	head, _ := in.Peek(512)
	text := strings.TrimSpace(string(head))
	switch {
	case strings.HasPrefix(text, "["):
		if !strings.HasPrefix(text, "[command]") {
			return &Error{Err: errors.New("is a JSON array, not a plan or a state"), Do: makePlan}
		}
	case strings.HasPrefix(text, "<"):
		return &Error{Err: errors.New("is HTML or XML, perhaps a page to sign in"), Do: makePlan}
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return &Error{Err: errors.New("is compressed with gzip"), Do: "unpack it first: gunzip -c FILE | demarc scan -"}
	case bytes.IndexByte(head, 0) >= 0:
		return &Error{Err: errors.New("is a binary file, and no saved plan"), Do: makePlan}
	case strings.HasPrefix(text, "Terraform used the selected providers"), strings.Contains(text, "Terraform will perform the following actions"):
		return &Error{Err: errors.New("is what terraform plan prints for people"), Do: makePlan}
	case strings.HasPrefix(text, "terraform {"), strings.HasPrefix(text, "resource \""), strings.HasPrefix(text, "provider \""):
		return &Error{Err: errors.New("looks like Terraform source"), Do: "scan the directory that it is in, or its plan; " + makePlan}
	}
	return nil
}

// isEmptyState tells a state without anything: it has no more than its versions.
func (doc *document) isEmptyState() bool {
	for name := range doc.sections {
		if name != "format_version" && name != "terraform_version" && name != "checks" {
			return false
		}
	}
	return doc.formatVersion != ""
}

// check refuses documents that parse and are neither plan nor state, by name.
func (doc *document) check() error {
	has := doc.sections
	if doc.formatVersion != "" && (doc.isPlan() || has["values"]) {
		return nil
	}
	switch {
	case has["@level"] || has["@message"]:
		return &Error{Err: errors.New("is the log that terraform plan -json prints, not a plan"), Do: makePlan}
	case has["remote_plan_format"]:
		return &Error{Err: errors.New("is a bookmark of a plan that is kept in HCP Terraform"), Do: "download its JSON output, or run: terraform show -json FILE > plan.json"}
	case has["encrypted_data"]:
		return &Error{Err: errors.New("is encrypted by OpenTofu"), Do: "show it where the key is: tofu show -json FILE > plan.json"}
	case has["backend"] && has["version"]:
		return &Error{Err: errors.New("is what terraform init keeps of the backend, not a state"), Do: "take the state itself: terraform show -json > state.json"}
	case doc.isRawState() && (doc.raw.version == "4" || doc.raw.version == "3"):
		return nil
	case doc.isRawState():
		return &Error{Err: fmt.Errorf("is a raw state file of format version %s; only versions 3 and 4 are read", clip(doc.raw.version)),
			Do: "show it as JSON with the Terraform that wrote it: terraform show -json FILE > state.json"}
	case has["provider_schemas"]:
		return &Error{Err: errors.New("is the schema of providers"), Do: "demarc coverage --schema FILE reads it; to scan, " + makePlan}
	case has["Modules"]:
		return &Error{Err: errors.New("is a module manifest"), Do: makePlan}
	case has["valid"] && has["diagnostics"]:
		return &Error{Err: errors.New("is what terraform validate -json prints, not a plan"), Do: makePlan}
	case doc.isEmptyState():
		return &Error{Err: fmt.Errorf("is an empty state: it has format_version %s and no resources", doc.formatVersion), Do: "nothing to scan: is it the right workspace?"}
	case doc.isPlan():
		return &Error{Err: errors.New("has no format_version: it is no whole plan"), Do: makePlan}
	}
	return &Error{Err: errors.New("is JSON, but neither a plan nor a state"), Do: makePlan}
}
