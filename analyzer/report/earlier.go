package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/demarc-dev/demarc/analyzer"
)

// ReadJSON reads what JSON wrote in an earlier run, as a baseline of this name. The error says what the document is not.
func ReadJSON(r io.Reader, name string) (analyzer.Baseline, error) {
	var doc document
	if err := json.NewDecoder(r).Decode(&doc); err != nil {
		return analyzer.Baseline{}, errors.New("is not what demarc scan --format json writes")
	}
	switch doc.SchemaVersion {
	case schemaVersion:
	case "":
		return analyzer.Baseline{}, errors.New("is JSON, but not what demarc scan --format json writes")
	default:
		return analyzer.Baseline{}, fmt.Errorf("is of schema version %q, and this demarc reads %s", doc.SchemaVersion, schemaVersion)
	}
	b := analyzer.Baseline{Name: name}
	for _, in := range doc.Inputs {
		b.Incomplete = b.Incomplete || len(in.Incomplete) > 0
	}
	for _, f := range doc.Findings {
		severity, err := analyzer.ParseSeverity(f.Severity)
		if err != nil || f.Fingerprint == "" {
			return analyzer.Baseline{}, errors.New("has a finding without a severity or a fingerprint")
		}
		b.Findings = append(b.Findings, analyzer.Earlier{Rule: f.Rule, Severity: severity, Address: f.Address, Root: f.Root, Message: f.Message,
			From: f.From.Side, To: f.To.Side, Fingerprint: f.Fingerprint, Suppressed: f.Suppressed != nil})
	}
	return b, nil
}
