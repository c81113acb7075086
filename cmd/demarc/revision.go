package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/demarc-dev/demarc/analyzer/limit"
	"github.com/demarc-dev/demarc/analyzer/load/source"
)

// revision is the files of a Git revision in a directory of their own, for as long as they are scanned.
type revision struct {
	top   string            // of the repository, absolute and without symbolic links
	dir   string            // where the files are
	names map[string]string // paths in dir, with slashes: what they are called in the work tree
	most  int64             // the size above which no file is looked at, as none of a work tree is
}

// openRevision writes a revision of the repository that the paths are in to a temporary directory, with what is not kept
// in the repository but is the same for every revision of it: installed modules, and ignored files of variables. It asks
// git for objects only: no filter, hook or attribute of the repository is run, and nothing is fetched.
func openRevision(name string, paths []string, l limit.Set) (_ *revision, err error) {
	if strings.HasPrefix(name, "-") {
		return nil, errors.New("is neither a file nor a revision")
	}
	if slices.Contains(paths, "-") {
		return nil, errors.New("standard input has no revision: give --baseline a result in a file")
	}
	near := paths[0]
	if info, err := os.Stat(near); err == nil && !info.IsDir() {
		near = filepath.Dir(near)
	}
	out, err := git(near, nil, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, fmt.Errorf("is no file, and no revision can be looked up: %w", err)
	}
	r := &revision{names: map[string]string{}, most: l.OrDefault().File}
	if r.top, err = filepath.EvalSymlinks(filepath.FromSlash(strings.TrimSuffix(string(out), "\n"))); err != nil {
		return nil, cause(err)
	}
	commit, err := git(r.top, nil, "rev-parse", "--quiet", "--verify", name+"^{commit}")
	if err != nil && name == "HEAD" {
		_, err = git(r.top, nil, "symbolic-ref", "--quiet", name) // a branch without a commit: nothing was there
	}
	if err != nil {
		return nil, errors.New("is neither a file nor a revision that is here: to have one of a remote, git fetch it first")
	}
	if r.dir, err = os.MkdirTemp("", "demarc-"); err != nil {
		return nil, fmt.Errorf("a directory for its files: %w", cause(err))
	}
	defer func() {
		if err != nil {
			r.close()
		}
	}()
	if err := r.extract(strings.TrimSpace(string(commit))); err != nil {
		return nil, err
	}
	return r, r.borrow(paths)
}

func (r *revision) close() { os.RemoveAll(r.dir) }

// path is where a path of the work tree is in the revision's directory. The error is of one outside the repository.
func (r *revision) path(path string) (string, error) {
	rel, err := filepath.Rel(r.top, whole(path))
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("%s is in another repository, or in none", path)
	}
	p := filepath.Join(r.dir, rel)
	r.names[filepath.ToSlash(p)] = strings.TrimSuffix(filepath.ToSlash(path), "/")
	return p, nil
}

// shown is text in which paths of the revision's directory are called what they are in the work tree.
func (r *revision) shown(text string) string {
	var dirs []string
	for dir := range r.names {
		dirs = append(dirs, dir)
	}
	slices.SortFunc(dirs, func(a, b string) int { return len(b) - len(a) })
	for _, dir := range dirs {
		if name := r.names[dir]; name == "." {
			text = strings.ReplaceAll(text, dir+"/", "")
		}
		text = strings.ReplaceAll(text, dir, r.names[dir])
	}
	return text
}

// entry is a file or link of a tree.
type entry struct{ mode, object, path string }

// extract writes the files and links of a commit, or nothing for none.
func (r *revision) extract(commit string) error {
	if err := os.Mkdir(filepath.Join(r.dir, ".git"), 0o700); err != nil { // nothing is read outside of it
		return cause(err)
	}
	if commit == "" {
		return nil
	}
	out, err := git(r.top, nil, "ls-tree", "-r", "-l", "-z", "--full-tree", commit)
	if err != nil {
		return err
	}
	var entries []entry
	var want bytes.Buffer
	for line := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		head, name, _ := strings.Cut(line, "\t")
		f := strings.Fields(head) // mode, type, object, size
		if len(f) != 4 || f[1] != "blob" || !filepath.IsLocal(filepath.FromSlash(name)) {
			continue
		}
		if size, err := strconv.ParseInt(f[3], 10, 64); err != nil || size > r.most {
			continue
		}
		entries = append(entries, entry{f[0], f[2], name})
		want.WriteString(f[2] + "\n")
	}
	root, err := os.OpenRoot(r.dir)
	if err != nil {
		return cause(err)
	}
	defer root.Close()
	cmd := command(r.top, "cat-file", "--batch")
	cmd.Stdin = &want
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	in := bufio.NewReaderSize(stdout, 1<<16)
	for _, e := range entries {
		if err = put(root, e, in, r.most); err != nil {
			err = fmt.Errorf("%s: %w", e.path, err)
			break
		}
	}
	stdout.Close()
	if waited := cmd.Wait(); err == nil && waited != nil {
		err = fmt.Errorf("git cat-file: %w", waited)
	}
	return err
}

