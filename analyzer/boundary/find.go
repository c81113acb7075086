package boundary

import (
	"os"
	"path/filepath"
)

// FileName is the name of a policy file.
const FileName = ".demarc.hcl"

// Find looks for the policy file that holds for a scanned file or directory: in its directory, then upwards to the
// file system's root, but not beyond a directory that has .git, where a repository ends. The name is relative to the
// working directory where path is, so that what is printed is the same on every machine. Only regular files count.
func Find(path string) (file string, ok bool) {
	dir, err := filepath.Abs(path)
	if err != nil {
		return "", false
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		dir = filepath.Dir(dir)
	}
	for {
		file = filepath.Join(dir, FileName)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return printed(file, path), true
		}
		// A work tree and a submodule have a file of that name.
		_, err := os.Lstat(filepath.Join(dir, ".git"))
		parent := filepath.Dir(dir)
		if err == nil || parent == dir {
			return "", false
		}
		dir = parent
	}
}

func printed(file, scanned string) string {
	if filepath.IsAbs(scanned) {
		return file
	}
	base, err := filepath.Abs(".")
	if err != nil {
		return file
	}
	rel, err := filepath.Rel(base, file)
	if err != nil {
		return file
	}
	return rel
}
