package load

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/limit"
	"github.com/demarc-dev/demarc/analyzer/model"
)

// savedPlan has terraform or tofu on the PATH show a saved plan. Only they read their own format, and they need the
// schemas of its providers, which they ask the providers for that are installed where the plan was made: the command
// runs in the plan's directory, at, as its author would run it. It is the one thing that demarc runs.
func savedPlan(name, at string, in io.Reader, l limit.Set) (*model.Snapshot, map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "demarc")
	if err != nil {
		return nil, nil, &Error{Input: name, Err: err}
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "tfplan")
	if err := spool(file, in); err != nil {
		return nil, nil, &Error{Input: name, Err: err}
	}
	if err := isSavedPlan(file, l); err != nil {
		return nil, nil, explain(name, err)
	}
	var tried []string
	for _, tool := range []string{"terraform", "tofu"} {
		bin, err := exec.LookPath(tool)
		if err != nil {
			continue
		}
		var out, msg bytes.Buffer
		cmd := exec.Command(bin, "show", "-json", "-no-color", file)
		cmd.Dir = cmp.Or(at, dir)
		cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_CLI_ARGS=", "TF_CLI_ARGS_show=", "TF_LOG=")
		cmd.Stdout, cmd.Stderr = &out, &msg
		if err := cmd.Run(); err != nil {
			tried = append(tried, fmt.Sprintf("%s show: %s", tool, firstLine(msg.String(), err)))
			continue
		}
		s, _, err := input(name, at, &out, &decoder{limits: l})
		if err != nil {
			return nil, nil, err
		}
		files, err := configuration(file, l)
		if err != nil {
			s.Notes = append(s.Notes, "the configuration in the plan is not read: "+err.Error())
		}
		return s, files, nil
	}
	if len(tried) == 0 {
		return nil, nil, &Error{Input: name, Err: errors.New("is a saved plan, and neither terraform nor tofu is on the PATH to show it"),
			Do: "put one on the PATH, or show it where it was made: terraform show -json " + name + " > plan.json"}
	}
	return nil, nil, &Error{Input: name, Err: errors.New("is a saved plan that could not be shown: " + strings.Join(tried, "; ")),
		Do: "show it in the directory that it was made in, after terraform init: terraform show -json " + name + " > plan.json"}
}

// isSavedPlan refuses archives that hold no plan, or too much, before a tool is asked about them. No reader of archives
// takes more from a member than it declares.
func isSavedPlan(file string, l limit.Set) error {
	z, err := zip.OpenReader(file)
	if err != nil {
		return errors.New("is a zip archive that was cut off or is broken")
	}
	defer z.Close()
	var unpacked uint64
	most := uint64(l.Plan)
	plan := false
	for _, f := range z.File {
		plan = plan || f.Name == "tfplan"
		if unpacked += f.UncompressedSize64; unpacked > most || f.UncompressedSize64 > most {
			return &tooLarge{"unpacks to more than the " + limit.Bytes(l.Plan) + " that a saved plan may have", l.Raise("plan", 0)}
		}
	}
	if !plan {
		return errors.New("is a zip archive, and no saved plan")
	}
	return nil
}

// configuration reads the sources that a saved plan holds, by their names below `tfconfig/`, within the bounds of sources:
// an archive may promise much more than it weighs. Nothing is written to disk. It is nil where there are none.
func configuration(file string, l limit.Set) (map[string][]byte, error) {
	z, err := zip.OpenReader(file)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	files := map[string][]byte{}
	left := l.All()
	for _, f := range z.File {
		name, ok := strings.CutPrefix(f.Name, "tfconfig/")
		if !ok || f.FileInfo().IsDir() {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		src, err := io.ReadAll(io.LimitReader(r, l.File+1))
		r.Close()
		if err != nil {
			return nil, err
		}
		if left -= int64(len(src)); int64(len(src)) > l.File || left < 0 {
			return nil, errors.New("it is too large; " + l.Raise("file", 0))
		}
		files[name] = src
	}
	if len(files) == 0 {
		return nil, nil
	}
	return files, nil
}

func spool(file string, in io.Reader) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, in); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// firstLine is the line of what a command printed that names the error, or else the first one, without its drawing.
// Warnings about something else come before.
func firstLine(s string, err error) string {
	first := ""
	for line := range strings.Lines(s) {
		line = strings.Trim(line, " \t\r\n│╷╵─")
		if strings.HasPrefix(line, "Error:") {
			return clip(line)
		}
		first = cmp.Or(first, line)
	}
	return clip(cmp.Or(first, err.Error()))
}
