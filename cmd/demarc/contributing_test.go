package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestContributing follows the page that says how a provider is added, in a copy of the project: it writes the files that
// the page shows, and runs its commands.
func TestContributing(t *testing.T) {
	raw, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	_, page, _ := strings.Cut(string(raw), "\n## A provider's row and a fixture\n")
	page, _, _ = strings.Cut(page, "\n## ")
	if n := strings.Count(page, "\n"); n == 0 || n > 66 {
		t.Errorf("the steps take %d lines, which is more than a page or nothing", n)
	}
	dir := copied(t)
	files, commands := 0, 0
	for _, block := range regexp.MustCompile("(?m)([^\n]*)\n\n((?:       .*\n|\n)+)").FindAllStringSubmatch(page, -1) {
		text := strings.TrimSpace(regexp.MustCompile(`(?m)^ {7}`).ReplaceAllString(block[2], "")) + "\n"
		if strings.HasPrefix(text, "$ ") {
			commands += follow(t, dir, text)
			continue
		}
		name := regexp.MustCompile("`([^`]+)`:$").FindStringSubmatch(block[1])
		if name == nil {
			t.Fatalf("the page does not say which file this is: %s", text)
		}
		files++
		file := filepath.Join(dir, filepath.FromSlash(name[1]))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if files != 3 || commands != 3 {
		t.Errorf("the page has %d files and %d commands", files, commands)
	}
}

// copied is a copy of what the commands need of the project: all of it but the cases.
func copied(t *testing.T) string {
	t.Helper()
	root, dir := filepath.Join("..", ".."), t.TempDir()
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, rel)
		switch {
		case e.IsDir() && rel != "." && (strings.HasPrefix(e.Name(), ".") || rel == filepath.Join("fixtures", "cases")):
			return filepath.SkipDir
		case e.IsDir():
			return os.MkdirAll(to, 0o755)
		case !e.Type().IsRegular():
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, src, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// follow runs commands that print what the page shows below them; what is shown below none is not looked at.
func follow(t *testing.T, dir, text string) (n int) {
	t.Helper()
	for _, one := range strings.Split("\n"+text, "\n$ ")[1:] {
		n++
		command, want, _ := strings.Cut(strings.TrimSuffix(one, "\n"), "\n")
		args := strings.Fields(command)
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = dir
		got, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", command, err, got)
		} else if want != "" && strings.TrimSpace(string(got)) != strings.TrimSpace(want) {
			t.Errorf("%s: got\n%swant\n%s", command, got, want)
		}
		if strings.Contains(string(got), "no tests to run") {
			t.Errorf("%s runs nothing", command)
		}
	}
	return n
}