// put writes one object that git cat-file --batch prints.
func put(root *os.Root, e entry, in *bufio.Reader, most int64) error {
	head, err := in.ReadString('\n')
	if err != nil {
		return errors.New("git ended too early")
	}
	f := strings.Fields(head)
	if len(f) != 3 || f[0] != e.object {
		return errors.New("its contents are not in this clone: git fetch them first")
	}
	size, err := strconv.Atoi(f[2])
	if err != nil || int64(size) > most {
		return errors.New("git says a wrong size")
	}
	text := make([]byte, size+1) // and the line's end
	if _, err := io.ReadFull(in, text); err != nil {
		return errors.New("git ended too early")
	}
	name := filepath.FromSlash(e.path)
	if dir := filepath.Dir(name); dir != "." {
		if err := root.MkdirAll(dir, 0o700); err != nil {
			return cause(err)
		}
	}
	if e.mode == "120000" {
		return cause(root.Symlink(string(text[:size]), name))
	}
	return cause(root.WriteFile(name, text[:size], 0o600))
}

// borrow copies what Terraform finds beside the sources of any revision, and the repository does not hold.
func (r *revision) borrow(paths []string) error {
	var variables []string
	for _, path := range paths {
		roots, err := source.Roots(path)
		if err != nil {
			continue // no directory
		}
		for _, root := range roots {
			there, err := r.path(root)
			if err != nil {
				return err
			}
			if info, err := os.Stat(there); err != nil || !info.IsDir() {
				continue
			}
			if err := r.copyTree(filepath.Join(there, ".terraform"), filepath.Join(root, ".terraform")); err != nil {
				return fmt.Errorf("%s: the installed modules: %w", root, err)
			}
			for _, pattern := range []string{"*.tfvars", "*.tfvars.json"} {
				found, _ := filepath.Glob(filepath.Join(escaped(root), pattern)) // the pattern is well formed
				variables = append(variables, found...)
			}
		}
	}
	for _, file := range r.ignored(variables) {
		to, err := r.path(file)
		if err != nil {
			continue
		}
		if _, err := os.Lstat(to); err != nil {
			if err := r.copyFile(to, file); err != nil {
				return fmt.Errorf("%s: %w", file, cause(err))
			}
		}
	}
	return nil
}

// escaped is a path as a pattern that matches it alone.
func escaped(path string) string {
	if os.PathSeparator == '\\' {
		return path // there a backslash escapes nothing
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// ignored are the files that the repository ignores.
func (r *revision) ignored(files []string) []string {
	byName := map[string]string{}
	var names bytes.Buffer
	for _, f := range files {
		if rel, err := filepath.Rel(r.top, whole(f)); err == nil && filepath.IsLocal(rel) {
			byName[filepath.ToSlash(rel)] = f
			names.WriteString(filepath.ToSlash(rel) + "\x00")
		}
	}
	if len(byName) == 0 {
		return nil
	}
	out, err := git(r.top, &names, "check-ignore", "-z", "--stdin")
	if err != nil { // it fails where none is ignored
		return nil
	}
	var list []string
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		list = append(list, byName[name])
	}
	return list
}

// copyTree copies the modules that are installed in a data directory, and the name of its workspace.
func (r *revision) copyTree(to, from string) error {
	err := filepath.WalkDir(from, func(p string, e fs.DirEntry, err error) error {
		rel, relErr := filepath.Rel(from, p)
		if err != nil || relErr != nil {
			return nil
		}
		switch name := filepath.ToSlash(rel); {
		case e.IsDir() && (e.Name() == ".git" || path.Dir(name) == "." && name != "." && name != "modules"):
			return fs.SkipDir
		case e.Type().IsRegular():
			return r.copyFile(filepath.Join(to, rel), p)
		}
		return nil
	})
	return cause(err)
}

// copyFile copies a file, unless it is too large to be looked at.
func (r *revision) copyFile(to, from string) error {
	info, err := os.Stat(from)
	if err != nil || !info.Mode().IsRegular() || info.Size() > r.most {
		return nil
	}
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600)
}

// git runs git in a directory.
func git(dir string, stdin io.Reader, args ...string) ([]byte, error) {
	cmd := command(dir, args...)
	cmd.Stdin = stdin
	out, err := cmd.Output()
	var exit *exec.ExitError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, errors.New("there is no git on the PATH")
	case errors.As(err, &exit) && len(exit.Stderr) > 0:
		said, _, _ := strings.Cut(strings.TrimSpace(string(exit.Stderr)), "\n")
		return nil, errors.New("git says: " + said)
	case err != nil:
		return nil, fmt.Errorf("git %s: %w", args[0], err)
	}
	return out, nil
}

// command is git that reads and no more. What a hook's environment says of the repository is of no use in a directory of
// our choosing.
func command(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command("git", append([]string{"-C", dir, "--no-pager", "--no-replace-objects"}, args...)...)
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if !slices.Contains([]string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}, name) {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none", "LC_ALL=C")
	return cmd
}
