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

	"github.com/demarc-dev/demarc/analyzer/model"
)

// savedPlan has terraform or tofu on the PATH show a saved plan. Only they read their own format, and they need the
// schemas of its providers, which they ask the providers for that are installed where the plan was made: the command
// runs in the plan's directory, at, as its author would run it. It is the one thing that demarc runs.
func savedPlan(name, at string, in io.Reader) (*model.Snapshot, map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "demarc")
	if err != nil {
		return nil, nil, &Error{Input: name, Err: err}
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "tfplan")
	if err := spool(file, in); err != nil {
		return nil, nil, &Error{Input: name, Err: err}
	}
	if err := isSavedPlan(file); err != nil {
		return nil, nil, &Error{Input: name, Err: err, Do: makePlan}
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
		s, _, err := reader(name, at, &out)
		return s, configuration(file), err
	}
	if len(tried) == 0 {
		return nil, nil, &Error{Input: name, Err: errors.New("is a saved plan, and neither terraform nor tofu is on the PATH to show it"),
			Do: "put one on the PATH, or show it where it was made: terraform show -json " + name + " > plan.json"}
	}
	return nil, nil, &Error{Input: name, Err: errors.New("is a saved plan that could not be shown: " + strings.Join(tried, "; ")),
		Do: "show it in the directory that it was made in, after terraform init: terraform show -json " + name + " > plan.json"}
}

// maxUnpacked is how much the members of a saved plan may be in all. The tools that show one unpack it into memory, and
// an archive may promise a thousand times what it weighs. Plans of 100,000 resources are about half of it.
const maxUnpacked = 512 << 20

// isSavedPlan refuses archives that hold no plan, or too much, before a tool is asked about them. No reader of archives
// takes more from a member than it declares.
func isSavedPlan(file string) error {
	z, err := zip.OpenReader(file)
	if err != nil {
		return errors.New("is a zip archive that was cut off or is broken")
	}
	defer z.Close()
	var unpacked uint64
	plan := false
	for _, f := range z.File {
		plan = plan || f.Name == "tfplan"
		if unpacked += f.UncompressedSize64; unpacked > maxUnpacked || f.UncompressedSize64 > maxUnpacked {
			return fmt.Errorf("unpacks to more than the %d MB that a saved plan may have", maxUnpacked>>20)
		}
	}
	if !plan {
		return errors.New("is a zip archive, and no saved plan")
	}
	return nil
}

// The configuration in a saved plan is read within bounds: an archive may promise much more than it weighs.
const (
	maxMember  = 4 << 20
	maxMembers = 64 << 20
)

// configuration reads the sources that a saved plan holds, by their names below `tfconfig/`. Nothing is written to disk. A
// plan without them, or with more than the bounds, has none.
func configuration(file string) map[string][]byte {
	z, err := zip.OpenReader(file)
	if err != nil {
		return nil
	}
	defer z.Close()
	files := map[string][]byte{}
	left := int64(maxMembers)
	for _, f := range z.File {
		name, ok := strings.CutPrefix(f.Name, "tfconfig/")
		if !ok || f.FileInfo().IsDir() {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil
		}
		src, err := io.ReadAll(io.LimitReader(r, maxMember+1))
		r.Close()
		if left -= int64(len(src)); err != nil || len(src) > maxMember || left < 0 {
			return nil
		}
		files[name] = src
	}
	if len(files) == 0 {
		return nil
	}
	return files
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
